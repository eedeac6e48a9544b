/** A site live: every point with its value, age, quality, set-points and chart; nothing needs a reload. */
import { useSignal } from "@preact/signals";
import { open } from "../alerts";
import { connected } from "../live";
import { words } from "../language";
import { AlertRow } from "../parts/alert_card";
import { Icon } from "../parts/icon";
import { Empty, Failure, Loading } from "../parts/notice";
import { PointCard } from "../parts/point_card";
import { useSite } from "../parts/site_feed";
import { follow } from "../router";

const WINDOWS = [5, 15, 60, 480] as const;

export function Site({ id }: { id: number }) {
  const t = words.value;
  const { site, failure, feed, again } = useSite(id);
  const minutes = useSignal<(typeof WINDOWS)[number]>(5);
  if (!site.value) return failure.value ? <Failure failure={failure.value} retry={again} /> : <Loading />;
  const { site: facts, points } = site.value;
  const alerts = open.value.filter((alert) => alert.site === id);
  return (
    <>
      <a class="back" href="/" onClick={follow}>
        <Icon shape="back" /> {t.sites}
      </a>
      <div class="title">
        <div>
          <h1>{facts.name}</h1>
          <p>
            {facts.address}
            {facts.address && " · "}
            {t.kits(facts.kits)} · {t.points(facts.points)}
          </p>
        </div>
        {connected.value && (
          <span class="live">
            <i /> {t.live}
          </span>
        )}
      </div>
      {alerts.length > 0 && (
        <section class="alert-rows" aria-label={t.alerts}>
          {alerts.map((alert) => (
            <AlertRow key={alert.id} alert={alert} />
          ))}
        </section>
      )}
      <div class="windows" role="group" aria-label={t.windowOf}>
        {WINDOWS.map((choice) => (
          <button key={choice} type="button" aria-pressed={minutes.value === choice} onClick={() => (minutes.value = choice)}>
            {t.window[choice]}
          </button>
        ))}
        <span class="legend">
          <i class="hatch" /> {t.gap}
        </span>
      </div>
      {points.length === 0 && <Empty title={t.noPoints} />}
      <div class="points">
        {points.map((point) => (
          <PointCard key={point.id} point={point} feed={feed} timeZone={facts.timezone} windowMs={minutes.value * 60_000} />
        ))}
      </div>
    </>
  );
}
