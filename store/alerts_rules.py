"""Rules and recipients in the database. Rules are versioned: a changed rule is a new version, the old one is retired."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from store.errors import StoreError
from store.named import sql
from telemetry.strict import StrictModel
from telemetry.zones import known_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.connection import Connection

CHANGED_CHANNEL = "antoan_alert_rules"
"""PostgreSQL NOTIFY channel: rules were loaded or retired."""


Day = Annotated[int, Field(ge=1, le=7)]


class UnknownPerson(StoreError):  # noqa: N818  (says what it is)
    """A recipient names a person who is not there."""


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule version in force; `body` is what alerts.engine.rules reads."""

    rule: str
    version: int
    body: dict[str, Any]


class Duty(StrictModel):
    """A time of the week on duty, in the recipient's time zone. `until` before `from`: over midnight."""

    days: tuple[Day, ...] = Field(default=(1, 2, 3, 4, 5, 6, 7), min_length=1, description="1 Monday … 7 Sunday")
    begin: time = Field(alias="from", description="local time, such as 18:00")
    until: time = Field(description="local time at which it ends")
    first_day: date | None = Field(default=None, description="from this day on")
    last_day: date | None = Field(default=None, description="up to and with this day")


class Quiet(StrictModel):
    """Hours in which only danger to life is told; the rest waits for their end."""

    begin: time = Field(alias="from", description="local time, such as 22:00")
    until: time = Field(description="local time at which they end")


class Recipient(StrictModel):
    """Who is told, of what, how, when. Without agency and site: of everything; without duty: always."""

    name: str = Field(min_length=1, max_length=100, description="unique name of this recipient")
    medium: Literal["email", "webhook", "apprise"] = Field(
        description="how it is told; apprise: SMS, voice, Zalo and others by their URL"
    )
    address: str = Field(min_length=3, max_length=1000, description="e-mail address, URL, or apprise URL")
    language: Literal["vi", "en"] = Field(default="vi", description="language of the message")
    agency: int | None = Field(default=None, description="alerts of this agency and those below it")
    site: int | None = Field(default=None, description="alerts of this site only")
    least: Literal["low", "medium", "high", "urgent"] = Field(default="low", description="least priority told of")
    on_return: bool = Field(default=False, description="told also when the condition has gone")
    person: str | None = Field(
        default=None, description="log-in name of the person whose message this is: gets a link that acknowledges"
    )
    wait_s: int = Field(
        default=0, ge=0, le=86_400, description="told only if nobody has acknowledged so many seconds after"
    )
    repeat_s: int | None = Field(
        default=None, ge=60, le=86_400, description="told again so often until somebody acknowledges, 20 times at most"
    )
    timezone: str = Field(default="Asia/Ho_Chi_Minh", description="IANA time zone of duty, quiet hours and digest")
    duty: tuple[Duty, ...] = Field(default=(), max_length=50, description="when on duty; empty: always")
    quiet: Quiet | None = Field(default=None, description="hours in which only danger to life is told")
    digest_at: time | None = Field(default=None, description="low priority is collected until then, each day")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return known_zone(name)


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
    """Add a recipient, or change the one of that name, with its duty; its number. Raises UnknownPerson."""
    r = recipient
    if r.person is not None and await conn.fetchval(sql("alerts/person_of_login"), r.person) is None:
        raise UnknownPerson(f"recipient {r.name}: nobody logs in as {r.person!r}")
    quiet = (r.quiet.begin, r.quiet.until) if r.quiet else (None, None)
    told = r.name, r.medium, r.address, r.language, r.agency, r.site, r.least, r.on_return
    when = r.person, r.wait_s, r.repeat_s, r.timezone, *quiet, r.digest_at
    async with conn.transaction():
        number = int(await conn.fetchval(sql("alerts/put_recipient"), *told, *when))
        await conn.execute(sql("alerts/clear_duty"), number)
        for duty in r.duty:
            times = list(duty.days), duty.begin, duty.until, duty.first_day, duty.last_day
            await conn.execute(sql("alerts/add_duty"), number, *times)
    return number
