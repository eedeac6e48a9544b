"""Who is told when: duty in local time, escalation until somebody acknowledges, quiet hours, digest, floods as one message."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from alerts.book import load_rules
from alerts.outbox import bundled
from alerts.wording import Words, compose_all
from store import alerts, alerts_engine, alerts_links, alerts_outbox
from store.alerts_rules import Duty, Quiet, Recipient, UnknownPerson, put_recipient
from tests.alerts.conftest import Inbox, service, settings
from tests.alerts.kit import make_kit
from tests.alerts.test_sending import claimed
from tests.alerts.test_service import RULES
from tests.alerts.test_store import episode

if TYPE_CHECKING:
    from asyncpg import Connection

    from tests.alerts.kit import Kit
    from tests.support.database import Database

services = pytest.mark.services
NIGHTS = Duty.model_validate({"days": [1, 2, 3, 4, 5], "from": "18:00", "until": "06:00"})


def told(name: str, **more: Any) -> Recipient:  # noqa: ANN401
    return Recipient.model_validate({"name": name, "medium": "email", "address": f"{name}@example.vn", **more})


async def raised(conn: Connection, kit: Kit, number: int = 1, **more: object) -> int:
    plain = {"raised_us": number, "priority": "high", "cycle": "ordinary", "kind": "level"}
    found = await alerts_engine.raise_alert(conn, episode(kit, **{**plain, **more}))
    assert found is not None
    return found


async def waiting(kit: Kit) -> dict[str, float]:
    """Recipient → seconds until its message is due."""
    rows = await kit.owner.fetch(
        """SELECT r.name, extract(epoch FROM n.next_at - clock_timestamp())::double precision AS s
           FROM alert_notification AS n JOIN alert_recipient AS r ON r.id = n.recipient WHERE n.state = 'waiting'"""
    )
    return {row["name"]: row["s"] for row in rows}


@services
@pytest.mark.parametrize(
    ("local", "there"),
    [
        ("2026-11-23T17:59:59", False),  # Monday
        ("2026-11-23T18:00:00", True),
        ("2026-11-24T05:59:59", True),
        ("2026-11-24T06:00:00", False),
        ("2026-11-28T03:00:00", True),  # Saturday: the night that Friday began
        ("2026-11-28T20:00:00", False),
        ("2026-11-30T03:00:00", False),  # Monday before dawn: Sunday's night
    ],
)
async def test_duty_is_a_time_of_the_local_week_that_may_run_over_midnight(
    database: Database, local: str, there: bool
) -> None:
    owner = await database.connect()
    number = await put_recipient(owner, told("lan", duty=[NIGHTS], timezone="Asia/Ho_Chi_Minh"))
    at = datetime.fromisoformat(local + "+07:00")
    assert await owner.fetchval("SELECT alert_on_duty($1, $2)", number, at) is there


@services
async def test_duty_follows_the_local_clock_through_a_change_of_summer_time(database: Database) -> None:
    owner = await database.connect()
    morning = Duty.model_validate({"from": "06:00", "until": "14:00", "first_day": "2026-03-29"})
    number = await put_recipient(owner, told("ute", duty=[morning], timezone="Europe/Berlin"))

    async def there(at: datetime) -> bool:
        return bool(await owner.fetchval("SELECT alert_on_duty($1, $2)", number, at))

    assert await there(datetime(2026, 3, 29, 4, 0, tzinfo=UTC))
    assert not await there(datetime(2026, 3, 29, 3, 59, tzinfo=UTC))
    assert not await there(datetime(2026, 3, 28, 5, 30, tzinfo=UTC))  # before the first day
    assert morning.first_day == date(2026, 3, 29)


@services
async def test_who_is_on_duty_is_told_and_everyone_when_nobody_is(database: Database) -> None:
    kit, _ = await make_kit(database)
    for name, last in (("hom-qua", "2020-01-01"), ("hom-kia", "2020-01-01")):
        duty = Duty.model_validate({"from": "00:00", "until": "00:00", "last_day": last})
        await put_recipient(kit.owner, told(name, duty=[duty]))
    await raised(kit.owner, kit)
    assert set(await waiting(kit)) == {"hom-qua", "hom-kia"}
    always = Duty.model_validate({"from": "00:00", "until": "00:00"})
    await put_recipient(kit.owner, told("hom-nay", duty=[always]))
    await kit.owner.execute("DELETE FROM alert_notification")
    await raised(kit.owner, kit, 2)
    assert set(await waiting(kit)) == {"hom-nay"}


@services
async def test_an_alert_climbs_until_somebody_acknowledges(database: Database) -> None:
    kit, where = await make_kit(database)
    await put_recipient(kit.owner, told("truc", repeat_s=60))
    await put_recipient(kit.owner, told("truong-phong", wait_s=300))
    conn = await database.connect("antoan_alerts")
    alert = await raised(conn, kit)
    due = await waiting(kit)
    assert due["truc"] <= 0
    assert 290 < due["truong-phong"] <= 300
    (first,) = await alerts_outbox.claim(conn, 10, 60)
    await alerts_outbox.delivered(conn, first.id, "taken")
    assert 50 < (await waiting(kit))["truc"] <= 60
    await kit.owner.execute("UPDATE alert_notification SET next_at = now() WHERE state = 'waiting'")
    again = await alerts_outbox.claim(conn, 10, 60)
    assert {(n.address, n.round) for n in again} == {("truc@example.vn", 1), ("truong-phong@example.vn", 0)}
    for notification in again:
        await alerts_outbox.delivered(conn, notification.id, "taken")
    await alerts.acknowledge(await database.connect("antoan_api"), where.supervisor, alert)
    await kit.owner.execute("UPDATE alert_notification SET next_at = now() WHERE state = 'waiting'")
    assert await alerts_outbox.claim(conn, 10, 60) == []
    states = await kit.owner.fetch("SELECT DISTINCT state FROM alert_notification")
    assert {row["state"] for row in states} == {"delivered", "cancelled"}


@services
async def test_quiet_hours_hold_back_everything_but_danger_to_life(database: Database) -> None:
    kit, _ = await make_kit(database)
    all_day = Quiet.model_validate({"from": "00:00", "until": "23:59:59.999999"})
    await put_recipient(kit.owner, told("lan", quiet=all_day))
    await raised(kit.owner, kit)
    assert (await waiting(kit))["lan"] > 0
    await kit.owner.execute("DELETE FROM alert_notification")
    await raised(kit.owner, kit, 2, priority="urgent", cycle="danger", kind="danger")
    assert (await waiting(kit))["lan"] <= 0


@services
async def test_low_priority_waits_for_the_digest(database: Database) -> None:
    kit, _ = await make_kit(database)
    await put_recipient(kit.owner, told("lan", digest_at="08:00"))
    await raised(kit.owner, kit, 1, priority="low")
    due = await kit.owner.fetchval(
        "SELECT to_char(next_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'HH24:MI') FROM alert_notification"
    )
    assert due == "08:00"


@services
async def test_what_a_kit_says_within_minutes_waits_for_one_message(database: Database) -> None:
    kit, _ = await make_kit(database)
    await put_recipient(kit.owner, told("lan"))
    conn = await database.connect("antoan_alerts")
    await raised(conn, kit, 1)
    (first,) = await alerts_outbox.claim(conn, 10, 60)
    await alerts_outbox.delivered(conn, first.id, "taken")
    for number in range(2, 7):
        await raised(conn, kit, number)
    assert 170 < (await waiting(kit))["lan"] <= 180
    await raised(conn, kit, 7, priority="urgent", cycle="danger", kind="danger")
    (danger,) = await alerts_outbox.claim(conn, 10, 60)
    assert danger.priority == "urgent"
    await kit.owner.execute("UPDATE alert_notification SET next_at = now() WHERE state = 'waiting' AND attempts = 0")
    assert [len(together) for together in bundled(await alerts_outbox.claim(conn, 1, 60))] == [5]


def test_a_bundle_is_one_message_with_a_line_for_each_and_a_danger_is_never_in_one() -> None:
    many = [claimed(id=n, alert=n) for n in range(3)] + [claimed(id=9, alert=9, priority="urgent")]
    flood, danger = bundled(many)
    assert (len(flood), len(danger)) == (3, 1)
    wording = compose_all(flood, Words("https://antoan.example"), {1: "mot"})
    assert wording.subject.startswith("[Cao] 3 cảnh báo · Nhà máy Bia")
    assert [f"/alerts/{n}" in wording.text for n in range(3)] == [True, False, True]
    assert "https://antoan.example/take#mot" in wording.text


@services
async def test_a_recipient_who_is_nobody_is_refused(database: Database) -> None:
    with pytest.raises(UnknownPerson, match="nobody logs in as 'khong-co'"):
        await put_recipient(await database.connect(), told("lan", person="khong-co"))


@services
async def test_the_message_of_a_person_holds_a_link_that_acknowledges(database: Database, mailbox: Inbox) -> None:
    kit, where = await make_kit(database)
    await load_rules(kit.owner, RULES, "rules.yaml")
    await put_recipient(kit.owner, told("truc", person="truc"))
    mail = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "sender": "antoan@example.vn"}
    async with service(settings(database, email=mail)):
        await kit.measure(1, {kit.now_s(): 142})
        envelope = await mailbox.next()
    text = email.message_from_bytes(envelope.content, policy=email.policy.default).get_content()
    token = text.split("/take#", 1)[1].split()[0]
    api = await database.connect("antoan_api")
    link = await alerts_links.open_link(api, token)
    assert link.person == where.supervisor
    with pytest.raises(alerts_links.NoSuchLink):
        await alerts_links.open_link(api, token + "x")
    await kit.owner.execute("UPDATE alert_link SET expires_at = now()")
    with pytest.raises(alerts_links.NoSuchLink):
        await alerts_links.open_link(api, token)
