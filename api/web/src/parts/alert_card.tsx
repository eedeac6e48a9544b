/** An alert as a card: gravity, value, set-point, place, since when, who has taken it, and the button to take it. */
import { useSignal } from "@preact/signals";
import { acknowledge, isUnacknowledged } from "../alerts";
import { ApiFailure } from "../calls";
import { nowMs } from "../clock";
import type { Alert } from "../forms";
import { clockTime, quantity, span, unit } from "../format";
import { language, words } from "../language";
import { follow } from "../router";
import { figure, setPoint, sinceMs, value, worst } from "./alert_text";
import { Icon } from "./icon";
import { PriorityBadge, shapeOf } from "./state";

export function AlertCard({ alert }: { alert: Alert }) {
  const t = words.value;
  const tone = shapeOf(alert.priority);
  return (
    <article class={`alert ${tone} ${isUnacknowledged(alert) ? "" : "taken"}`} aria-labelledby={`alert-${alert.id}`}>
      <header class="alert-head">
        <PriorityBadge priority={alert.priority} />
        <h2 id={`alert-${alert.id}`}>
          <a href={`/alerts/${alert.id}`} onClick={follow}>
            {alert.title[language.value]}
          </a>
        </h2>
      </header>
      <div class="alert-body">
        <AlertValue alert={alert} />
        <p class="alert-place">
          <strong>{alert.place || alert.gateway}</strong>
          {alert.site_name && <span>{alert.site_name}</span>}
        </p>
        <Since alert={alert} />
        <Taken alert={alert} />
        <div class="actions">
          <AcknowledgeButton alert={alert} />
          <a class="button" href={`/alerts/${alert.id}`} onClick={follow} aria-label={`${t.details}: ${alert.title[language.value]}`}>
            {t.details}
          </a>
        </div>
      </div>
    </article>
  );
}

/** An alert as one line, for the screen of its site: gravity, title, value, and whether somebody has it. */
export function AlertRow({ alert }: { alert: Alert }) {
  const t = words.value;
  return (
    <a class={`alert-row ${shapeOf(alert.priority)} ${isUnacknowledged(alert) ? "" : "taken"}`} href={`/alerts/${alert.id}`} onClick={follow}>
      <Icon shape={shapeOf(alert.priority)} />
      <span>
        <strong>{t.priority[alert.priority]}</strong> {[alert.title[language.value], value(alert), alert.place].filter(Boolean).join(" · ")}
        <small>
          {t.since} {clockTime(sinceMs(alert), nowMs.value)} ·{" "}
          {isUnacknowledged(alert) ? t.notAcknowledged : t.takenBy(alert.acknowledged_by ?? "")}
          {alert.returned_at !== null && ` · ${t.over}`}
        </small>
      </span>
      <Icon shape="on" />
    </a>
  );
}

export function AlertValue({ alert }: { alert: Alert }) {
  const t = words.value;
  if (alert.value === null) return null;
  return (
    <div class="alert-value">
      <span class="what">{quantity(alert.quantity)}</span>
      <span class="figure">
        <span class="big">{figure(alert)}</span> <span class="unit">{unit(alert.unit)}</span>
      </span>
      <span class="set-point">
        {alert.set_point !== null && `${t.setPoint} ${setPoint(alert)}`}
        {worst(alert) && (
          <span>
            {t.worst} <strong>{worst(alert)}</strong>
          </span>
        )}
      </span>
    </div>
  );
}

export function Since({ alert }: { alert: Alert }) {
  const t = words.value;
  const since = sinceMs(alert);
  const until = alert.returned_at === null ? nowMs.value : Date.parse(alert.returned_at);
  return (
    <p class="alert-since">
      <Icon shape="clock" />
      <span>
        {t.since} {clockTime(since, nowMs.value)} · {alert.returned_at === null ? t.forNow(span(until - since)) : `${t.lasted} ${span(until - since)}`}
        {alert.returned_at !== null && <strong> · {t.over}</strong>}
        {alert.late && <strong> · {t.late}</strong>}
      </span>
    </p>
  );
}

export function Taken({ alert }: { alert: Alert }) {
  const t = words.value;
  if (alert.acknowledged_at === null) {
    return isUnacknowledged(alert) ? <p class="untaken">{t.notAcknowledged}</p> : null;
  }
  return (
    <p class="taken-by">
      <Icon shape="ok" />
      <span>{t.acknowledgedBy(alert.acknowledged_by ?? "", clockTime(Date.parse(alert.acknowledged_at), nowMs.value))}</span>
    </p>
  );
}

export function AcknowledgeButton({ alert, done }: { alert: Alert; done?: () => void }) {
  const t = words.value;
  const busy = useSignal(false);
  const failed = useSignal(false);
  if (!alert.actions.includes("acknowledge")) return null;
  const take = async (): Promise<void> => {
    busy.value = true;
    failed.value = false;
    try {
      await acknowledge(alert.id);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failed.value = error.status !== 409; // 409: somebody was faster, and the card will say who
    }
    busy.value = false;
    done?.();
  };
  return (
    <>
      <button type="button" class="button main" disabled={busy.value} onClick={() => void take()}>
        {busy.value ? t.acknowledging : t.acknowledge}
      </button>
      {failed.value && (
        <p class="error" role="alert">
          {t.cannotReach}
        </p>
      )}
    </>
  );
}
