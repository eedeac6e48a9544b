/** A site, followed live: its points with their latest values as one signal, and a feed for its charts. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { refresh } from "../alerts";
import { ApiFailure, call } from "../calls";
import { nowMs } from "../clock";
import type { LivePoint, LiveReading, SiteLive } from "../forms";
import { listen } from "../live";
import type { Feed } from "./trend";

/** A reading dated further ahead is not the latest of anything (the server's store/sites_live.py says the same). */
const AHEAD_MS = 10_000;

interface Ear {
  point: number;
  readings: (readings: LiveReading[]) => void;
  anew: () => void;
}

export interface SiteFeed {
  site: Signal<SiteLive | null>;
  failure: Signal<ApiFailure | null>;
  feed: Feed;
  again: () => void;
}

export function useSite(id: number): SiteFeed {
  const site = useSignal<SiteLive | null>(null);
  const failure = useSignal<ApiFailure | null>(null);
  const ears = useMemo(() => new Set<Ear>(), [id]);
  const version = useSignal(0);

  useEffect(() => {
    let close = (): void => {};
    let over = false;
    const fetchSite = async (): Promise<SiteLive | null> => {
      try {
        const found = await call<SiteLive>("GET", `/sites/${id}/live`);
        if (over) return null;
        failure.value = null;
        site.value = found;
        return found;
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        if (!over) failure.value = error;
        return null;
      }
    };
    const anew = (): void => {
      void fetchSite();
      for (const ear of ears) ear.anew();
    };
    const heard = (readings: LiveReading[]): void => {
      if (site.value) site.value = { ...site.value, points: site.value.points.map((point) => latest(point, readings)) };
      for (const ear of ears) {
        const own = readings.filter((reading) => reading.point === ear.point);
        if (own.length) ear.readings(own);
      }
    };
    const alerts = (): void => void refresh().then(fetchSite);
    void fetchSite().then((found) => {
      if (found && !over) close = listen(id, found.cursor, { readings: heard, alerts, reset: anew });
    });
    return () => {
      over = true;
      close();
    };
  }, [id, version.value]);

  const feed: Feed = {
    hear(point, readings, anew) {
      const ear = { point, readings, anew };
      ears.add(ear);
      return () => ears.delete(ear);
    },
  };
  return { site, failure, feed, again: () => (version.value += 1) };
}

/** The point with the last measured of what it has and what has come: by event time, whatever the order of arrival. */
function latest(point: LivePoint, readings: LiveReading[]): LivePoint {
  let newest = point;
  for (const reading of readings) {
    const known = newest.measured_at === null ? -Infinity : Date.parse(newest.measured_at);
    if (reading.point === point.id && reading.time_ms >= known && reading.time_ms <= nowMs.peek() + AHEAD_MS) {
      newest = {
        ...newest,
        value: reading.value,
        quality: reading.quality,
        measured_at: new Date(reading.time_ms).toISOString(),
      };
    }
  }
  return newest;
}
