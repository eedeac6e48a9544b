/** The chart of a point: fetches its window, takes what comes live, moves with the time. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, call } from "../calls";
import type { Drawing } from "../chart";
import { nowMs } from "../clock";
import type { LivePoint, LiveReading, Readings } from "../forms";
import { quantity } from "../format";
import { words } from "../language";
import { EMPTY, extended, gapsUntil, seriesOf } from "../series";
import { useDrawn } from "./drawn";

export interface Feed {
  /** Hear the point's live readings, and when to fetch anew, until the returned function is called. */
  hear(point: number, readings: (readings: LiveReading[]) => void, anew: () => void): () => void;
}

interface Props {
  point: LivePoint;
  feed: Feed;
  timeZone: string;
  windowMs: number;
  /** A fixed end, or (absent) now. */
  untilMs?: number;
}

const REFETCH_MS = 3000; // older readings that come in (a backlog) are fetched together, not one by one
const BUCKETS = 600;

export function Trend({ point, feed, timeZone, windowMs, untilMs }: Props) {
  const series = useSignal(EMPTY);
  const end = untilMs ?? nowMs.value;

  useEffect(() => {
    let timer = 0;
    let over = false;
    const fetchWindow = async (): Promise<void> => {
      const until = untilMs ?? nowMs.peek();
      const query = new URLSearchParams({
        since: new Date(until - windowMs).toISOString(),
        until: new Date(until + (untilMs === undefined ? 10_000 : 0)).toISOString(),
        buckets: String(BUCKETS),
      });
      try {
        const found = await call<Readings>("GET", `/points/${point.id}/readings?${query}`);
        if (!over) series.value = seriesOf(found, point.interval_s);
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error; // the line is down: the shell says so, `anew` follows
      }
    };
    const later = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void fetchWindow(), REFETCH_MS);
    };
    const take = (readings: LiveReading[]): void => {
      const next = extended(series.peek(), readings);
      series.value = next.series;
      if (next.older) later();
    };
    void fetchWindow();
    const deaf = untilMs === undefined ? feed.hear(point.id, take, () => void fetchWindow()) : () => {};
    return () => {
      over = true;
      clearTimeout(timer);
      deaf();
    };
  }, [point.id, point.interval_s, windowMs, untilMs]);

  const drawing: Drawing = {
    series: series.value,
    gaps: gapsUntil(series.value, Math.min(end, nowMs.value)),
    limits: point.limits,
    sinceMs: end - windowMs,
    untilMs: end,
    resolution: 10 ** -(point.value?.split(".")[1]?.length ?? 0),
  };

  const place = useDrawn(drawing, timeZone);
  const label = words.value.chartOf(`${quantity(point.quantity)}, ${point.name}`);
  return <div ref={place} class="chart" role="img" aria-label={label} data-readings={series.value.times.length} />;
}
