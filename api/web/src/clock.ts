/** The server's time, whatever this device's clock says: ages must be true on a phone that is an hour off. */
import { signal } from "@preact/signals";

let aheadMs = 0;

/** Server time, ms since 1970; moves once a second. */
export const nowMs = signal(Date.now());

/** Learn the server's time from an answer. The shortest way is the truest: a late answer makes the server seem behind. */
let bestMs = -Infinity;
export function learnServerTime(iso: string): void {
  const ahead = Date.parse(iso) - Date.now();
  if (ahead > bestMs || ahead < bestMs - 2000) {
    bestMs = ahead;
    aheadMs = ahead;
    tick();
  }
}

function tick(): void {
  nowMs.value = Date.now() + aheadMs;
}

setInterval(tick, 1000);
