/** The words of an alert. */
import type { Alert } from "../forms";
import { decimal, unit } from "../format";

/** "≥ 142 ppm", or empty where the alert has no value. A lower bound (saturated) says so. */
export function value(alert: Alert): string {
  if (alert.value === null) return "";
  return `${alert.at_least ? "≥ " : ""}${decimal(alert.value)} ${unit(alert.unit)}`.trim();
}

export function setPoint(alert: Alert): string {
  return alert.set_point === null ? "" : `${decimal(alert.set_point)} ${unit(alert.unit)}`.trim();
}

/** When it began, as well as is known. */
export function sinceMs(alert: Alert): number {
  return Date.parse(alert.since ?? alert.raised_at ?? alert.recorded_at);
}
