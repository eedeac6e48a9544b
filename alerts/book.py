"""The rules in force, out of the store and into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.bindings import RuleBook, RuleVersion
from alerts.engine import RuleSet
from store import alerts_engine, alerts_rules
from store.alerts_engine import CHAIN
from telemetry.strict import parse_yaml, validate

if TYPE_CHECKING:
    from datetime import datetime

    from asyncpg import Connection

    from alerts.evaluator import Bound, Ended


async def load_rules(
    conn: Connection, text: str, where: str, *, replace: bool = False, person: int | None = None
) -> list[str]:
    """Bring the rules of a YAML text into force; the ids that changed. `where` names the text in errors (a path).

    A changed rule becomes a new version; `replace` retires rules that the text does not name.
    Raises telemetry.strict.SettingsError that lists every fault; then nothing has changed.
    """
    rules = parse_yaml(text, RuleSet, where).rules
    bodies = {rule.id: rule.model_dump(mode="json") for rule in rules}
    return await alerts_rules.put_rules(conn, bodies, replace=replace, person=person)


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
