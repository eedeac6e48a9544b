/** The trace of a shift: readings with the limit, gaps hatched, breaks shaded. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure, call } from "../calls";
import type { Drawing } from "../chart";
import { exposure, printed } from "../exposure_words";
import type { Readings, Result } from "../forms";
import { words } from "../language";
import { EMPTY, seriesOf } from "../series";
import { useDrawn } from "./drawn";

const BUCKETS = 700;

export function ShiftTrace({ result, shift, point }: { result: Result; shift: NonNullable<Result["shift"]>; point: number }) {
  const t = exposure.value;
  const series = useSignal(EMPTY);
  const measured = useSignal("");
  const sinceMs = Date.parse(shift.from_at);
  const untilMs = Date.parse(shift.until_at);

  useEffect(() => {
    let over = false;
    const query = new URLSearchParams({ since: shift.from_at, until: shift.until_at, buckets: String(BUCKETS) });
    call<Readings>("GET", `/points/${point}/readings?${query}`)
      .then((found) => {
        if (over) return;
        series.value = seriesOf(found, null);
        measured.value = found.unit;
      })
      .catch((error: unknown) => {
        if (!(error instanceof ApiFailure)) throw error; // the line is down: the shell says so
      });
    return () => {
      over = true;
    };
  }, [point, shift.from_at, shift.until_at]);

  const high = result.limit.high;
  const comparable = measured.value === result.limit.unit && high !== null;
  const drawing: Drawing = {
    series: series.value,
    gaps: series.value.gaps,
    limits: comparable ? [{ value: high, above: true, priority: "high", title: { vi: "", en: "" }, label: printed(high) }] : [],
    breaks: result.breaks.map((each) => ({ sinceMs: Date.parse(each.from_at), untilMs: Date.parse(each.until_at) })),
    sinceMs,
    untilMs,
    resolution: 0.1,
  };

  const place = useDrawn(drawing, result.timezone);
  return (
    <section class="panel">
      <h2>{t.trace}</h2>
      <div ref={place} class="chart" role="img" aria-label={words.value.chartOf(result.place)} data-readings={series.value.times.length} />
      <p class="legend">
        <i class="hatch" /> {words.value.gap} <i class="rest" /> {t.breakWord}
      </p>
    </section>
  );
}
