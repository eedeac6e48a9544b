"""The rules in force, out of the store and into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.bindings import RuleBook, RuleVersion
from alerts.engine import RuleSet
from store import alerts_engine, alerts_rules
from store.alerts_engine import CHAIN
from telemetry.strict import SettingsError, load_yaml, nearest, parse_yaml, validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from asyncpg import Connection

    from alerts.engine import Rule
    from alerts.evaluator import Bound, Ended


async def load_rules(
    conn: Connection, text: str, where: str, *, replace: bool = False, person: int | None = None
) -> list[str]:
    """Bring the rules of a YAML text into force; the ids that changed. `where` names the text in errors (a path).

    A changed rule becomes a new version; `replace` retires rules that the text does not name.
    Raises telemetry.strict.SettingsError that lists every fault; then nothing has changed.
    """
    rules = parse_yaml(text, RuleSet, where).rules
    before = set() if replace else {stored.rule for stored in await alerts_rules.rules_in_force(conn)}
    _check_suppression(rules, before, where)
    bodies = {rule.id: rule.model_dump(mode="json") for rule in rules}
    return await alerts_rules.put_rules(conn, bodies, replace=replace, person=person)


def _check_suppression(rules: Iterable[Rule], before: set[str], where: str) -> None:
    """Refuse a rule that is suppressed by one that is nowhere."""
    rules = list(rules)
    known = before | {rule.id for rule in rules}
    for rule in rules:
        for unknown in sorted(set(rule.suppressed_by) - known):
            raise SettingsError(
                f"{where}: rule {rule.id}: suppressed_by {unknown!r}: {nearest(unknown, sorted(known))}"
            )


def changed_rules(rules: Sequence[Rule], changes: Sequence[str]) -> tuple[Rule, ...]:
    """The rules with settings changed, each as RULE.SETTING=VALUE (`noise-85.set_point=80`). Raises SettingsError."""
    bodies = {rule.id: rule.model_dump(mode="json", exclude_unset=True) for rule in rules}
    for change in changes:
        place, equals, value = change.partition("=")
        rule, _, setting = place.rpartition(".")
        if not equals or not rule:
            raise SettingsError(f"{change!r} is no change; write RULE.SETTING=VALUE, such as noise-85.set_point=80")
        if rule not in bodies:
            raise SettingsError(f"{change!r}: there is no rule {rule!r}; {nearest(rule, sorted(bodies))}")
        bodies[rule][setting] = load_yaml(value, change)
        if {setting} & {"consequence", "respond_within_s"}:
            bodies[rule].pop("priority", None)
    return validate({"rules": list(bodies.values())}, RuleSet, "rules with --set").rules


async def load_versions(conn: Connection) -> tuple[RuleVersion, ...]:
    """The rules in force. Raises SettingsError for rules that this version cannot read."""
    stored = await alerts_rules.rules_in_force(conn)
    bodies: dict[str, Any] = {"rules": [rule.body for rule in stored]}
    rules = validate(bodies, RuleSet, "rules in the database").rules
    return tuple(RuleVersion(rule, known.version) for rule, known in zip(rules, stored, strict=True))


async def load_book(conn: Connection, known: RuleBook | None = None) -> RuleBook:
    """The rules in force and where every kit is now; with `known`, its rules, and only where every kit is now."""
    versions = await load_versions(conn) if known is None else known.rules
    return RuleBook.of(versions, await alerts_engine.placements(conn))


async def end_dropped(conn: Connection, gateway: str, bound: Bound, now: datetime) -> None:
    """End what a rule that no longer reads the channel had raised: it could never return by itself."""
    episode = bound.machine.active
    if episode is None:
        return
    channel, rule_id = bound.channel.gateway_channel, bound.version.rule.id
    await _end(conn, alerts_engine.Name(gateway, channel, rule_id, episode.boot, episode.us), now)


async def end_episode(conn: Connection, ended: Ended, now: datetime) -> None:
    """End what a rule about a whole kit, or several channels, had raised: it is no longer in force."""
    episode = ended.episode
    await _end(conn, alerts_engine.Name(ended.gateway, CHAIN, ended.rule, episode.boot, episode.us), now)


async def _end(conn: Connection, name: alerts_engine.Name, now: datetime) -> None:
    async with conn.transaction():
        await alerts_engine.return_alert(
            conn, name, boot=name.boot, at_us=name.raised_us, at=now, peak=None, late=False
        )
