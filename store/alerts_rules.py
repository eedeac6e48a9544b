"""Rules and recipients in the database. Rules are versioned: a changed rule is a new version, the old one is retired."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from store.named import sql
from telemetry.strict import StrictModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.connection import Connection

CHANGED_CHANNEL = "antoan_alert_rules"
"""PostgreSQL NOTIFY channel: rules were loaded or retired."""


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule version in force; `body` is what alerts.engine.rules reads."""

    rule: str
    version: int
    body: dict[str, Any]


class Recipient(StrictModel):
    """Who is told, of what, how. Without agency and site: of everything."""

    name: str = Field(min_length=1, max_length=100, description="unique name of this recipient")
    medium: Literal["email", "webhook"] = Field(description="how it is told")
    address: str = Field(min_length=3, max_length=1000, description="e-mail address or URL")
    language: Literal["vi", "en"] = Field(default="vi", description="language of the message")
    agency: int | None = Field(default=None, description="alerts of this agency and those below it")
    site: int | None = Field(default=None, description="alerts of this site only")
    least: Literal["low", "medium", "high", "urgent"] = Field(default="low", description="least priority told of")
    on_return: bool = Field(default=False, description="told also when the condition has gone")


async def rules_in_force(conn: Connection) -> list[StoredRule]:
    """Every rule in force, by name."""
    rows = await conn.fetch(sql("alerts/rules_in_force"))
    return [StoredRule(row["rule"], row["version"], json.loads(row["body"])) for row in rows]


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A version of a rule; `retired_at` None: in force."""

    rule: str
    version: int
    body: dict[str, Any]
    loaded_at: datetime
    loaded_by: str | None
    retired_at: datetime | None


async def versions(conn: Connection, rule: str | None = None) -> list[RuleVersion]:
    """Every version of a rule, newest first; without a name the one in force of each."""
    rows = await conn.fetch(sql("alerts/rule_versions"), rule)
    return [RuleVersion(**{**row, "body": json.loads(row["body"])}) for row in rows]


async def retire_rule(conn: Connection, rule: str) -> bool:
    """Take a rule out of force. False when none of that name was."""
    done = str(await conn.execute(sql("alerts/retire_rule"), rule)) != "UPDATE 0"
    if done:
        await conn.execute(sql("alerts/notify_rules"))
    return done


async def put_rules(
    conn: Connection, bodies: Mapping[str, Mapping[str, Any]], *, replace: bool, person: int | None = None
) -> list[str]:
    """Bring these rules (id → body as plain JSON) into force; the ids that changed. One transaction.

    An equal body is left alone. `replace`: rules that are not named are retired.
    """
    changed = []
    async with conn.transaction():
        current = {rule.rule: rule.body for rule in await rules_in_force(conn)}
        for rule, body in bodies.items():
            if current.get(rule) == body:
                continue
            await conn.execute(sql("alerts/retire_rule"), rule)
            set_point = Decimal(str(body["set_point"])) if "set_point" in body else None
            text = json.dumps(body, ensure_ascii=False)
            await conn.fetchval(sql("alerts/add_rule"), rule, body["kind"], text, set_point, body.get("unit"), person)
            changed.append(rule)
        for rule in sorted(current.keys() - bodies.keys()) if replace else ():
            await conn.execute(sql("alerts/retire_rule"), rule)
            changed.append(rule)
        if changed:
            await conn.execute(sql("alerts/notify_rules"))
    return changed


async def put_recipient(conn: Connection, recipient: Recipient) -> int:
    """Add a recipient, or change the one of that name; its number."""
    r = recipient
    arguments = r.name, r.medium, r.address, r.language, r.agency, r.site, r.least, r.on_return
    return int(await conn.fetchval(sql("alerts/put_recipient"), *arguments))
