/** The verdict of a result: big value with U, the word with its shape, the bar with limit and whisker. */
import { exposure, printed, shown, withUnit } from "../exposure_words";
import type { Result } from "../forms";
import { unit } from "../format";
import { Icon, type Shape } from "./icon";

export const SHAPES: Record<Result["outcome"], Shape> = { complies: "ok", exceeds: "high", undetermined: "unsure" };
const TONES: Record<Result["outcome"], string> = { complies: "ok", exceeds: "danger", undetermined: "medium" };

export function bounds(result: Result): (number | null)[] {
  return [result.limit.low, result.limit.high];
}

export function StandingBadge({ standing }: { standing: Result["standing"] }) {
  return (
    <span class={`badge ${standing === "legal" ? "legal" : "quiet"}`}>
      <Icon shape={standing === "legal" ? "ok" : "low"} />
      <span>{exposure.value.standing[standing]}</span>
    </span>
  );
}

export function Figure({ result }: { result: Result }) {
  const t = exposure.value;
  if (result.value === null) return <p class="figure big">—</p>;
  const expanded = result.expanded_uncertainty;
  return (
    <p class="value">
      {result.lower_bound && <span class="unit">{t.lowerBoundValue}</span>}
      <span class="big">{shown(result.value, result.limit.unit, bounds(result))}</span>
      <span class="unit">{unit(result.limit.unit)}</span>
      <span class="uncertainty">{expanded === null ? t.noUncertainty : `U ${shown(expanded, result.limit.unit)}`}</span>
    </p>
  );
}

/** "▲ Vượt GHCP 85": the word before the colour; a limit that is not law is not called GHCP. */
export function Word({ result }: { result: Result }) {
  const t = exposure.value;
  const { limit, outcome } = result;
  const said =
    outcome === "undetermined" || limit.role === "limit"
      ? limit.compare === "at_least"
        ? (t.outcomeBelow[outcome] ?? t.outcome[outcome])
        : t.outcome[outcome]
      : `${t.outcomeOther[outcome]} (${t.role[limit.role]})`;
  return (
    <p class={`verdict ${TONES[outcome]}`} data-outcome={outcome}>
      <Icon shape={SHAPES[outcome]} />
      <strong>
        {said} {outcome !== "undetermined" && limitText(result)}
      </strong>
    </p>
  );
}

function limitText(result: Result): string {
  const { low, high } = result.limit;
  if (low !== null && high !== null) return `${printed(low)} – ${printed(high)}`;
  return low !== null ? printed(low) : high !== null ? printed(Number(high.toPrecision(4))) : "";
}

/** On which side the bare value lies: said also where nothing may be concluded. */
export function Side({ result }: { result: Result }) {
  const t = exposure.value;
  if (result.margin === null || result.inside === null) return null;
  const by = withUnit(shown(Math.abs(result.margin), result.limit.unit), result.limit.unit);
  return <p class="side">{result.inside ? t.belowLimit(by) : t.aboveLimit(by)}</p>;
}

const WIDTH = 320;
const HEIGHT = 74;
const LEFT = 8;
const RIGHT = WIDTH - 8;
const LINE = 34;

/** The value as a mark with its whisker ±U, the limit as a line, the side beyond it hatched. */
export function Bar({ result }: { result: Result }) {
  const { value, expanded_uncertainty: expanded, limit } = result;
  const high = limit.high;
  const edge = high ?? limit.low;
  if (value === null || edge === null) return null;
  const u = expanded ?? 0;
  const [from, to] = domain([value - u, value + u, edge, ...(limit.low === null ? [] : [limit.low])], limit.unit);
  const x = (at: number): number => LEFT + ((at - from) / (to - from)) * (RIGHT - LEFT);
  const beyond = high === null ? { x: LEFT, width: x(edge) - LEFT } : { x: x(high), width: RIGHT - x(high) };
  const end = (at: number): "start" | "middle" | "end" => (x(at) < 70 ? "start" : x(at) > WIDTH - 70 ? "end" : "middle");
  return (
    <svg class="bar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <defs>
        <pattern id="beyond" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" class="bar-soft" />
          <line x1="0" y1="0" x2="0" y2="6" class="bar-hatch" />
        </pattern>
      </defs>
      <rect x={LEFT} y={LINE - 10} width={RIGHT - LEFT} height="20" class="bar-ground" rx="4" />
      <rect {...beyond} y={LINE - 10} height="20" fill="url(#beyond)" />
      <line x1={x(edge)} x2={x(edge)} y1={LINE - 18} y2={LINE + 18} class="bar-limit" />
      <text x={x(edge)} y={LINE + 36} text-anchor={end(edge)} class="bar-text">
        {printed(Number(edge.toPrecision(4)))}
      </text>
      {u > 0 && <path d={`M${x(value - u)} ${LINE - 7}v14M${x(value - u)} ${LINE}H${x(value + u)}M${x(value + u)} ${LINE - 7}v14`} class="bar-whisker" />}
      <circle cx={x(value)} cy={LINE} r="7" class="bar-value" />
      <text x={x(value)} y={LINE - 20} text-anchor={end(value)} class="bar-text strong">
        {shown(value, limit.unit, bounds(result))}
      </text>
    </svg>
  );
}

/** A scale that shows all of it with air; zero is its end where the quantity begins there and is near. */
function domain(values: number[], ucum: string): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = Math.max((high - low) * 0.35, Math.abs(high) * 0.05, 1e-9);
  const zero = !ucum.startsWith("dB") && ucum !== "Cel";
  return [zero && low - air < high * 0.4 ? 0 : low - air, high + air];
}
