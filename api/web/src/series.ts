/** A point's readings for its chart: the window fetched, then what comes live, placed by time of measurement. */
import type { Gap, LiveReading, Readings } from "./forms";

export interface Stretch {
  sinceMs: number;
  untilMs: number;
}

export interface Series {
  /** Ascending, ms. All columns are equally long. */
  times: number[];
  low: (number | null)[];
  high: (number | null)[];
  mean: (number | null)[];
  gaps: Stretch[];
  /** Between two readings farther apart than this something is missing, ms. */
  longestMs: number;
}

const MISSED = 3; // as the server's api/gaps.py
const ON_THE_WAY_MS = 30_000;
const MAX_LENGTH = 20_000; // a chart window of 1 Hz readings fetched decimated, and hours of live ones

export const EMPTY: Series = { times: [], low: [], high: [], mean: [], gaps: [], longestMs: 3000 };

export function seriesOf(readings: Readings, intervalS: number | null): Series {
  const intervalMs = (intervalS ?? 1) * 1000;
  return {
    times: readings.time_ms,
    low: readings.low,
    high: readings.high,
    mean: readings.mean,
    gaps: readings.gaps.map(stretch),
    longestMs: Math.max(intervalMs * MISSED, readings.bucket_s * 1000 + intervalMs * 2),
  };
}

function stretch(gap: Gap): Stretch {
  return { sinceMs: Date.parse(gap.since), untilMs: Date.parse(gap.until) };
}

/** A new series with the readings added; those measured before its end are left to the next fetch (true: there were some). */
export function extended(series: Series, readings: LiveReading[]): { series: Series; older: boolean } {
  const next: Series = {
    ...series,
    times: [...series.times],
    low: [...series.low],
    high: [...series.high],
    mean: [...series.mean],
    gaps: [...series.gaps],
  };
  let older = false;
  for (const reading of readings) {
    const last = next.times.at(-1) ?? -Infinity;
    if (reading.time_ms === last) continue;
    if (reading.time_ms < last) older = true;
    else append(next, reading, last);
  }
  return { series: trimmed(next), older };
}

function append(series: Series, reading: LiveReading, last: number): void {
  const value = reading.value === null ? null : Number(reading.value);
  series.gaps = series.gaps.filter((gap) => gap.sinceMs !== last);
  if (last > -Infinity && reading.time_ms - last > series.longestMs) {
    series.gaps.push({ sinceMs: last, untilMs: reading.time_ms });
  }
  series.times.push(reading.time_ms);
  for (const column of [series.low, series.high, series.mean]) column.push(value);
}

function trimmed(series: Series): Series {
  const surplus = series.times.length - MAX_LENGTH;
  if (surplus <= 0) return series;
  for (const column of [series.times, series.low, series.high, series.mean]) column.splice(0, surplus);
  return series;
}

/** All gaps, the one that is open at its end included. */
export function gapsUntil(series: Series, nowMs: number): Stretch[] {
  const last = series.times.at(-1);
  if (last === undefined || nowMs - last <= series.longestMs + ON_THE_WAY_MS) return series.gaps;
  return [...series.gaps.filter((gap) => gap.sinceMs !== last), { sinceMs: last, untilMs: nowMs }];
}
