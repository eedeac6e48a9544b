"""`antoan alerts try`: rules on past data, before they are in force; "what if the limit had been 80?" is one command."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import asyncpg
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from alerts.book import changed_rules, load_versions
from alerts.engine import RuleSet
from alerts.settings import AlertsSettings
from alerts.trial import report, try_rules
from deploy.commands.spoken import spoken
from deploy.service_runner import read_settings
from store.connection import connect
from telemetry.strict import SettingsError

if TYPE_CHECKING:
    from alerts.engine import Rule


def try_command(
    rules: Path | None = None,
    /,
    *,
    config: Annotated[Path, Parameter(help="The settings file of the alert service.")],
    begin: Annotated[str, Parameter(name="--from", help="ISO 8601; without an offset it is in --timezone.")],
    end: Annotated[str, Parameter(name="--to", help="The same; the end does not belong to it.")],
    change: Annotated[tuple[str, ...], Parameter(name="--set", negative="")] = (),
    timezone: str = "Asia/Ho_Chi_Minh",
    episodes: int = 20,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Show what rules would have done on past data: what fires, how often, how long, how many messages. Nothing is written.

    Example: `./antoan alerts try rules.yaml --from 2026-11-01 --to 2026-11-08 --config alerts.yaml`

    Example: `./antoan alerts try --set noise-85.set_point=80 --from 2026-11-01 --to 2026-11-08 --config alerts.yaml --json`

    Parameters
    ----------
    rules
        A rules file; the rules in force when left out.
    change
        RULE.SETTING=VALUE: a setting changed for the trial.
    timezone
        Of times without an offset, and of what night is.
    episodes
        How many episodes to list one by one.
    """
    settings = read_settings(config, AlertsSettings)
    with spoken(SettingsError, asyncpg.PostgresError, OSError, ValueError):
        times = _moment(begin, timezone), _moment(end, timezone)
        if times[0] >= times[1]:
            raise ValueError(f"--from {begin} is not before --to {end}")
        found = asyncio.run(_try(settings, rules, change, times, timezone=timezone, listed=episodes))
    if json_output:
        print(json.dumps(found, ensure_ascii=False))  # noqa: T201
    else:
        _show(found)


async def _try(
    settings: AlertsSettings,
    file: Path | None,
    changes: tuple[str, ...],
    times: tuple[datetime, datetime],
    *,
    timezone: str,
    listed: int,
) -> dict[str, Any]:
    connection = await connect(settings.database, "antoan alerts try")
    try:
        chosen = await _in_force(connection) if file is None else read_settings(file, RuleSet).rules
        return report(await try_rules(connection, changed_rules(chosen, changes), *times), timezone, listed)
    finally:
        await connection.close()


async def _in_force(connection: asyncpg.Connection) -> tuple[Rule, ...]:
    return tuple(version.rule for version in await load_versions(connection))


def _moment(text: str, timezone: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


def _show(found: dict[str, Any]) -> None:
    console, cost = Console(), found["interruptions"]
    table = Table("rule", "priority", "episodes", "a day", "longest s", "open at end")
    for rule in found["rules"]:
        longest = "" if rule["longest_s"] is None else f"{rule['longest_s']:g}"
        table.add_row(
            rule["rule"],
            rule["priority"],
            str(rule["episodes"]),
            f"{rule['per_day']:g}",
            longest,
            str(rule["open_at_end"]),
        )
    console.print(table)
    console.print(
        f"{found['readings']} readings; {found['episodes']} episodes; {cost['messages']} messages to a person who is told of all, "
        f"{cost['per_day']:g} a day, {cost['at_night']} at night, at worst {cost['worst_10_min']} in ten minutes"
    )
