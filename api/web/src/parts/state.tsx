/** What a point, a site or an alert is: one word with its shape. */
import type { Alert, LivePoint } from "../forms";
import { quality } from "../format";
import { words } from "../language";
import { Icon, type Shape } from "./icon";

export function shapeOf(priority: Alert["priority"]): Shape {
  return priority === "urgent" ? "danger" : priority;
}

export function Badge({ tone, shape, children }: { tone: string; shape: Shape; children: preact.ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      <Icon shape={shape} />
      <span>{children}</span>
    </span>
  );
}

export function PriorityBadge({ priority }: { priority: Alert["priority"] }) {
  return (
    <Badge tone={shapeOf(priority)} shape={shapeOf(priority)}>
      {words.value.priority[priority]}
    </Badge>
  );
}

const SILENT_INTERVALS = 10;
const SILENT_LEAST_MS = 60_000;

/** Ten readings missed, and at least a minute: entries travel in bundles, a shorter silence is on the way. */
export function isSilent(point: LivePoint, ageMs: number): boolean {
  return ageMs > Math.max(SILENT_LEAST_MS, (point.interval_s ?? 1) * 1000 * SILENT_INTERVALS);
}

export function QualityBadge({ point, ageMs }: { point: LivePoint; ageMs: number | null }) {
  if (point.quality === null || ageMs === null) {
    return (
      <Badge tone="quiet" shape="silent">
        {words.value.neverMeasured}
      </Badge>
    );
  }
  if (isSilent(point, ageMs)) {
    return (
      <Badge tone="medium" shape="silent">
        {words.value.silent}
      </Badge>
    );
  }
  return point.quality === "ok" ? (
    <Badge tone="ok" shape="ok">
      {quality("ok")}
    </Badge>
  ) : (
    <Badge tone="medium" shape="unsure">
      {quality(point.quality)}
    </Badge>
  );
}
