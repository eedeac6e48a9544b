/** Kết quả ca: one result with all that it rests on, so that it can be defended. */
import { nowMs } from "../clock";
import { dayText, exposure, named, printed, shown, withUnit } from "../exposure_words";
import type { CheckLine, OneResult, PartLine, Result as ResultForm } from "../forms";
import { clockTime, quality, span } from "../format";
import { useFetched } from "../parts/fetched";
import { type Fact, FactList } from "../parts/fact_list";
import { Icon } from "../parts/icon";
import { VerificationBadge } from "../parts/limit_card";
import { Failure, Loading } from "../parts/notice";
import { ShiftTrace } from "../parts/shift_trace";
import { Bar, Figure, Side, StandingBadge, Word } from "../parts/verdict";
import { follow } from "../router";

/** How api/exposure/standing.py begins the basis of an uncertainty from instrument and position. */
const INSTRUMENT_ONLY = "ISO 9612:2009, C.5, C.6";

export function Result({ id }: { id: number }) {
  const t = exposure.value;
  const { answer, failure, again } = useFetched<OneResult>(`/results/${id}`);
  if (!answer.value) return failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />;
  const { result, checks, parts, unchanged } = answer.value;
  return (
    <>
      <a class="back" href="/results" onClick={follow}>
        <Icon shape="back" /> {t.results}
      </a>
      <div class="alert-page">
        <div>
          <article class={`result-page ${result.outcome}`}>
            <Head result={result} />
            <Figure result={result} />
            <Word result={result} />
            <Side result={result} />
            <Bar result={result} />
            <Because result={result} />
            <Clause result={result} unchanged={unchanged} />
          </article>
          <Lacking result={result} />
        </div>
        <div>
          <Ground result={result} checks={checks} />
          <Parts parts={parts} result={result} />
          {result.shift && result.point !== null && <ShiftTrace result={result} shift={result.shift} point={result.point} />}
        </div>
      </div>
    </>
  );
}

function Head({ result }: { result: ResultForm }) {
  const t = exposure.value;
  const hours = result.shift && `${time(result.shift.from_at, result.timezone)}–${time(result.shift.until_at, result.timezone)}`;
  return (
    <header class="result-head">
      <div>
        <h1>{result.group_name ?? result.place}</h1>
        <p>
          {result.group_name && `${result.place} · `}
          {result.site_name}
        </p>
        <p>
          {t.shift} {dayText(result.day)}
          {hours && `, ${hours}`} · {named(result.limit.agent)}, {t.metric[result.limit.metric] ?? result.limit.metric}
        </p>
        <p>
          {result.people ? t.people(result.people) : t.position}
          {result.worker && ` · ${result.worker}`}
        </p>
      </div>
      <StandingBadge standing={result.standing} />
      {result.standing === "screening" && <p class="screening-note">{t.screeningNote}</p>}
      {result.replaced_by !== null && (
        <p class="hint">
          {t.replaced}.{" "}
          <a href={`/results/${result.replaced_by}`} onClick={follow}>
            {t.seeNewer}
          </a>
        </p>
      )}
    </header>
  );
}

function time(iso: string, timeZone: string): string {
  return clockTime(Date.parse(iso), Date.parse(iso), timeZone).slice(0, 5);
}

function Because({ result }: { result: ResultForm }) {
  const t = exposure.value;
  const cautions = result.cautions.filter((word) => t.cautions[word] && !result.reasons.includes(word));
  return (
    <>
      {result.reasons.length > 0 && (
        <div class="because">
          <h2>{t.why}</h2>
          <ul>
            {result.reasons.map((word) => (
              <li key={word}>{t.reasons[word] ?? word}</li>
            ))}
          </ul>
        </div>
      )}
      {cautions.length > 0 && (
        <ul class="cautions">
          {cautions.map((word) => (
            <li key={word}>
              <Icon shape="low" /> {t.cautions[word]}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Clause({ result, unchanged }: { result: ResultForm; unchanged: boolean }) {
  const t = exposure.value;
  const { limit } = result;
  return (
    <div class="clause-box">
      <h2>{t.clause}</h2>
      <p>
        {limit.clause}
        {limit.case && ` · ${named(limit.case)}`} · {limit.valid_from ? t.validFrom(dayText(limit.valid_from)) : t.forceUnknown}
      </p>
      <p>
        {t.decision}: {t.decisionRule[limit.decision_rule] ?? limit.decision_rule}
      </p>
      <VerificationBadge limit={limit} />
      {!unchanged && <p class="hint">{t.changed}</p>}
    </div>
  );
}

function Lacking({ result }: { result: ResultForm }) {
  const t = exposure.value;
  if (!result.lacking.length) return null;
  return (
    <section class="panel lacking">
      <h2>{t.lackingTitle(result.lacking.length)}</h2>
      <ul>
        {result.lacking.map((word) => (
          <li key={word}>{t.lacking[word] ?? word}</li>
        ))}
      </ul>
    </section>
  );
}

/** What it rests on: coverage and what was left out, checks, method, who computed it and how. */
function Ground({ result, checks }: { result: ResultForm; checks: CheckLine[] }) {
  const t = exposure.value;
  const said = ["measured", "group"].includes(result.origin) ? t.computed : t.entered;
  const facts: Fact[] = [
    [t.coverage, coverage(result)],
    [t.leftOut, leftOut(result)],
    [t.gapsRule, result.measured_s !== null && result.measured_s < (result.expected_s ?? 0) - 0.5 ? t.gapsAs[result.gaps] : ""],
    [t.checks, <CheckText result={result} checks={checks} />],
    [t.method, result.method],
    [t.organisation, result.organisation],
    [t.document, result.document],
    [t.rule, t.rules[result.computed_by_rule] ?? result.computed_by_rule],
    [t.basis, basis(result)],
    [t.origin[result.origin] ?? result.origin, said(result.computed_by, clockTime(Date.parse(result.computed_at), nowMs.value))],
  ];
  return (
    <section class="panel">
      <FactList facts={facts} />
    </section>
  );
}

/** The measurements that the result of a group is made of. */
function Parts({ parts, result }: { parts: PartLine[]; result: ResultForm }) {
  if (!parts.length) return null;
  return (
    <section class="panel parts">
      <h2>{exposure.value.parts(parts.length)}</h2>
      <ul>
        {parts.map((part) => (
          <li key={part.measurement}>
            <span>
              {dayText(new Intl.DateTimeFormat("en-CA", { timeZone: result.timezone }).format(Date.parse(part.from_at)))} · {part.worker ?? part.place}
            </span>
            <strong>{withUnit(shown(part.value, result.limit.unit), result.limit.unit)}</strong>
            <span>{span(part.measured_s * 1000)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What U is made of; one from the instrument alone says what is not in it. */
function basis(result: ResultForm): string {
  const text = result.uncertainty_basis;
  return text.startsWith(INSTRUMENT_ONLY) ? `${text}; ${exposure.value.withoutSpread}` : text;
}

function coverage(result: ResultForm): string {
  if (result.measured_s === null || result.expected_s === null) return "";
  return exposure.value.coverageOf(span(result.measured_s * 1000), span(result.expected_s * 1000));
}

/** Readings that do not count by their word, and time without any reading. */
function leftOut(result: ResultForm): string {
  const t = exposure.value;
  const words = result.left_out.map((part) => {
    const name = t.leftOutWord[part.quality] ?? quality(part.quality).toLowerCase();
    return `${name} ${span(part.seconds * 1000)}`;
  });
  const doubtful = result.left_out.reduce((sum, part) => sum + part.seconds, 0);
  const silent = (result.expected_s ?? 0) - (result.measured_s ?? 0) - doubtful;
  if (result.measured_s !== null && silent >= 1) words.push(`${t.missing} ${span(silent * 1000)}`);
  return words.join(", ");
}

function CheckText({ result, checks }: { result: ResultForm; checks: CheckLine[] }) {
  const t = exposure.value;
  const before = checks.filter((check) => check.moment === "before").at(-1);
  const after = checks.find((check) => check.moment === "after");
  const passed = result.checks === "passed";
  return (
    <span class={passed ? "passed" : "failed"}>
      {(before || after) && `${before ? printed(before.found) : "—"} → ${after ? printed(after.found) : "—"} `}
      <Icon shape={passed ? "ok" : result.checks === "failed" ? "high" : "unsure"} /> {t.checkWord[result.checks] ?? result.checks}
    </span>
  );
}
