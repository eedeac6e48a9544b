"""`antoan limits …`: the exposure limits that come with the platform, by the law of a day, and a check of one's own."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from deploy.commands.spoken import spoken
from deploy.commands.tables import print_table

if TYPE_CHECKING:
    from exposure.limits.book import Entry

app = App(name="limits", help="Exposure limits: list, show, and check a set of one's own.")
_Json = Annotated[bool, Parameter(name="--json", negative="")]


@app.command(name="list")
def list_limits(
    text: str = "", /, *, on: str | None = None, jurisdiction: str | None = None, category: str | None = None,
    json_output: _Json = False,
) -> None:  # fmt: skip
    """The limits in force on a day, each with how well its value was seen.

    Example: `./antoan limits list benzene --jurisdiction EU --on 2026-04-05`

    Parameters
    ----------
    text
        Only those that mention it: agent, CAS number, text, id.
    on
        The day, YYYY-MM-DD; today when left out.
    jurisdiction
        VN, US, EU, INT, INDUSTRY, …
    category
        chemical, dust, noise, vibration, microclimate, lighting, radiation, dangerous_atmosphere.
    json_output
        Print a JSON array of objects instead of a table.
    """
    from exposure.limits.loader import book

    day = _day(on)
    found = book().select(on=day, jurisdiction=jurisdiction, category=category, text=text)
    pending = [
        (set_id, found_set)
        for set_id, found_set in book().pending(day)
        if jurisdiction in {None, found_set.jurisdiction} and category in {None, found_set.category} and not text
    ]
    if json_output:
        print(json.dumps([described(entry) for entry in found], ensure_ascii=False))  # noqa: T201
        return
    head = ("id", "agent", "metric", "allowed", "unit", "role", "verified")
    print_table(head, [_row(entry) for entry in found])
    for set_id, limit_set in pending:
        print(f"{set_id}: {limit_set.instrument}: {limit_set.pending.note.en if limit_set.pending else ''}")  # noqa: T201


@app.command
def show(limit: str, /, *, json_output: _Json = False) -> None:
    """One limit with its source, its dates in force and the rules it states about itself.

    Example: `./antoan limits show vn.qcvn_24_2016.laeq_by_duration`

    Parameters
    ----------
    limit
        Its id, from `antoan limits list`.
    json_output
        Print one JSON object.
    """
    from exposure.limits.loader import book
    from exposure.limits.strict import LimitError

    with spoken(LimitError):
        entry = book().entry(limit)
    facts = described(entry)
    if json_output:
        print(json.dumps(facts, ensure_ascii=False))  # noqa: T201
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        if value not in (None, "", {}):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            print(f"{name:<{width}}  {shown}")  # noqa: T201


@app.command
def check(file: Path, /, *, json_output: _Json = False) -> None:
    """Check a limit set of one's own; ends with 1 and names every fault when there is one.

    Example: `./antoan limits check our-limits.yaml`

    Parameters
    ----------
    file
        The YAML file. `standing: agency`, `jurisdiction: AGENCY` and a `reason` mark a set as an agency's own.
    json_output
        Print one JSON object: `limits`, the ids it gives, and `beside`: limits of law for the same agent and metric.
    """
    from exposure.limits.loader import own_book
    from exposure.limits.strict import LimitError

    with spoken(OSError, LimitError):
        own = own_book(file.read_text("utf-8"), str(file), set_id=f"own.{file.stem}")
    mine = [entry for entry in own if entry.set_id == f"own.{file.stem}"]
    beside = {entry.id: _of_law(entry, own.select(on=_day(None))) for entry in mine}
    if json_output:
        print(json.dumps({"limits": [entry.id for entry in mine], "beside": beside}, ensure_ascii=False))  # noqa: T201
        return
    print(f"{file}: {len(mine)} limits, no fault")  # noqa: T201
    for limit_id, others in beside.items():
        if others:
            print(f"{limit_id} stands beside {', '.join(others)}, and replaces none of them")  # noqa: T201


def _row(entry: Entry) -> tuple[str, ...]:
    verified = "yes" if entry.seen else "NO"
    return entry.id, entry.agent.en, entry.limit.metric, _allowed(entry), entry.limit.unit, entry.limit.role, verified


def described(entry: Entry) -> dict[str, Any]:
    """What `--json` prints of a limit."""
    limit, limit_set = entry.limit, entry.limit_set
    return {
        "id": entry.id,
        "jurisdiction": limit_set.jurisdiction,
        "clause": entry.clause,
        "standing": limit_set.standing,
        "agent": limit.agent,
        "name": entry.agent.en,
        "name_vi": entry.agent.vi,
        "cas": entry.agent.cas,
        "metric": limit.metric,
        "role": limit.role,
        "value": limit.value,
        "range": limit.range,
        "table": limit.table,
        "unit": limit.unit,
        "compare": limit.compare,
        "averaging_s": limit.averaging_s,
        "when": limit.when,
        "valid_from": entry.valid_from and entry.valid_from.isoformat(),
        "valid_to": entry.valid_to and entry.valid_to.isoformat(),
        "verified": entry.seen,
        "evidence": entry.source.evidence,
        "source": entry.source.text,
        "decision_rule": limit_set.decision.rule,
        "decision_basis": limit_set.decision.basis,
        "long_shift": _rule(entry),
        "conversion": limit_set.conversion and limit_set.conversion.model_dump(),
        "excludes": list(limit_set.scope.excludes) if limit_set.scope else [],
        "note": limit.note,
        "digest": entry.digest,
    }


def _rule(entry: Entry) -> dict[str, Any] | None:
    from exposure.limits.allowed import long_shift

    rule = long_shift(entry)
    return None if rule is None else rule.model_dump()


def _of_law(entry: Entry, all_of_the_day: list[Entry]) -> list[str]:
    kind = (entry.limit.agent, entry.limit.metric)
    return [
        e.id for e in all_of_the_day if (e.limit.agent, e.limit.metric) == kind and e.limit_set.standing == "binding"
    ]


def _allowed(entry: Entry) -> str:
    limit = entry.limit
    if limit.range is not None:
        return f"{limit.range[0]:g} … {limit.range[1]:g}"
    if limit.table is not None:
        return f"table of {len(limit.table)}"
    return f"{'≥' if limit.compare == 'at_least' else '≤'} {limit.value:g}"


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        sys.exit(f"antoan: {text!r} is no day; write it as 2026-04-05")
