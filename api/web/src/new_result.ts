/** What the form of a new result sends, in order: group, measurement, checks, and the verdict. */
import { call } from "./calls";
import type { Made, NewCheck, NewMeasurement, OneMeasurement, OneResult, Placement, Site } from "./forms";
import type { Typed } from "./parts/submitting";
import { next, stretchAtSite } from "./zone";

export const NEW_GROUP = "new";

/** `made`: groups made by an attempt that was refused later, by name; the next attempt uses them. */
export async function send(typed: Typed, site: Site, placement: Placement, made: Map<string, number>): Promise<number> {
  const group = await groupOf(typed, site, made);
  const form = measurementOf(typed, site, placement, group);
  const measurement = (await call<Made>("POST", "/measurements", form)).id;
  for (const check of checksOf(typed, form)) await call<OneMeasurement>("POST", `/measurements/${measurement}/checks`, check);
  const found = await call<OneResult>("POST", `/measurements/${measurement}/results`, { limit: typed("limit") });
  return found.result.id;
}

async function groupOf(typed: Typed, site: Site, made: Map<string, number>): Promise<number | null> {
  const chosen = typed("group");
  if (chosen !== NEW_GROUP) return chosen ? Number(chosen) : null;
  const name = typed("group_name");
  const before = made.get(name);
  if (before !== undefined) return before;
  const said = { name, head_count: Number(typed("head_count")), shifts: [], tasks: [], workers: [] };
  const { id } = await call<Made>("POST", `/sites/${site.id}/exposure-groups`, said);
  made.set(name, id);
  return id;
}

function measurementOf(typed: Typed, site: Site, placement: Placement, group: number | null): NewMeasurement {
  const day = typed("day");
  const shift = stretchAtSite(day, typed("starts"), typed("ends"), site.timezone);
  const within = (from: string, until: string): { from_at: string; until_at: string }[] => {
    if (!typed(from) || !typed(until)) return [];
    const early = stretchAtSite(day, typed(from), typed(until), site.timezone);
    return [early.from_at < shift.from_at ? stretchAtSite(next(day), typed(from), typed(until), site.timezone) : early];
  };
  const occupancy = placement.kind === "area" && typed("present_from") ? within("present_from", "present_until") : null;
  return {
    placement: placement.id,
    shift,
    breaks: within("break_from", "break_until"),
    measured: shift,
    method: typed("method"),
    organisation: typed("organisation"),
    verification: typed("verification"),
    verified_until: typed("verified_until") || null,
    gaps: (typed("gaps") || "unknown") as NewMeasurement["gaps"],
    gaps_reason: typed("gaps_reason"),
    expanded_uncertainty: null,
    uncertainty_basis: "",
    situations: [],
    stands: group === null && placement.worker === null && occupancy === null ? null : { group, worker: placement.worker, occupancy },
  };
}

const MINUTES_MS = 60_000;

/** The checks are dated by the ends of the shift: the last before, the first after. */
function checksOf(typed: Typed, form: NewMeasurement): NewCheck[] {
  const at = { before: form.shift.from_at, after: new Date(Date.parse(form.shift.until_at) + MINUTES_MS).toISOString() };
  return (["before", "after"] as const)
    .filter((moment) => typed(`check_${moment}`) !== "" && typed("reference") !== "")
    .map((moment) => ({
      moment,
      checked_at: at[moment],
      reference: Number(typed("reference")),
      found: Number(typed(`check_${moment}`)),
      tolerance: Number(typed("tolerance")),
      unit: typed("check_unit"),
      note: "",
    }));
}
