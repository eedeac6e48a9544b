/** One alert, as opened from a message: the red band, the value then and now, where, since when, what to do, who has it. */
import { changes, isUnacknowledged } from "../alerts";
import { nowMs } from "../clock";
import type { Alert as AlertForm, AlertWithTrace, TraceStep } from "../forms";
import { ago, clockTime, decimal, unit } from "../format";
import { language, words } from "../language";
import { AcknowledgeButton, AlertValue, Since, Taken } from "../parts/alert_card";
import { sinceMs, value } from "../parts/alert_text";
import { AsideForm, AsideNote } from "../parts/aside";
import { useFetched } from "../parts/fetched";
import { Icon } from "../parts/icon";
import { Failure, Loading } from "../parts/notice";
import { ResetForm } from "../parts/reset_form";
import { useSite } from "../parts/site_feed";
import { shapeOf } from "../parts/state";
import { Trend } from "../parts/trend";
import { follow } from "../router";

const AROUND_MS = 15 * 60_000;

export function Alert({ id }: { id: number }) {
  const t = words.value;
  const { answer, failure, again } = useFetched<AlertWithTrace>(`/alerts/${id}`, changes.value);
  if (!answer.value) return failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />;
  const { alert, procedure, trace } = answer.value;
  const tone = shapeOf(alert.priority);
  return (
    <>
      <a class="back" href="/alerts" onClick={follow}>
        <Icon shape="back" /> {t.alerts}
      </a>
      <div class="alert-page">
        <div>
          <article class={`alert whole ${tone} ${isUnacknowledged(alert) ? "" : "taken"}`}>
            <header class="alert-head">
              <Icon shape={tone} />
              <p class="word">{t.priority[alert.priority]}</p>
              <h1>{alert.title[language.value]}</h1>
            </header>
            <div class="alert-body">
              <AlertValue alert={alert} />
              <p class="alert-place">
                <strong>{alert.place || alert.gateway}</strong>
                {alert.site_name && <span>{alert.site_name}</span>}
              </p>
              <Since alert={alert} />
              <Taken alert={alert} />
              {alert.limit_at !== null && <p class="limit-at">{t.limitAt(clockTime(Date.parse(alert.limit_at), nowMs.value))}</p>}
              {alert.detail && <p class="detail">{alert.detail}</p>}
              <AsideNote alert={alert} done={() => void again()} />
              <div class="actions">
                <AcknowledgeButton alert={alert} done={() => void again()} />
                {alert.site !== null && (
                  <a class="button" href={`/sites/${alert.site}`} onClick={follow}>
                    {t.watchLive}
                  </a>
                )}
              </div>
              {alert.actions.includes("reset") && <ResetForm alert={alert} done={() => void again()} />}
              {alert.close_cause && alert.close_action && (
                <p class="detail">
                  {t.cause[alert.close_cause]} · {t.response[alert.close_action]}
                </p>
              )}
              {alert.actions.includes("shelve") && <AsideForm alert={alert} done={() => void again()} />}
            </div>
          </article>
          {procedure && <Procedure text={procedure} />}
        </div>
        <div>
          {alert.site !== null && alert.point !== null && <Now alert={alert} site={alert.site} />}
          <Trace steps={trace} alert={alert} />
        </div>
      </div>
    </>
  );
}

function Procedure({ text }: { text: string }) {
  return (
    <section class="panel">
      <h2>{words.value.procedure}</h2>
      <ol class="procedure">
        {text.split("\n").map((line) => (
          <li>{line.replace(/^\s*\d{1,2}[.)]\s*/, "")}</li>
        ))}
      </ol>
    </section>
  );
}

/** The point now, and its last fifteen minutes; for an alert that is over, the fifteen around its beginning. */
function Now({ alert, site }: { alert: AlertForm; site: number }) {
  const t = words.value;
  const { site: live, feed } = useSite(site);
  const point = live.value?.points.find((each) => each.id === alert.point);
  if (!live.value || !point) return null;
  const over = alert.returned_at !== null;
  const end = Math.min(sinceMs(alert) + (2 * AROUND_MS) / 3, Date.parse(live.value.server_time));
  return (
    <section class="panel">
      <h2>{over ? t.last15 : t.now}</h2>
      {!over && point.measured_at !== null && (
        <p class="value">
          <span class="big">{point.value === null ? "—" : decimal(point.value)}</span>
          <span class="unit">{unit(point.unit)}</span>
          <span class="age">{ago(nowMs.value - Date.parse(point.measured_at))}</span>
        </p>
      )}
      <Trend point={point} feed={feed} timeZone={live.value.site.timezone} windowMs={AROUND_MS} {...(over ? { untilMs: end } : {})} />
    </section>
  );
}

function Trace({ steps, alert }: { steps: TraceStep[]; alert: AlertForm }) {
  const t = words.value;
  return (
    <section class="panel">
      <h2>{t.trace}</h2>
      <ol class="trace">
        {steps.map((step) => (
          <li class={step.what}>
            <time dateTime={step.at}>{clockTime(Date.parse(step.at), nowMs.value)}</time>
            <span>
              <strong>{t.step[step.what] ?? step.what}</strong>
              {step.who && <span> · {step.who}</span>}
              <small>{step.what === "reading" ? value(alert) : step.detail}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
