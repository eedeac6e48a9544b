"""Rules tried on past data: what the trial says fired is what the running service raised, and one changed limit is one command."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.book import changed_rules, load_rules, load_versions
from alerts.engine import RuleSet
from alerts.trial import report, try_rules
from deploy.commands.alerts_try import try_command
from telemetry.strict import SettingsError, parse_yaml
from tests.alerts.conftest import service, settings
from tests.alerts.kit import make_kit
from tests.alerts.test_rerun import RULES, measured, second_kit
from tests.alerts.test_service import all_alerts, followed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.alerts.kit import Kit
    from tests.support.database import Database

LEVEL = """
rules:
  - {id: noise-85, kind: level, title: {vi: a, en: b}, select: {quantity: sound_level_a_eq}, set_point: 85, unit: "dB[SPL]"}
"""


@pytest.mark.services
async def test_a_trial_finds_what_the_service_raised(database: Database) -> None:
    kit, where = await make_kit(database)
    other = await second_kit(database, where)
    await load_rules(kit.owner, RULES, "rules.yaml")
    async with service(settings(database)):
        await measured(kit, other, kit.now_s() - 600)
        await followed(kit)
    raised = sorted((alert.rule, alert.raised_at) for alert in await all_alerts(database, where) if alert.raised_at)
    reader, end = await database.connect("antoan_alerts"), datetime.now(UTC)
    rules = [version.rule for version in await load_versions(reader)]
    trial = await try_rules(reader, rules, end - timedelta(hours=1), end)
    assert sorted((episode.name.rule, episode.began) for episode in trial.within()) == raised
    found = report(trial, "Asia/Ho_Chi_Minh", 3)
    assert found["episodes"] == len(raised)
    assert len(found["list"]) == 3
    assert found["interruptions"]["messages"] < len(raised)
    assert await kit.owner.fetchval("SELECT count(*) FROM alert") == len(raised)


async def noisy(kit: Kit) -> datetime:
    """83 dB for a minute, twice; when the first began."""
    for start in (kit.now_s() - 900, kit.now_s() - 300):
        await kit.measure(2, {start + second: 830 for second in range(60)} | {start + 60: 700})
    return datetime.now(UTC) - timedelta(seconds=900)


@pytest.mark.services
async def test_what_if_the_limit_had_been_80(database: Database) -> None:
    kit, _ = await make_kit(database)
    await load_rules(kit.owner, LEVEL, "rules.yaml")
    began = await noisy(kit)
    reader, rules = await database.connect("antoan_alerts"), parse_yaml(LEVEL, RuleSet, "rules.yaml").rules
    begin, end = began - timedelta(seconds=60), datetime.now(UTC)
    assert (await try_rules(reader, rules, begin, end)).within() == []
    trial = await try_rules(reader, changed_rules(rules, ["noise-85.set_point=80"]), begin, end)
    found = report(trial, "Asia/Ho_Chi_Minh", 20)
    assert [rule["episodes"] for rule in found["rules"]] == [2]
    assert found["rules"][0]["total_s"] == pytest.approx(120, abs=1)
    assert found["interruptions"]["messages"] == 2
    half = await try_rules(
        reader, changed_rules(rules, ["noise-85.set_point=80"]), begin, began + timedelta(seconds=300)
    )
    assert len(half.within()) == 1


@pytest.mark.services
async def test_the_command_prints_one_json_object(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit, _ = await make_kit(database)
    await noisy(kit)
    file, config = tmp_path / "rules.yaml", tmp_path / "alerts.yaml"
    file.write_text(LEVEL, encoding="utf-8")
    config.write_text(settings(database).model_dump_json(), encoding="utf-8")
    now = datetime.now(UTC)
    words = {
        "begin": (now - timedelta(hours=1)).isoformat(),
        "end": now.isoformat(),
        "change": ("noise-85.set_point=80",),
    }
    await asyncio.to_thread(try_command, file, config=config, json_output=True, **words)  # type: ignore[arg-type]
    found = json.loads(capsys.readouterr().out)
    assert (found["episodes"], found["rules"][0]["rule"]) == (2, "noise-85")


def test_a_change_that_names_nothing_is_refused_with_the_nearest() -> None:
    rules = parse_yaml(LEVEL, RuleSet, "rules.yaml").rules
    for change, message in (
        ("noise-58.set_point=80", "noise-85"),
        ("noise-85.set_pont=80", "set_point"),
        ("noise-85=80", "RULE.SETTING=VALUE"),
        ("noise-85.set_point=loud", "loud"),
    ):
        with pytest.raises(SettingsError, match=message):
            changed_rules(rules, [change])
