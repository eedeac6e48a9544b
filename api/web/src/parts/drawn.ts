/** A chart in its place: made once, resized with its place, drawn anew with every rendering. */
import { useEffect, useRef } from "preact/hooks";
import { Chart, type Drawing } from "../chart";
import { language } from "../language";

export function useDrawn(drawing: Drawing, timeZone: string): preact.RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    chart.current = new Chart(element, drawing, timeZone, element.clientHeight);
    const watch = new ResizeObserver(() => chart.current?.resize(element.clientWidth, element.clientHeight));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [timeZone, language.value]);
  useEffect(() => chart.current?.update(drawing));
  return place;
}
