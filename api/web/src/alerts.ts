/** The open alerts, kept fresh: fetched at the start, on the server's word, and once a minute all the same. */
import { computed, signal } from "@preact/signals";
import { ApiFailure, call } from "./calls";
import type { Alert, Alerts, AlertWithTrace, Reset } from "./forms";

const REFRESH_MS = 60_000;
const MANY = 200;

export const open = signal<Alert[]>([]);

/** Open alerts that nobody has acknowledged and that are a danger to life, gravest first. */
export const dangers = computed(() => open.value.filter((alert) => alert.priority === "urgent" && isUnacknowledged(alert)));

/** Counts up whenever alerts have changed: a screen that shows others fetches them again. */
export const changes = signal(0);

const RANK: Record<Alert["priority"], number> = { urgent: 0, high: 1, medium: 2, low: 3 };

export function isUnacknowledged(alert: Alert): boolean {
  return alert.state.endsWith("unacknowledged");
}

/** Unacknowledged before acknowledged, graver before lighter, newer before older. */
export function ranked(alerts: Alert[]): Alert[] {
  const key = (alert: Alert): number => (isUnacknowledged(alert) ? 0 : 10) + RANK[alert.priority];
  return [...alerts].sort((a, b) => key(a) - key(b) || b.id - a.id);
}

export async function refresh(): Promise<void> {
  try {
    open.value = ranked((await call<Alerts>("GET", `/alerts?state=open&limit=${MANY}`)).alerts);
    changes.value += 1;
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure; // the socket's own state says that the line is down
  }
}

export async function acknowledge(alert: number): Promise<AlertWithTrace> {
  return after(await call<AlertWithTrace>("POST", `/alerts/${alert}/acknowledge`, { note: "" }));
}

export async function reset(alert: number, form: Reset): Promise<AlertWithTrace> {
  return after(await call<AlertWithTrace>("POST", `/alerts/${alert}/reset`, form));
}

/** No hours: out of service, until a person brings it back. */
export async function setAside(alert: number, hours: number, reason: string): Promise<AlertWithTrace> {
  const [word, form] = hours ? ["shelve", { minutes: 60 * hours, reason }] : ["remove", { reason }];
  return after(await call<AlertWithTrace>("POST", `/alerts/${alert}/${word}`, form));
}

export async function bringBack(alert: number): Promise<AlertWithTrace> {
  return after(await call<AlertWithTrace>("POST", `/alerts/${alert}/bring_back`));
}

function after(changed: AlertWithTrace): AlertWithTrace {
  open.value = ranked(open.value.map((alert) => (alert.id === changed.alert.id ? changed.alert : alert)));
  void refresh();
  return changed;
}

/** Keep fresh until the returned function is called. */
export function keepFresh(): () => void {
  void refresh();
  const timer = setInterval(() => void refresh(), REFRESH_MS);
  return () => clearInterval(timer);
}
