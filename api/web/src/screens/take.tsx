/** Opened by the link of a message, without a log-in: what it is, and one button. The token stands behind `#` and is sent by POST. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, call } from "../calls";
import { nowMs } from "../clock";
import type { Taking } from "../forms";
import { clockTime, decimal, unit } from "../format";
import { language, words } from "../language";
import { Icon } from "../parts/icon";
import { Loading } from "../parts/notice";
import { LanguageButton } from "../parts/shell";
import { shapeOf } from "../parts/state";

export function Take() {
  const t = words.value;
  const found = useSignal<Taking | null>(null);
  const failed = useSignal<ApiFailure | null>(null);
  const ask = async (path: string): Promise<void> => {
    failed.value = null;
    try {
      found.value = await call<Taking>("POST", path, { token: location.hash.slice(1) });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failed.value = error;
    }
  };
  useEffect(() => void ask("/take/look"), []);
  const gone = failed.value !== null && failed.value.status !== 0;
  return (
    <main class="take">
      <p class="take-language">
        <LanguageButton />
      </p>
      {gone && (
        <div class="notice" role="alert">
          <p>{t.linkGone}</p>
          <a class="button" href="/alerts">
            {t.logIn}
          </a>
        </div>
      )}
      {!gone && !found.value && !failed.value && <Loading />}
      {!gone && found.value && <Found taking={found.value} take={() => void ask("/take")} />}
      {failed.value && !gone && (
        <div class="notice" role="alert">
          <p>{t.cannotReach}</p>
          <button type="button" class="button" onClick={() => void ask(found.value ? "/take" : "/take/look")}>
            {t.retry}
          </button>
        </div>
      )}
    </main>
  );
}

function Found({ taking, take }: { taking: Taking; take: () => void }) {
  const t = words.value;
  const tone = shapeOf(taking.priority);
  const when = (text: string): string => clockTime(Date.parse(text), nowMs.value);
  return (
    <article class={`alert whole ${tone} ${taking.may_take ? "" : "taken"}`}>
      <header class="alert-head">
        <Icon shape={tone} />
        <p class="word">{t.priority[taking.priority]}</p>
        <h1>{taking.title[language.value]}</h1>
      </header>
      <div class="alert-body">
        {taking.value !== null && (
          <p class="value">
            <span class="big">{decimal(taking.value)}</span> <span class="unit">{unit(taking.unit)}</span>
          </p>
        )}
        <p class="alert-place">
          <strong>{taking.place}</strong>
          {taking.site_name && <span>{taking.site_name}</span>}
        </p>
        {taking.since && (
          <p>
            {t.since} {when(taking.since)}
          </p>
        )}
        {taking.may_take ? (
          <>
            <button type="button" class="button main" onClick={take}>
              {t.acknowledge}
            </button>
            <p>{t.takeAs(taking.person)}</p>
          </>
        ) : (
          <p class="taken-by" role="status">
            {taking.acknowledged_by && taking.acknowledged_at
              ? t.acknowledgedBy(taking.acknowledged_by, when(taking.acknowledged_at))
              : t.over}
          </p>
        )}
        <a href={`/alerts/${taking.alert}`}>{t.details}</a>
      </div>
    </article>
  );
}
