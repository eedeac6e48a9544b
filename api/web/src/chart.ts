/** One chart: mean line, band from lowest to highest, limit lines with their values, gaps hatched. Drawn by uPlot. */
import uPlot from "uplot";
import type { LimitLine } from "./forms";
import { decimal } from "./format";
import type { Series, Stretch } from "./series";

export interface Drawing {
  series: Series;
  gaps: Stretch[];
  limits: (LimitLine & { label?: string })[];
  /** Shaded: breaks of a shift. */
  breaks?: Stretch[];
  sinceMs: number;
  untilMs: number;
  /** The instrument's smallest step, in the unit; the scale never magnifies it beyond measure. */
  resolution: number;
}

const INK = "#0b4f6c";
const BAND = "rgba(11, 79, 108, 0.16)";
const AXIS = "#44525f";
const REST = "#d7e6ee";
const GRID = "#e4e8ec";
const LIMIT: Record<LimitLine["priority"], string> = { urgent: "#a3001b", high: "#8a3b00", medium: "#6b5200", low: "#44525f" };
const FONT = "13px system-ui, sans-serif";

export class Chart {
  private readonly plot: uPlot;
  private drawing: Drawing;

  constructor(element: HTMLElement, drawing: Drawing, timeZone: string, height: number) {
    this.drawing = drawing;
    this.plot = new uPlot(this.options(element.clientWidth, height, timeZone), columns(drawing.series), element);
  }

  update(drawing: Drawing): void {
    this.drawing = drawing;
    this.plot.setData(columns(drawing.series), false);
    this.plot.batch(() => {
      this.plot.setScale("x", { min: drawing.sinceMs / 1000, max: drawing.untilMs / 1000 });
    });
    this.plot.redraw(true, true);
  }

  resize(width: number, height: number): void {
    this.plot.setSize({ width, height });
  }

  destroy(): void {
    this.plot.destroy();
  }

  private options(width: number, height: number, timeZone: string): uPlot.Options {
    const line: uPlot.Series = {
      points: { show: false },
      gaps: (u, _series, _from, _to, gaps) => this.breaks(u, gaps),
    };
    return {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 24, 0, 0],
      tzDate: (s) => uPlot.tzDate(new Date(s * 1000), timeZone),
      scales: {
        x: { time: true, range: () => [this.drawing.sinceMs / 1000, this.drawing.untilMs / 1000] },
        y: { range: (_, low, high) => range(low, high, this.drawing) },
      },
      axes: [
        { ...AXES, space: 70, size: 28, values: [whole(60, "{HH}:{mm}"), whole(1, "{HH}:{mm}:{ss}")] },
        { ...AXES, space: 34, size: 52, values: (_, splits) => splits.map((value) => decimal(String(Number(value.toPrecision(6))))) },
      ],
      series: [
        {},
        { ...line, stroke: INK, width: 2 },
        { ...line, stroke: "transparent" },
        { ...line, stroke: "transparent" },
      ],
      bands: [{ series: [2, 3], fill: BAND }],
      hooks: { drawClear: [(u) => this.shade(u), (u) => this.hatch(u)], draw: [(u) => this.limitLines(u)] },
    };
  }

  /** The line breaks at gaps too, not only at readings without a value. */
  private breaks(u: uPlot, gaps: [number, number][]): [number, number][] {
    const own = this.drawing.gaps.map(
      (gap) => [u.valToPos(gap.sinceMs / 1000, "x", true), u.valToPos(gap.untilMs / 1000, "x", true)] as [number, number],
    );
    return [...gaps, ...own].sort((a, b) => a[0] - b[0]);
  }

  private shade(u: uPlot): void {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.fillStyle = REST;
    for (const rest of this.drawing.breaks ?? []) {
      const from = Math.max(u.valToPos(rest.sinceMs / 1000, "x", true), bbox.left);
      const to = Math.min(u.valToPos(rest.untilMs / 1000, "x", true), bbox.left + bbox.width);
      if (to > from) ctx.fillRect(from, bbox.top, to - from, bbox.height);
    }
    ctx.restore();
  }

  private hatch(u: uPlot): void {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    for (const gap of this.drawing.gaps) {
      const from = Math.max(u.valToPos(gap.sinceMs / 1000, "x", true), bbox.left);
      const to = Math.min(u.valToPos(gap.untilMs / 1000, "x", true), bbox.left + bbox.width);
      if (to > from) ctx.rect(from, bbox.top, to - from, bbox.height);
    }
    ctx.clip();
    ctx.fillStyle = "#f1f3f5";
    ctx.fillRect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.strokeStyle = "#8d99a5";
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    const step = 9 * devicePixelRatio;
    for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }

  private limitLines(u: uPlot): void {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.font = FONT.replace("13px", `600 ${13 * devicePixelRatio}px`);
    for (const limit of this.drawing.limits) {
      const y = Math.round(u.valToPos(limit.value, "y", true));
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = ctx.fillStyle = LIMIT[limit.priority];
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.setLineDash([8 * devicePixelRatio, 5 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.textAlign = "left";
      const under = y - 18 * devicePixelRatio < bbox.top;
      ctx.textBaseline = under ? "top" : "bottom";
      const text = limit.label ?? `${limit.above ? "≥" : "≤"} ${decimal(String(limit.value))}`;
      const at = [bbox.left + 6 * devicePixelRatio, y + (under ? 4 : -4) * devicePixelRatio] as const;
      ctx.lineWidth = 4 * devicePixelRatio;
      ctx.strokeStyle = "#fff";
      ctx.strokeText(text, ...at); // a halo: the word stays legible where the line crosses it
      ctx.fillText(text, ...at);
    }
    ctx.restore();
  }
}

const AXES: uPlot.Axis = { stroke: AXIS, font: FONT, grid: { stroke: GRID, width: 1 }, ticks: { show: false }, gap: 6 };

/** One form of time labels for steps of at least so many seconds. */
function whole(stepS: number, form: string): (string | number | null)[] {
  return [stepS, form, null, null, null, null, null, null, 1];
}

function columns(series: Series): uPlot.AlignedData {
  return [series.times.map((ms) => ms / 1000), series.mean, series.high, series.low];
}

/** The readings, with the nearest limit on either side in sight, and some air. */
function range(low: number | null, high: number | null, { limits, resolution }: Drawing): [number, number] {
  let bottom = low ?? 0;
  let top = high ?? bottom + 1;
  const above = limits.filter((limit) => limit.above && limit.value >= top).map((limit) => limit.value);
  const below = limits.filter((limit) => !limit.above && limit.value <= bottom).map((limit) => limit.value);
  if (above.length) top = Math.min(...above);
  if (below.length) bottom = Math.max(...below);
  const air = Math.max((top - bottom) * 0.12, Math.abs(top) * 0.005, resolution * 10);
  return [low !== null && low >= 0 && bottom - air < 0 ? 0 : bottom - air, top + air];
}
