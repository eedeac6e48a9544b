"""Limits: what is in force, confirmations against the signed text, sets of an agency's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.context import now
from api.exposure.law import Law, checked_own, law_of, set_id
from api.models import limits as forms
from api.problems import Conflict, Invalid, NotFound
from api.routing import Call, Route
from exposure.limits.allowed import long_shift
from exposure.limits.book import UnknownLimitError
from exposure.limits.strict import LimitError
from store import limits as store_limits

if TYPE_CHECKING:
    import asyncpg

    from exposure.limits.book import Entry
    from exposure.limits.schema import LimitSet, Names

MAY_CONFIRM = frozenset({"administrator"})


async def list_limits(call: Call) -> forms.Limits:
    """The limits in force on a day that match."""
    asked = call.queried(forms.LimitFilter)
    day = asked.on or now().date()
    async with call.context.connection() as db:
        law = await law_of_viewer(call, db)
    found = law.book.select(on=day, jurisdiction=asked.jurisdiction, category=asked.category, text=asked.text)
    ids = [entry.id for entry in found]
    start = ids.index(asked.after) + 1 if asked.after in ids else 0
    pending = [] if asked.text else law.book.pending(day)
    return forms.Limits(
        server_time=now(),
        on=day,
        total=len(found),
        limits=[limit_form(entry, law) for entry in found[start : start + asked.limit]],
        pending=[_pending(name, one) for name, one in pending if _wanted(one, asked)],
        own_sets=[_own(own, law) for own in law.own_sets],
        may_confirm=call.viewer.role in MAY_CONFIRM,
    )


async def one(call: Call) -> forms.OneLimit:
    """A limit with every confirmation of it."""
    async with call.context.connection() as db:
        law = await law_of_viewer(call, db)
    entry = entry_of(law, call.queried(forms.LimitAsked).id)
    return forms.OneLimit(
        server_time=now(),
        limit=limit_form(entry, law),
        confirmations=[_confirmation(c, entry) for c in law.confirmations if c.limit_id == entry.id],
        may_confirm=call.viewer.role in MAY_CONFIRM,
    )


async def confirm(call: Call) -> forms.Made:
    """An administrator has compared the limit with the signed text."""
    said = call.sent(forms.ConfirmLimit)
    async with call.context.connection() as db:
        entry = entry_of(await law_of_viewer(call, db), said.limit)
        if entry.digest != said.digest:
            raise Conflict("the limit is no longer what was read; look at it again")
        number = await store_limits.confirm(db, call.viewer.id, entry.id, entry.digest, said.document)
    if number is None:
        raise Conflict("this agency has confirmed the limit already")
    return forms.Made(server_time=now(), id=number)


async def withdraw(call: Call) -> None:
    """End a confirmation; it stays on record."""
    async with call.context.connection() as db:
        if not await store_limits.withdraw(db, call.viewer.id, call.ids["confirmation"]):
            raise NotFound("there is no such confirmation in force")


async def add_own(call: Call) -> forms.Made:
    """Bring a set of the agency's own into force, beside the law."""
    said = call.sent(forms.NewOwnSet)
    try:
        found = checked_own(said.yaml)
    except LimitError as error:
        raise Invalid(f"body: yaml: {error}") from error
    async with call.context.connection() as db:
        number = await store_limits.add_own_set(db, call.viewer.id, said.name, said.yaml, found.reason)
    if number is None:
        raise Conflict("a set of that name is in force; retire it first")
    return forms.Made(server_time=now(), id=number)


async def retire_own(call: Call) -> None:
    """End a set of the agency's own; it stays on record."""
    async with call.context.connection() as db:
        if not await store_limits.retire_own_set(db, call.viewer.id, call.ids["own"]):
            raise NotFound("there is no such set in force")


async def law_of_viewer(call: Call, db: asyncpg.Connection) -> Law:
    """The law of the agency of the person who asks."""
    return await law_of(db, await store_limits.agency_of(db, call.viewer.id))


def entry_of(law: Law, limit_id: str) -> Entry:
    """The limit of an id. Raises NotFound that names the nearest."""
    try:
        return law.book.entry(limit_id)
    except UnknownLimitError as error:
        raise NotFound(str(error)) from error


def limit_form(entry: Entry, law: Law) -> forms.ExposureLimit:
    """A limit as the page shows it."""
    limit, limit_set, held = entry.limit, entry.limit_set, law.confirmation(entry)
    long, partial = long_shift(entry), limit_set.partial
    low, high = limit.range or (None, None)
    return forms.ExposureLimit(
        id=entry.id,
        jurisdiction=limit_set.jurisdiction,
        instrument=limit_set.instrument,
        clause=entry.clause,
        category=limit_set.category,
        standing=limit_set.standing,
        agent=forms.Name(en=entry.agent.en, vi=entry.agent.vi),
        cas=entry.agent.cas,
        case=_name(limit.label),
        metric=limit.metric,
        role=limit.role,
        compare=limit.compare,
        unit=limit.unit,
        value=limit.value,
        low=low,
        high=high,
        table=[forms.TableRow(key=key, value=value) for key, value in (limit.table or {}).items()],
        averaging_s=limit.averaging_s,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        evidence=entry.source.evidence,
        source=entry.source.text,
        verified=entry.seen or held is not None,
        confirmation=_confirmation(held, entry) if held else None,
        decision_rule=limit_set.decision.rule,
        decision_basis=limit_set.decision.basis,
        long_shift=long.note if long else "",
        partial=partial.note if partial else "",
        conversion_c=limit_set.conversion.temperature_c if limit_set.conversion else None,
        excludes=_name(limit_set.scope.note) if limit_set.scope else None,
        note=limit.note,
        reason=limit_set.reason,
        digest=entry.digest,
    )


def _name(names: Names | None) -> forms.Name | None:
    return None if names is None else forms.Name(en=names.en, vi=names.vi)


def _confirmation(found: store_limits.Confirmation, entry: Entry) -> forms.Confirmation:
    return forms.Confirmation(
        id=found.id,
        agency=found.agency_name,
        document=found.document,
        confirmed_by=found.by_name,
        confirmed_at=found.confirmed_at,
        withdrawn_by=found.withdrawn_by,
        withdrawn_at=found.withdrawn_at,
        holds=found.holds and found.digest == entry.digest,
    )


def _pending(name: str, found: LimitSet) -> forms.PendingText:
    assert found.pending is not None  # noqa: S101  (what Book.pending gives)
    return forms.PendingText(
        set=name,
        instrument=found.instrument,
        title=forms.Name(en=found.title.en, vi=found.title.vi),
        note=forms.Name(en=found.pending.note.en, vi=found.pending.note.vi),
        valid_from=found.valid_from,
        agents=list(found.pending.agents),
    )


def _wanted(found: LimitSet, asked: forms.LimitFilter) -> bool:
    return asked.jurisdiction in {None, found.jurisdiction} and asked.category in {None, found.category}


def _own(own: store_limits.OwnSet, law: Law) -> forms.OwnSet:
    return forms.OwnSet(
        id=own.id,
        agency=own.agency_name,
        name=set_id(own),
        reason=own.reason,
        added_by=own.by_name,
        added_at=own.added_at,
        yaml=own.body,
        fault=next((fault for faulty, fault in law.faulty if faulty.id == own.id), ""),
    )


ROUTES = (
    Route("GET", "/api/v1/limits", list_limits, "Exposure limits in force", forms.Limits, query=forms.LimitFilter),
    Route(
        "GET", "/api/v1/limit", one, "A limit with its confirmations", forms.OneLimit, query=forms.LimitAsked,
        problems=(NotFound,),
    ),
    Route(
        "POST", "/api/v1/limits/confirmations", confirm, "Confirm a limit against the signed text", forms.Made,
        body=forms.ConfirmLimit, problems=(NotFound, Conflict), roles=MAY_CONFIRM,
    ),
    Route(
        "POST", "/api/v1/limits/confirmations/{confirmation}/withdraw", withdraw, "End a confirmation", None,
        roles=MAY_CONFIRM,
    ),
    Route(
        "POST", "/api/v1/limits/own", add_own, "Add a limit set of the agency's own", forms.Made, body=forms.NewOwnSet,
        problems=(Conflict,), roles=MAY_CONFIRM,
    ),
    Route("POST", "/api/v1/limits/own/{own}/retire", retire_own, "End a set of the agency's own", None, roles=MAY_CONFIRM),
)  # fmt: skip
