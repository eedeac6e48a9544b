/** How healthy the alarms are: the figures of ISA-18.2, and which alarms to mend first. */
import { call } from "../calls";
import { nowMs } from "../clock";
import type { AlarmCount, AlarmHealth as Health, DeadLetters as Letters } from "../forms";
import { clockTime, span } from "../format";
import { language, words } from "../language";
import { useFetched } from "../parts/fetched";
import { Icon } from "../parts/icon";
import { Failure, Loading } from "../parts/notice";
import { useSending } from "../parts/sending";
import { follow } from "../router";
import { session } from "../session";

const DAYS = 30;

export function AlarmHealth() {
  const t = words.value;
  const { answer, failure, again } = useFetched<Health>(`/alarm_health?days=${DAYS}`);
  if (!answer.value) return failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />;
  const h = answer.value;
  const number = new Intl.NumberFormat(language.value === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: 3 });
  const taking = [h.acknowledged_median_s, h.acknowledged_p95_s].map((s) => (s === null ? "—" : span(s * 1000))).join(" · ");
  return (
    <>
      <a class="back" href="/alerts" onClick={follow}>
        <Icon shape="back" /> {t.alerts}
      </a>
      <h1>{t.health}</h1>
      <p>{t.healthHint(h.days)}</p>
      <dl class="figures">
        <Figure label={t.alertCount} text={number.format(h.alerts)} />
        <Figure label={t.perPerson} text={number.format(h.per_person_10_min)} />
        <Figure label={t.worstTen} text={number.format(h.worst_10_min)} bad={h.worst_10_min > 10} />
        <Figure label={t.floods} text={number.format(h.floods)} bad={h.floods > 0} />
        <Figure label={t.taking} text={taking} />
        <Figure label={t.notTaken} text={number.format(h.unacknowledged)} bad={h.unacknowledged > 0} />
        <Figure label={t.asideCount} text={number.format(h.set_aside)} />
        <Figure label={t.deadLetters} text={number.format(h.dead_letters)} bad={h.dead_letters > 0} />
      </dl>
      <section class="panel">
        <h2>{t.byPriority}</h2>
        <ul class="shares">
          {(["urgent", "high", "medium", "low"] as const).map((priority) => (
            <li>
              <span>{t.priority[priority]}</span>
              <meter min={0} max={Math.max(h.alerts, 1)} value={h[priority]} />
              <span>{h[priority]}</span>
            </li>
          ))}
        </ul>
      </section>
      <Alarms title={t.frequent} alarms={h.frequent} />
      <Alarms title={t.chattering} alarms={h.chattering} />
      <Alarms title={t.stale} alarms={h.stale} />
      {session.value?.person.role === "administrator" && <DeadLetters />}
    </>
  );
}

function Figure({ label, text, bad = false }: { label: string; text: string; bad?: boolean }) {
  return (
    <div class={bad ? "health-figure bad" : "health-figure"}>
      <dt>{label}</dt>
      <dd>{bad ? `▲ ${text}` : text}</dd>
    </div>
  );
}

function Alarms({ title, alarms }: { title: string; alarms: AlarmCount[] }) {
  const t = words.value;
  return (
    <section class="panel">
      <h2>{title}</h2>
      {alarms.length === 0 && <p>{t.none}</p>}
      <ol class="alarms">
        {alarms.map((alarm) => (
          <li>
            <strong>{alarm.alerts}×</strong>
            <span>
              {alarm.rule} · {alarm.gateway}
            </span>
            <a href={`/alerts/${alarm.latest}`} onClick={follow}>
              {t.latest}
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

function DeadLetters() {
  const t = words.value;
  const { answer, again } = useFetched<Letters>("/dead_letters");
  const { send, failed } = useSending(() => void again());
  if (!answer.value) return null;
  return (
    <section class="panel">
      <h2>{t.deadLetters}</h2>
      {answer.value.letters.length === 0 && <p>{t.none}</p>}
      <ul class="letters">
        {answer.value.letters.map((letter) => (
          <li>
            <strong>
              {letter.recipient} · {letter.medium}
            </strong>
            <span>{letter.error}</span>
            <a href={`/alerts/${letter.alert}`} onClick={follow}>
              {clockTime(Date.parse(letter.created_at), nowMs.value)}
            </a>
            <button type="button" class="button" onClick={() => void send(() => call("POST", `/dead_letters/${letter.id}/send_again`))}>
              {t.sendAgain}
            </button>
          </li>
        ))}
      </ul>
      {failed}
    </section>
  );
}
