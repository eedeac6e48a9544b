/** The live socket: one at a time, of the site that is looked at (or of alerts alone). It comes back by itself and goes on from its cursor. */
import { signal } from "@preact/signals";
import { learnServerTime } from "./clock";
import type { LiveAlerts, LiveReading, LiveReadings, LiveReset, LiveTick } from "./forms";

type Message = LiveReadings | LiveAlerts | LiveReset | LiveTick;

export interface Listener {
  readings(readings: LiveReading[]): void;
  alerts(): void;
  /** Something could not be sent, or the line was down without a cursor: fetch anew. */
  reset(): void;
}

/** Whether live news comes in now. */
export const connected = signal(true);

const SILENT_MS = 15_000; // the server ticks every 5 s: a line silent for longer is dead, whatever the browser believes
const RETRY_MS = [500, 1000, 2000, 5000, 10_000];
const SESSION_ENDED = 4401;

/** Open the socket; the function that is returned closes it for good. */
export function listen(site: number | null, from: string | null, listener: Listener): () => void {
  let socket: WebSocket | null = null;
  let cursor = from;
  let tries = 0;
  let over = false;
  let watchdog = 0;
  let retry = 0;

  const heard = (message: Message): void => {
    learnServerTime(message.server_time);
    if (message.type === "readings" || message.type === "reset") cursor = message.cursor;
    if (message.type === "readings") listener.readings(message.readings);
    if (message.type === "alerts") listener.alerts();
    if (message.type === "reset") listener.reset();
  };
  const alive = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => socket?.close(), SILENT_MS);
  };
  const again = (code: number): void => {
    clearTimeout(watchdog);
    if (over) return;
    connected.value = false;
    if (code === SESSION_ENDED) listener.reset(); // its first call finds out and shows the log-in
    retry = setTimeout(open, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
  };
  const open = (): void => {
    socket = new WebSocket(address(site, cursor));
    alive();
    socket.onopen = () => {
      const returned = tries > 0;
      tries = 0;
      connected.value = true;
      if (returned) listener.alerts(); // what changed meanwhile is not repeated
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      alive();
      heard(JSON.parse(event.data) as Message);
    };
    socket.onclose = (event) => again(event.code);
  };
  open();
  return () => {
    over = true;
    clearTimeout(watchdog);
    clearTimeout(retry);
    connected.value = true;
    socket?.close();
  };
}

function address(site: number | null, cursor: string | null): string {
  const query = new URLSearchParams();
  if (site !== null) query.set("site", String(site));
  if (cursor !== null) query.set("cursor", cursor);
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live?${query}`;
}
