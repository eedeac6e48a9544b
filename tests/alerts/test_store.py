"""Alerts in the database: who sees them, what a person can do, and that nothing is written twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from alerts.book import load_rules
from store import alerts, alerts_engine, alerts_outbox
from store.alerts_rules import Recipient, put_recipient, rules_in_force
from telemetry.strict import SettingsError
from tests.alerts.kit import Kit, Place, make_kit
from tests.alerts.test_rules import GOOD

if TYPE_CHECKING:
    from tests.support.database import Database

pytestmark = pytest.mark.services


def episode(kit: Kit, **more: object) -> alerts_engine.Episode:
    now = datetime.now(UTC)
    plain = alerts_engine.Episode(
        gateway=kit.gateway, gateway_channel=1, rule="co-danger", boot=kit.boot, raised_us=5, rule_version=None,
        kind="danger", cycle="danger", priority="urgent", origin="server",
        title=json.dumps({"vi": "CO nguy hiểm", "en": "CO danger"}), channel=1, set_point=None, unit="[ppm]", exponent=0,
        value=142, raised_at=now, since_at=now, peak=142, at_least=False, epoch=1, seq=3, received=now, edge_epoch=None,
        edge_episode=None, late=False, provisional=False, detail="", limit_at=None,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


async def raised(database: Database, **more: object) -> tuple[Kit, Place, int]:
    kit, where = await make_kit(database)
    conn = await database.connect("antoan_alerts")
    await put_recipient(conn, Recipient(name="truc", medium="email", address="truc@example.vn"))
    alert = await alerts_engine.raise_alert(conn, episode(kit, **more))
    assert alert is not None
    return kit, where, alert


async def test_an_alert_knows_its_place_and_belongs_to_the_agency_of_the_deployment(database: Database) -> None:
    kit, where, number = await raised(database)
    api = await database.connect("antoan_api")
    (found,) = await alerts.alerts(api, where.supervisor, only_open=True)
    assert (found.id, found.state, found.agency, found.site) == (number, "unacknowledged", where.agency, where.site)
    assert (found.site_name, found.point_name, found.gateway) == ("Nhà máy Bia", "Bồn chứa số 2", kit.gateway)
    assert await alerts.alerts(api, where.stranger) == []
    with pytest.raises(alerts.NoSuchAlert):
        await alerts.acknowledge(api, where.stranger, number)


async def test_writing_an_episode_twice_changes_nothing(database: Database) -> None:
    kit, where, number = await raised(database)
    conn = await database.connect("antoan_alerts")
    assert await alerts_engine.raise_alert(conn, episode(kit)) is None
    assert len(await alerts_outbox.claim(conn, 10, 60)) == 1
    log = await alerts.log_of(await database.connect("antoan_api"), where.supervisor, number)
    assert [entry.fact for entry in log] == ["raise"]


async def test_a_person_acknowledges_and_the_log_says_who_when_and_what(database: Database) -> None:
    _, where, number = await raised(database)
    api = await database.connect("antoan_api")
    await alerts.see(api, where.supervisor, number)
    await alerts.see(api, where.supervisor, number)
    found = await alerts.acknowledge(api, where.supervisor, number, "đã gọi đầu mối")
    assert found.state == "acknowledged"
    log = await alerts.log_of(api, where.supervisor, number)
    assert [(e.fact, e.person, e.note) for e in log[1:]] == [
        ("seen", where.supervisor, ""),
        ("acknowledge", where.supervisor, "đã gọi đầu mối"),
    ]
    with pytest.raises(alerts.NotPossible) as refused:
        await alerts.acknowledge(api, where.supervisor, number)
    assert refused.value.state == "acknowledged"


@pytest.mark.parametrize("action", ["shelve", "suppress", "remove"])
async def test_a_danger_to_life_cannot_be_silenced(database: Database, action: str) -> None:
    _, where, number = await raised(database)
    api = await database.connect("antoan_api")
    with pytest.raises(alerts.NotPossible):
        await alerts.advance(api, where.supervisor, number, action, "ồn quá")


async def test_a_late_alert_is_kept_and_pages_nobody(database: Database) -> None:
    _, where, number = await raised(database, late=True)
    assert await alerts_outbox.claim(await database.connect("antoan_alerts"), 10, 60) == []
    found = await alerts.alert(await database.connect("antoan_api"), where.supervisor, number)
    assert (found.late, found.state) == (True, "unacknowledged")


async def test_a_claim_keeps_other_senders_away_until_it_ends(database: Database) -> None:
    await raised(database)
    first, second = await database.connect("antoan_alerts"), await database.connect("antoan_alerts")
    (claimed,) = await alerts_outbox.claim(first, 10, 60)
    assert await alerts_outbox.claim(second, 10, 60) == []
    await alerts_outbox.failed(first, claimed.id, "no answer", 0)
    (again,) = await alerts_outbox.claim(second, 10, 60)
    assert again.attempts == 2


async def test_a_dead_letter_is_visible_and_can_be_sent_again(database: Database) -> None:
    _, where, number = await raised(database)
    conn, api = await database.connect("antoan_alerts"), await database.connect("antoan_api")
    (claimed,) = await alerts_outbox.claim(conn, 10, 60)
    await alerts_outbox.failed(conn, claimed.id, "550 no such user", None)
    (dead,) = await alerts.dead_letters(api)
    assert (dead.alert, dead.error) == (number, "550 no such user")
    assert await alerts.send_again(api, dead.id)
    (again,) = await alerts_outbox.claim(conn, 10, 60)
    await alerts_outbox.delivered(conn, again.id, "250 OK")
    (trace,) = await alerts.deliveries_of(api, where.supervisor, number)
    assert (trace.state, trace.receipt, trace.error) == ("delivered", "250 OK", None)
    assert trace.sent_at is not None
    assert trace.delivered_at is not None
    assert trace.created_at <= trace.sent_at <= trace.delivered_at


async def test_rules_are_versioned_and_equal_ones_left_alone(database: Database) -> None:
    conn = await database.connect("antoan_api")
    assert await load_rules(conn, GOOD, "rules.yaml") == ["noise-85"]
    assert await load_rules(conn, GOOD, "rules.yaml") == []
    assert await load_rules(conn, GOOD.replace("set_point: 85", "set_point: 80"), "rules.yaml") == ["noise-85"]
    (rule,) = await rules_in_force(conn)
    assert (rule.version, rule.body["set_point"]) == (2, "80")
    with pytest.raises(SettingsError):
        await load_rules(conn, GOOD.replace("set_point", "setpoint"), "rules.yaml")
    assert await load_rules(conn, "rules: []", "rules.yaml", replace=True) == ["noise-85"]
    assert await rules_in_force(conn) == []


async def test_a_page_finds_the_set_points_of_its_site(database: Database) -> None:
    _, where = await make_kit(database)
    conn = await database.connect("antoan_api")
    await load_rules(conn, GOOD, "rules.yaml")
    (line,) = await alerts.set_points(conn, where.site)
    assert (line.set_point, line.unit, line.body["source"]["document"]) == (Decimal(85), "dB[SPL]", "QCVN 24:2016/BYT")
