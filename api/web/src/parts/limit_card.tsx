/** One limit: agent, value, clause, how well it was seen; its source and rules on demand; confirmed by an administrator. */
import { call } from "../calls";
import { dayText, exposure, named, printed, withUnit } from "../exposure_words";
import type { ExposureLimit, Made } from "../forms";
import { span, unit } from "../format";
import { type Fact, FactList } from "./fact_list";
import { Icon, type Shape } from "./icon";
import { NoteForm } from "./note_form";

export function LimitCard({ limit, mayConfirm, changed }: { limit: ExposureLimit; mayConfirm: boolean; changed: () => void }) {
  const t = exposure.value;
  const role = t.role[limit.role];
  return (
    <article class={`limit-card ${limit.verified ? "" : "unverified"}`} data-limit={limit.id}>
      <header>
        <div>
          <h2>{named(limit.agent)}</h2>
          <p class="what">
            {t.metric[limit.metric] ?? limit.metric}
            {limit.averaging_s !== null && ` · ${t.averaging(span(limit.averaging_s * 1000))}`}
            {limit.case && ` · ${named(limit.case)}`}
          </p>
        </div>
        <VerificationBadge limit={limit} />
      </header>
      <Allowed limit={limit} />
      <p class="clause">
        {role && <strong>{role} · </strong>}
        {limit.clause} · <Force limit={limit} />
      </p>
      <details>
        <summary>{t.details}</summary>
        <Facts limit={limit} />
        {!limit.verified && <p class="hint">{t.unverifiedNote}</p>}
        {mayConfirm && !limit.confirmation && <ConfirmForm limit={limit} changed={changed} />}
      </details>
    </article>
  );
}

export function VerificationBadge({ limit }: { limit: Pick<ExposureLimit, "evidence"> & { confirmed?: boolean; confirmation?: unknown } }) {
  const t = exposure.value;
  const confirmed = limit.confirmed || Boolean(limit.confirmation);
  const seen = limit.evidence !== "memory";
  const shape: Shape = confirmed || limit.evidence === "official_copy" ? "ok" : seen ? "low" : "unsure";
  return (
    <span class={`badge ${confirmed || seen ? (shape === "ok" ? "ok" : "quiet") : "medium"}`}>
      <Icon shape={shape} />
      <span>{confirmed ? t.confirmed : (t.verified[limit.evidence] ?? limit.evidence)}</span>
    </span>
  );
}

function Allowed({ limit }: { limit: ExposureLimit }) {
  if (limit.table.length) return <Table limit={limit} />;
  const sign = limit.compare === "at_least" ? "≥" : "≤";
  const text = limit.value === null ? `${printed(limit.low ?? 0)} – ${printed(limit.high ?? 0)}` : `${sign} ${printed(limit.value)}`;
  return (
    <p class="allowed">
      <strong>{text}</strong> <span class="unit">{unit(limit.unit)}</span>
    </p>
  );
}

function Table({ limit }: { limit: ExposureLimit }) {
  const byDuration = limit.metric === "laeq_by_duration";
  return (
    <dl class="limit-table">
      {limit.table.map((row) => (
        <div>
          <dt>{byDuration ? span(Number(row.key) * 1000) : keyText(row.key, limit.metric)}</dt>
          <dd>{row.value === null ? "—" : printed(row.value)}</dd>
        </div>
      ))}
      <div class="unit">{unit(limit.unit)}</div>
    </dl>
  );
}

function keyText(key: string, metric: string): string {
  if (metric.startsWith("octave")) return `${printed(Number(key))} Hz`;
  return metric === "reference_duration" ? withUnit(key, "dB[SPL]{A}") : key;
}

function Force({ limit }: { limit: ExposureLimit }) {
  const t = exposure.value;
  return (
    <>
      {limit.valid_from ? t.validFrom(dayText(limit.valid_from)) : t.forceUnknown}
      {limit.valid_to && ` ${t.validUntil(dayText(limit.valid_to))}`}
    </>
  );
}

function Facts({ limit }: { limit: ExposureLimit }) {
  const t = exposure.value;
  const rule = `${t.decisionRule[limit.decision_rule] ?? limit.decision_rule} (${t.decisionBasis[limit.decision_basis] ?? ""})`;
  const held = limit.confirmation;
  const facts: Fact[] = [
    [t.confirmed, held && t.confirmedBy(held.confirmed_by, held.document)],
    [t.source, limit.source],
    ["CAS", limit.cas],
    [t.decision, rule],
    [t.longShift, limit.long_shift],
    [t.partial, limit.partial],
    [t.conversion, limit.conversion_c === null ? null : `${limit.conversion_c} °C`],
    [t.excludes, limit.excludes && named(limit.excludes)],
    [t.reason, limit.reason],
    [t.note, limit.note],
    ["id", limit.id],
  ];
  return <FactList facts={facts} />;
}

function ConfirmForm({ limit, changed }: { limit: ExposureLimit; changed: () => void }) {
  const t = exposure.value;
  const send = async (document: string): Promise<void> => {
    await call<Made>("POST", "/limits/confirmations", { limit: limit.id, digest: limit.digest, document });
  };
  return <NoteForm label={t.confirmDocument} button={t.confirm} failure={t.confirmFailed} send={send} done={changed} />;
}
