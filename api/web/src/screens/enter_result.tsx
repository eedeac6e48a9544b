/** Nhập kết quả: from a laboratory, a hand-held instrument or a dosimeter's file, judged by the same rules. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, call } from "../calls";
import { nowMs } from "../clock";
import { exposure, limitLine, named } from "../exposure_words";
import type { EnterResult as Entered, ExposureLimit, Limits, OneResult, Site, Sites } from "../forms";
import { words } from "../language";
import { useFetched } from "../parts/fetched";
import { Field } from "../parts/field";
import { Icon } from "../parts/icon";
import { Failure, Loading } from "../parts/notice";
import { type Typed, useSubmitting } from "../parts/submitting";
import { follow, go } from "../router";
import { today } from "../zone";

const TYPING_MS = 300;
const FOUND = 60;

export function EnterResult() {
  const t = exposure.value;
  const { answer, failure, again } = useFetched<Sites>("/sites");
  return (
    <>
      <a class="back" href="/results" onClick={follow}>
        <Icon shape="back" /> {t.results}
      </a>
      <h1>{t.enterResult}</h1>
      {answer.value ? <EnterForm sites={answer.value.sites} /> : failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />}
    </>
  );
}

function EnterForm({ sites }: { sites: Site[] }) {
  const t = exposure.value;
  const day = useSignal(today(nowMs.peek(), sites[0]?.timezone ?? "Asia/Ho_Chi_Minh"));
  const limit = useSignal<ExposureLimit | null>(null);
  const { busy, refused, submit } = useSubmitting(async (typed) => {
    const found = await call<OneResult>("POST", `/sites/${typed("site")}/results`, entered(typed, limit.value?.id ?? ""));
    go(`/results/${found.result.id}`);
  });
  return (
    <form class="panel new-result" onSubmit={submit}>
      <fieldset>
        <Select label={words.value.sites} name="site" options={sites.map((site) => [String(site.id), site.name])} />
        <Field label={t.placeOfResult} name="place" required />
        <Field label={t.day} name="day" type="date" value={day.value} change={(text) => (day.value = text)} required />
        <Select label={t.sourceOfResult} name="source" options={["laboratory", "hand_held", "dosimeter_file"].map((word) => [word, t.origin[word] ?? word])} />
      </fieldset>
      <LimitSearch day={day.value} chosen={limit.value} choose={(found) => (limit.value = found)} />
      <fieldset>
        <Field label={t.value} name="value" type="number" step="any" required />
        <Field key={limit.value?.unit ?? ""} label={t.unitOf} name="unit" value={limit.value?.unit ?? ""} required />
        <Field label={t.expandedUncertainty} name="expanded_uncertainty" type="number" step="any" min="0" />
        <Field label={t.workerCode} name="worker" />
        <Field label={t.exposureHours} name="exposure_h" type="number" step="any" min="0" />
        <Field label={t.shiftHours} name="shift_h" type="number" step="any" min="0" value="8" />
        <Select label={t.whereMeasured} name="personal" options={[["true", t.personal], ["false", t.atPosition]]} />
        <Select label={t.checks} name="checks" options={["passed", "missing", "failed"].map((word) => [word, t.checkWord[word] ?? word])} />
        <Select label={t.standingOf} name="standing" options={["screening", "legal"].map((word) => [word, t.standing[word] ?? word])} />
        <Field label={t.document} name="document" />
        <Field label={t.organisation} name="organisation" />
        <Field label={t.method} name="method" />
      </fieldset>
      {refused.value && (
        <p class="error" role="alert">
          {refused.value}
        </p>
      )}
      <button type="submit" class="button main" disabled={busy.value || limit.value === null}>
        {busy.value ? t.computing : t.compare}
      </button>
    </form>
  );
}

function entered(typed: Typed, limit: string): Entered {
  const number = (name: string): number | null => (typed(name) === "" ? null : Number(typed(name)));
  return {
    source: typed("source") as Entered["source"],
    place: typed("place"),
    limit,
    day: typed("day"),
    value: Number(typed("value")),
    unit: typed("unit"),
    expanded_uncertainty: number("expanded_uncertainty"),
    uncertainty_basis: "",
    standing: typed("standing") as Entered["standing"],
    document: typed("document"),
    organisation: typed("organisation"),
    method: typed("method"),
    personal: typed("personal") === "true",
    checks: typed("checks") as Entered["checks"],
    group: null,
    worker: typed("worker") || null,
    exposure_h: number("exposure_h"),
    shift_h: number("shift_h"),
    row: null,
    axis: null,
    situations: [],
  };
}

function Select({ label, name, options }: { label: string; name: string; options: (readonly [string, string])[] }) {
  return (
    <label class="field">
      {label}
      <select name={name}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Limits in force on the day that mention what is typed; one of them is chosen. */
function LimitSearch({ day, chosen, choose }: { day: string; chosen: ExposureLimit | null; choose: (limit: ExposureLimit | null) => void }) {
  const t = exposure.value;
  const text = useSignal("");
  const found = useSignal<ExposureLimit[]>([]);
  useEffect(() => {
    if (text.value.trim().length < 2) return;
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ on: day, text: text.value.trim(), limit: String(FOUND) });
      call<Limits>("GET", `/limits?${query}`)
        .then((answer) => {
          found.value = answer.limits.filter((limit) => limit.role !== "alarm" && limit.role !== "reference");
          choose(found.value[0] ?? null);
        })
        .catch((error: unknown) => {
          if (!(error instanceof ApiFailure)) throw error; // the line is down: the shell says so
        });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text.value, day]);
  return (
    <fieldset>
      <label class="field">
        {t.search}
        <input type="search" name="search" maxLength={100} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <label class="field">
        {t.limits}
        <select name="limit" required value={chosen?.id ?? ""} onChange={(event) => choose(found.value.find((each) => each.id === event.currentTarget.value) ?? null)}>
          {found.value.map((limit) => (
            <option key={limit.id} value={limit.id}>
              {named(limit.agent)} · {limitLine(limit)}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
