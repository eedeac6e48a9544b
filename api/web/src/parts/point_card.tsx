/** A point live: place, quantity, big value with unit, quality, age, set-points, chart. */
import { nowMs } from "../clock";
import type { LimitLine, LivePoint } from "../forms";
import { ago, decimal, quantity, unit } from "../format";
import { words } from "../language";
import { isSilent, PriorityBadge, QualityBadge, shapeOf } from "./state";
import { type Feed, Trend } from "./trend";

interface Props {
  point: LivePoint;
  feed: Feed;
  timeZone: string;
  windowMs: number;
}

export function PointCard({ point, feed, timeZone, windowMs }: Props) {
  const ageMs = point.measured_at === null ? null : nowMs.value - Date.parse(point.measured_at);
  const tone = point.alert ? shapeOf(point.alert) : "";
  return (
    <article class={`point ${tone}`} aria-labelledby={`point-${point.id}`} data-point={point.id}>
      <header class="point-head">
        <div>
          <h2 id={`point-${point.id}`}>{point.name}</h2>
          <p class="what">{quantity(point.quantity)}</p>
        </div>
        {point.alert ? <PriorityBadge priority={point.alert} /> : <QualityBadge point={point} ageMs={ageMs} />}
      </header>
      <Value point={point} ageMs={ageMs} />
      <Trend point={point} feed={feed} timeZone={timeZone} windowMs={windowMs} />
      <footer class="point-foot">
        <SetPoints point={point} />
        <p class="instrument">{point.instrument}</p>
      </footer>
    </article>
  );
}

function Value({ point, ageMs }: { point: LivePoint; ageMs: number | null }) {
  const stale = ageMs !== null && isSilent(point, ageMs);
  return (
    <div class={stale ? "value stale" : "value"}>
      <span class="big" data-value={point.value ?? ""}>
        {point.value === null ? "—" : decimal(point.value)}
      </span>
      <span class="unit">{unit(point.unit)}</span>
      <span class="age">
        {point.alert && <QualityBadge point={point} ageMs={ageMs} />}
        {ageMs !== null && <time dateTime={point.measured_at ?? ""}>{ago(ageMs)}</time>}
      </span>
    </div>
  );
}

function SetPoints({ point }: { point: LivePoint }) {
  const t = words.value;
  if (!point.limits.length) return <p class="set-points">{t.noSetPoint}</p>;
  return (
    <p class="set-points">
      {t.setPoint}: {point.limits.map((limit, i) => [i > 0 && ", ", <Limit limit={limit} />])} {unit(point.unit)}
    </p>
  );
}

function Limit({ limit }: { limit: LimitLine }) {
  return (
    <strong class={`limit ${shapeOf(limit.priority)}`}>
      {limit.above ? "≥" : "≤"} {decimal(String(limit.value))}
    </strong>
  );
}
