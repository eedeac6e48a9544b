/** The words of an alert. */
import type { Alert } from "../forms";
import { decimal, unit } from "../format";

/** "142", or empty where the alert has no value. A lower bound (saturated) says so: "≥ 142". */
export function figure(alert: Alert): string {
  return alert.value === null ? "" : `${alert.at_least ? "≥ " : ""}${decimal(alert.value)}`;
}

/** "142 ppm", or empty where the alert has no value. */
export function value(alert: Alert): string {
  return `${figure(alert)} ${alert.value === null ? "" : unit(alert.unit)}`.trim();
}

/** The worst of the episode where it is another than what raised it, else empty. */
export function worst(alert: Alert): string {
  return alert.peak === null || alert.peak === alert.value ? "" : `${decimal(alert.peak)} ${unit(alert.unit)}`.trim();
}

export function setPoint(alert: Alert): string {
  return alert.set_point === null ? "" : `${decimal(alert.set_point)} ${unit(alert.unit)}`.trim();
}

/** When it began, as well as is known. */
export function sinceMs(alert: Alert): number {
  return Date.parse(alert.since ?? alert.raised_at ?? alert.recorded_at);
}
