/** Giới hạn: what is in force on a day, filtered, each with how well it was seen; texts still to be entered; own sets. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, call } from "../calls";
import { exposure, named } from "../exposure_words";
import type { ExposureLimit, Limits as LimitList, OwnSet, PendingText } from "../forms";
import { LimitCard } from "../parts/limit_card";
import { Empty, Failure, Loading } from "../parts/notice";

const PAGE = 30;
const TYPING_MS = 300;

export function Limits() {
  const t = exposure.value;
  const jurisdiction = useSignal("VN");
  const category = useSignal("");
  const text = useSignal("");
  const day = useSignal("");
  const answer = useSignal<LimitList | null>(null);
  const rows = useSignal<ExposureLimit[]>([]);
  const failure = useSignal<ApiFailure | null>(null);

  const fetchPage = async (after: string | null): Promise<void> => {
    const query = new URLSearchParams({ jurisdiction: jurisdiction.value, limit: String(PAGE) });
    if (category.value) query.set("category", category.value);
    if (text.value.trim()) query.set("text", text.value.trim());
    if (day.value) query.set("on", day.value);
    if (after) query.set("after", after);
    try {
      const found = await call<LimitList>("GET", `/limits?${query}`);
      rows.value = after ? [...rows.value, ...found.limits] : found.limits;
      answer.value = found;
      failure.value = null;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void fetchPage(null), text.value ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [jurisdiction.value, category.value, text.value, day.value]);

  return (
    <>
      <h1>{t.limits}</h1>
      <div class="windows jurisdictions" role="group" aria-label={t.jurisdiction}>
        {Object.entries(t.jurisdictions).map(([code, name]) => (
          <button key={code} type="button" aria-pressed={jurisdiction.value === code} onClick={() => (jurisdiction.value = code)}>
            {name}
          </button>
        ))}
      </div>
      <div class="filters">
        <input
          type="search"
          name="text"
          maxLength={100}
          aria-label={t.search}
          placeholder={t.search}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <select name="category" aria-label={t.category} onChange={(event) => (category.value = event.currentTarget.value)}>
          {Object.entries(t.categories).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
        <label>
          {t.onDay}
          <input type="date" name="on" onChange={(event) => (day.value = event.currentTarget.value)} />
        </label>
      </div>
      {failure.value && <Failure failure={failure.value} retry={() => void fetchPage(null)} />}
      {answer.value ? (
        <Found answer={answer.value} rows={rows.value} more={() => void fetchPage(rows.value.at(-1)?.id ?? null)} again={() => void fetchPage(null)} />
      ) : (
        !failure.value && <Loading />
      )}
    </>
  );
}

function Found({ answer, rows, more, again }: { answer: LimitList; rows: ExposureLimit[]; more: () => void; again: () => void }) {
  const t = exposure.value;
  return (
    <>
      <Pending texts={answer.pending} />
      <OwnSets sets={answer.own_sets} />
      <p class="count-line" role="status">
        {t.found(answer.total)}
      </p>
      {rows.length === 0 && answer.pending.length === 0 && <Empty title={t.noLimits} />}
      <div class="limit-cards">
        {rows.map((limit) => (
          <LimitCard key={limit.id} limit={limit} mayConfirm={answer.may_confirm} changed={again} />
        ))}
      </div>
      {rows.length < answer.total && (
        <button type="button" class="button more" onClick={more}>
          {t.more}
        </button>
      )}
    </>
  );
}

function Pending({ texts }: { texts: PendingText[] }) {
  const t = exposure.value;
  if (!texts.length) return null;
  return (
    <details class="panel pending" open={texts.length < 3}>
      <summary>
        {t.pending} ({texts.length})
      </summary>
      <ul>
        {texts.map((text) => (
          <li key={text.set}>
            <strong>{text.instrument}</strong> · {named(text.title)}
            <small>
              {named(text.note)}
              {text.agents.length > 0 && ` · ${t.pendingAgents(text.agents.length)}`}
            </small>
          </li>
        ))}
      </ul>
    </details>
  );
}

function OwnSets({ sets }: { sets: OwnSet[] }) {
  const t = exposure.value;
  if (!sets.length) return null;
  return (
    <section class="panel">
      <h2>{t.ownSets}</h2>
      <p>{t.ownNote}</p>
      <ul class="own-sets">
        {sets.map((own) => (
          <li key={own.id}>
            <strong>{own.name}</strong> · {own.agency}
            <small>
              {t.reason}: {own.reason}
            </small>
            {own.fault && <p class="error">{own.fault}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
