/** Times by the clock of a site, whatever the browser's own zone. */

/** The moment at which the site's clock shows this day ("2026-11-18") and time ("07:00"). */
export function atSite(day: string, time: string, timeZone: string): Date {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  let moment = wanted;
  for (let pass = 0; pass < 2; pass++) moment = wanted - offsetMs(moment, timeZone); // twice: the offset may change in between
  return new Date(moment);
}

function offsetMs(ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(ms);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "00";
  return Date.parse(`${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}Z`) - ms;
}

/** The stretch between two times of a shift that begins on a day; one that ends before it begins ends on the next. */
export function stretchAtSite(day: string, from: string, until: string, timeZone: string): { from_at: string; until_at: string } {
  const begin = atSite(day, from, timeZone);
  let end = atSite(day, until, timeZone);
  if (end <= begin) end = atSite(next(day), until, timeZone);
  return { from_at: begin.toISOString(), until_at: end.toISOString() };
}

export function next(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Today by the site's clock. */
export function today(nowMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone }).format(nowMs);
}
