/** Kết quả ca mới: a placement, a shift, whom it stands for and a limit; the rest only where it is known. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { nowMs } from "../clock";
import { exposure, limitLine } from "../exposure_words";
import type { ExposureLimit, Groups, JudgeableBy, Placement, Placements, Site, Sites } from "../forms";
import { quantity } from "../format";
import { words } from "../language";
import { NEW_GROUP, send } from "../new_result";
import { useFetched } from "../parts/fetched";
import { Field } from "../parts/field";
import { Icon } from "../parts/icon";
import { Empty, Failure, Loading } from "../parts/notice";
import { useSubmitting } from "../parts/submitting";
import { follow, go } from "../router";
import { today } from "../zone";

export function NewResult() {
  const t = exposure.value;
  const { answer, failure, again } = useFetched<Sites>("/sites");
  const site = useSignal<number | null>(null);
  const sites = answer.value?.sites ?? [];
  const chosen = sites.find((each) => each.id === (site.value ?? sites[0]?.id));
  return (
    <>
      <a class="back" href="/results" onClick={follow}>
        <Icon shape="back" /> {t.results}
      </a>
      <div class="title">
        <h1>{t.newResult}</h1>
        <a class="button" href="/results/enter" onClick={follow}>
          {t.enterResult}
        </a>
      </div>
      {failure.value && <Failure failure={failure.value} retry={() => void again()} />}
      {answer.value && !chosen && <Empty title={words.value.noSites} />}
      {chosen && (
        <>
          <label class="field panel">
            {words.value.sites}
            <select name="site" onChange={(event) => (site.value = Number(event.currentTarget.value))}>
              {sites.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </select>
          </label>
          <AtSite key={chosen.id} site={chosen} />
        </>
      )}
    </>
  );
}

function AtSite({ site }: { site: Site }) {
  const placements = useFetched<Placements>(`/sites/${site.id}/placements`);
  const groups = useFetched<Groups>(`/sites/${site.id}/exposure-groups`);
  const failed = placements.failure.value ?? groups.failure.value;
  if (failed) return <Failure failure={failed} retry={() => void placements.again()} />;
  if (!placements.answer.value || !groups.answer.value) return <Loading />;
  const found = placements.answer.value.placements;
  if (!found.length) return <Empty title={words.value.noPoints} />;
  return <ResultForm site={site} placements={found} groups={groups.answer.value} />;
}

function ResultForm({ site, placements, groups }: { site: Site; placements: Placement[]; groups: Groups }) {
  const t = exposure.value;
  const placement = useSignal(placements[0]!.id);
  const day = useSignal(today(nowMs.peek(), site.timezone));
  const group = useSignal("");
  const gaps = useSignal("unknown");
  const made = useRef(new Map<string, number>());
  const chosen = placements.find((each) => each.id === placement.value)!;

  const { busy, refused, submit } = useSubmitting(async (typed) => {
    go(`/results/${await send(typed, site, chosen, made.current)}`);
  });
  return (
    <form class="panel new-result" onSubmit={submit}>
      <label class="field">
        {t.placement}
        <select name="placement" onChange={(event) => (placement.value = Number(event.currentTarget.value))}>
          {placements.map((each) => (
            <option key={each.id} value={each.id}>
              {each.place} · {quantity(each.quantity)} · {t.kind[each.kind] ?? each.kind}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>{t.shift}</legend>
        <Field label={t.day} name="day" type="date" value={day.value} change={(text) => (day.value = text)} required />
        <Field label={t.starts} name="starts" type="time" value="07:00" required />
        <Field label={t.ends} name="ends" type="time" value="15:00" required />
        <Field label={t.breakFrom} name="break_from" type="time" />
        <Field label={t.breakUntil} name="break_until" type="time" />
      </fieldset>
      <fieldset>
        <legend>{t.standsFor}</legend>
        <label class="field">
          {t.group}
          <select name="group" onChange={(event) => (group.value = event.currentTarget.value)}>
            <option value="">{t.position}</option>
            {groups.groups.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name} · {t.people(each.said.head_count)}
              </option>
            ))}
            <option value={NEW_GROUP}>{t.newGroup}</option>
          </select>
        </label>
        {group.value === NEW_GROUP && (
          <>
            <Field label={t.groupName} name="group_name" required />
            <Field label={t.headCount} name="head_count" type="number" min="1" required />
          </>
        )}
        {chosen.kind === "area" && (
          <>
            <p class="hint">{t.occupancyHint}</p>
            <Field label={t.presentFrom} name="present_from" type="time" />
            <Field label={t.presentUntil} name="present_until" type="time" />
          </>
        )}
      </fieldset>
      <LimitField placement={placement.value} day={day.value} />
      <details>
        <summary>{t.forLegal}</summary>
        <fieldset>
          <Field label={t.method} name="method" />
          <Field label={t.organisation} name="organisation" />
          <Field label={t.verification} name="verification" />
          <Field label={t.verifiedUntil} name="verified_until" type="date" />
        </fieldset>
        <fieldset>
          <legend>{t.checks}</legend>
          <Field label={t.reference} name="reference" type="number" step="any" value="94" />
          <Field label={t.checkBefore} name="check_before" type="number" step="any" />
          <Field label={t.checkAfter} name="check_after" type="number" step="any" />
          <Field label={t.tolerance} name="tolerance" type="number" step="any" value="0.5" />
          <Field label={t.unitOf} name="check_unit" value={chosen.quantity === "sound_level" ? "dB[SPL]" : "[ppm]"} />
        </fieldset>
      </details>
      <details>
        <summary>{t.gapsRule}</summary>
        <fieldset>
          <label class="field">
            {t.gapsRule}
            <select name="gaps" onChange={(event) => (gaps.value = event.currentTarget.value)}>
              {Object.entries(t.gapsAs).map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {gaps.value !== "unknown" && <Field label={t.reason} name="gaps_reason" required />}
        </fieldset>
      </details>
      {refused.value && (
        <p class="error" role="alert">
          {refused.value}
        </p>
      )}
      <button type="submit" class="button main" disabled={busy.value}>
        {busy.value ? t.computing : t.compute}
      </button>
    </form>
  );
}

/** The limits of the day that concern what the placement measures: the law of the country first. */
function LimitField({ placement, day }: { placement: number; day: string }) {
  const t = exposure.value;
  const { answer } = useFetched<JudgeableBy>(`/placements/${placement}/limits?on=${day}`);
  const limits = [...(answer.value?.limits ?? [])].sort((a, b) => rank(a) - rank(b));
  if (answer.value && !limits.length) return <p class="hint">{t.noLimitHere}</p>;
  return (
    <label class="field">
      {t.limits}
      <select name="limit" required>
        {limits.map((limit) => (
          <option key={limit.id} value={limit.id}>
            {limitLine(limit)}
          </option>
        ))}
      </select>
    </label>
  );
}

function rank(limit: ExposureLimit): number {
  return (limit.jurisdiction === "VN" ? 0 : limit.jurisdiction === "AGENCY" ? 1 : 2) * 10 + (limit.metric === "lex_8h" || limit.metric === "twa" ? 0 : 1);
}
