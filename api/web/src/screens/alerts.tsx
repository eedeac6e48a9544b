/** Cảnh báo: the open ones, or all that ever were. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { changes, open, ranked, refresh } from "../alerts";
import type { Alerts as AlertList } from "../forms";
import { words } from "../language";
import { listen } from "../live";
import { AlertCard } from "../parts/alert_card";
import { useFetched } from "../parts/fetched";
import { Empty, Failure, Loading } from "../parts/notice";
import { follow } from "../router";

export function Alerts() {
  const t = words.value;
  const all = useSignal(false);
  useEffect(() => listen(null, null, { readings: () => {}, alerts: () => void refresh(), reset: () => void refresh() }), []);
  return (
    <>
      <div class="title">
        <h1>{t.alerts}</h1>
        <div class="windows" role="group" aria-label={t.alerts}>
          <button type="button" aria-pressed={!all.value} onClick={() => (all.value = false)}>
            {t.open}
          </button>
          <button type="button" aria-pressed={all.value} onClick={() => (all.value = true)}>
            {t.all}
          </button>
        </div>
      </div>
      {all.value ? <All /> : <Open />}
      <p>
        <a href="/alerts/health" onClick={follow}>
          {t.health}
        </a>
      </p>
    </>
  );
}

function Open() {
  const t = words.value;
  if (!open.value.length) return <Empty title={t.noAlerts} hint={t.noAlertsHint} />;
  return (
    <section class="alerts">
      {open.value.map((alert) => (
        <AlertCard key={alert.id} alert={alert} />
      ))}
    </section>
  );
}

function All() {
  const t = words.value;
  const { answer, failure, again } = useFetched<AlertList>("/alerts?state=all&limit=100", changes.value);
  if (!answer.value) return failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />;
  if (!answer.value.alerts.length) return <Empty title={t.noAlertsEver} />;
  return (
    <section class="alerts">
      {ranked(answer.value.alerts).map((alert) => (
        <AlertCard key={alert.id} alert={alert} />
      ))}
    </section>
  );
}
