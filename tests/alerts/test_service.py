"""The running service: from a committed entry to a message taken over, through restarts, take-overs and late data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from alerts.book import load_rules
from store import alerts, quarantine
from store.alerts_rules import Recipient, put_recipient
from store.record import State
from telemetry.events import Alarm
from tests.alerts.conftest import Inbox, service, settings
from tests.alerts.kit import Kit, Place, make_kit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.database import Database

pytestmark = pytest.mark.services

RULES = """
rules:
  - id: co-danger
    kind: danger
    title: {vi: CO nguy hiểm đến tính mạng, en: CO danger to life}
    select: {quantity: co}
    set_point: 70
    unit: "[ppm]"
    source: {jurisdiction: INDUSTRY, document: portable gas detector factory default, verified: true}
  - id: noise-85
    kind: level
    title: {vi: Tiếng ồn vượt 85 dBA, en: Noise over 85 dBA}
    select: {quantity: sound_level_a_eq}
    set_point: 85
    unit: dB[SPL]
    on_delay_s: 5
    max_gap_s: 2
  - {id: kit-silent, kind: silence, title: {vi: Mất tín hiệu, en: Silent}, select: {quantity: co}, after_s: 60, grace_s: 0}
  - {id: chain-broken, kind: chain, title: {vi: Chuỗi dữ liệu bị đứt, en: Chain broken}}
"""


async def prepared(database: Database, hook: Inbox, rules: str = RULES) -> tuple[Kit, Place]:
    kit, where = await make_kit(database)
    await load_rules(kit.owner, rules, "rules.yaml")
    await put_recipient(kit.owner, Recipient(name="hook", medium="webhook", address=hook.address, on_return=True))
    return kit, where


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait for what no event can be awaited for: a state in the database."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110  (the state is another process's)
            await asyncio.sleep(0.02)


async def all_alerts(database: Database, where: Place) -> list[alerts.Alert]:
    return (await alerts.alerts(await database.connect("antoan_api"), where.supervisor, limit=200))[::-1]


async def followed(kit: Kit) -> None:
    """Wait until the service has saved everything committed so far."""
    behind = """SELECT count(*) FROM partition JOIN projection_cursor AS c USING (partition)
                WHERE c.projection = 'alerts' AND c.position < partition.position"""

    async def done() -> bool:
        return bool(await kit.owner.fetchval(behind) == 0)

    await until(done)


async def test_from_a_reading_to_a_message_with_its_trace(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)):
        entry = await kit.measure(1, {kit.now_s() - 2: 12, kit.now_s() - 1: 142, kit.now_s(): 150})
        key, message = await webhook.next()
        assert (message["value"], message["unit"], message["set_point"]) == ("142", "[ppm]", "70")
        assert (message["site"], message["point"], message["priority"]) == ("Nhà máy Bia", "Bồn chứa số 2", "urgent")
        assert message["subject"] == "[NGUY HIỂM] CO nguy hiểm đến tính mạng: 142 ppm · Nhà máy Bia · Bồn chứa số 2"
        assert "(UTC+07:00)" in message["text"]
        assert 'bấm "Đã nhận": https://antoan.example/alerts/1' in message["text"]
        api = await database.connect("antoan_api")
        (alert,) = await all_alerts(database, where)
        assert (alert.seq, alert.state) == (entry.link.seq, "unacknowledged")

        async def delivered() -> bool:
            return (await alerts.deliveries_of(api, where.supervisor, alert.id))[0].state == "delivered"

        await until(delivered)
        (trace,) = await alerts.deliveries_of(api, where.supervisor, alert.id)
        assert key == f"antoan-notification-{trace.id}"
        assert alert.raised_at is not None
        assert alert.entry_received is not None
        assert trace.sent_at is not None
        assert trace.delivered_at is not None
        assert alert.raised_at <= alert.entry_received <= trace.created_at <= trace.sent_at <= trace.delivered_at
        assert (await alerts.acknowledge(api, where.supervisor, alert.id)).state == "acknowledged"
        await kit.measure(1, {kit.now_s(): 3})
        _, message = await webhook.next()
        assert (message["change"], message["peak"]) == ("returned", "150")
    (alert,) = await all_alerts(database, where)
    assert alert.state == "latched_acknowledged"


async def test_a_restart_in_the_middle_of_a_delay_changes_nothing(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    start = kit.now_s() - 20
    async with service(settings(database)):
        await kit.measure(2, {start + second: 900 for second in range(3)})
        await followed(kit)
    async with service(settings(database)):
        await kit.measure(2, {start + second: 900 for second in range(3, 9)})
        _, message = await webhook.next()
    assert message["rule"] == "noise-85"
    (alert,) = await all_alerts(database, where)
    assert alert.since_at is not None
    assert alert.raised_at is not None
    assert (alert.raised_at - alert.since_at).total_seconds() == 5


async def test_a_rerun_over_the_record_gives_the_same_episodes_and_pages_nobody_twice(
    database: Database, webhook: Inbox
) -> None:
    kit, where = await prepared(database, webhook)
    start = kit.now_s() - 100
    async with service(settings(database)):
        await kit.measure(1, {start: 80, start + 1: 10, start + 2: 90, start + 3: 10})
        await followed(kit)
        for _ in range(4):
            await webhook.next()
    before = await all_alerts(database, where)
    await kit.owner.execute(
        "UPDATE projection_cursor SET position = 0, received = '2000-01-01Z' WHERE projection = 'alerts'"
    )
    await kit.owner.execute("DELETE FROM alert_engine")
    async with service(settings(database)):
        await followed(kit)
    assert await all_alerts(database, where) == before
    assert len(before) == 2
    assert webhook.taken.empty()


async def test_only_one_of_two_services_writes_and_the_other_takes_over(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)) as first, service(settings(database)):
        await kit.measure(1, {kit.now_s(): 100})
        await webhook.next()
        first.cancel()
        await kit.measure(1, {kit.now_s(): 10})
        await kit.measure(1, {kit.now_s(): 110})
        changes = [(await webhook.next())[1]["change"] for _ in range(2)]
        assert sorted(changes) == ["raised", "returned"]
        await followed(kit)
    assert len(await all_alerts(database, where)) == 2
    assert webhook.taken.empty()


async def test_late_data_give_the_alert_they_should_have_given_and_page_nobody(
    database: Database, webhook: Inbox
) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)):
        await kit.measure(1, {100: 99, 101: 98, 102: 5})
        await followed(kit)
    (alert,) = await all_alerts(database, where)
    assert (alert.late, alert.state, alert.value) == (True, "latched_unacknowledged", 99)
    assert webhook.taken.empty()


async def test_what_was_learnt_late_and_still_holds_is_paged_once_the_data_are_live(
    database: Database, webhook: Inbox
) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)):
        await kit.measure(1, {100: 99})
        await followed(kit)
        assert webhook.taken.empty()
        await kit.measure(1, {kit.now_s(): 97})
        message = (await webhook.next())[1]
        while message["rule"] != "co-danger":
            message = (await webhook.next())[1]
    alert = next(a for a in await all_alerts(database, where) if a.rule == "co-danger")
    assert (alert.late, message["alert"]) == (False, alert.id)


async def test_silence_is_raised_live_and_withdrawn_when_late_data_show_there_was_none(
    database: Database, webhook: Inbox
) -> None:
    kit, where = await prepared(database, webhook)
    last = kit.now_s() - 90
    async with service(settings(database)):
        await kit.measure(1, {last: 5})
        _, message = await webhook.next()
        assert (message["rule"], message["provisional"]) == ("kit-silent", True)
        await kit.measure(1, {last + second: 5 for second in range(10, 90, 10)})
        _, message = await webhook.next()
        assert (message["change"], message["withdrawn"]) == ("returned", True)
    (alert,) = await all_alerts(database, where)
    assert (alert.withdrawn, alert.state) == (True, "returned_unacknowledged")


async def test_silence_that_later_readings_prove_is_the_same_alert(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)):
        await kit.measure(1, {kit.now_s() - 90: 5})
        await webhook.next()
        await kit.measure(1, {kit.now_s(): 5})
        _, message = await webhook.next()
        assert (message["change"], message["withdrawn"], message["provisional"]) == ("returned", False, False)
    (alert,) = await all_alerts(database, where)
    assert not alert.withdrawn


async def test_a_fork_is_an_alert(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)):
        twin = kit.seal_readings(1, {5: 1})
        await kit.commit(twin, state=State.FORK)
        _, message = await webhook.next()
        assert (message["rule"], message["channel"]) == ("chain-broken", None)
        await followed(kit)
    (alert,) = await all_alerts(database, where)
    assert alert.state == "latched_unacknowledged"
    assert alert.detail == f"fork at seq {twin.link.seq}: a number was used twice"


async def test_what_ingest_refused_under_a_kits_name_is_one_alert_a_day(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    counts = {(kit.gateway, "bad-signature"): 1, ("kit99999", "bad-signature"): 500}
    await quarantine.count(await database.connect("antoan_ingest"), counts)
    async with service(settings(database)):
        _, message = await webhook.next()
        assert (message["gateway"], message["rule"]) == (kit.gateway, "chain-broken")
        await quarantine.count(await database.connect("antoan_ingest"), counts)
        await kit.measure(1, {kit.now_s(): 142})
        await webhook.next()
        await followed(kit)
    assert sorted(alert.rule for alert in await all_alerts(database, where)) == ["chain-broken", "co-danger"]


async def test_the_kits_own_alarm_and_the_servers_evaluation_are_one_alert(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    at = kit.now_s()
    async with service(settings(database)):
        alarm = Alarm(
            rule="co-danger", episode="7", transition=0, state="unacknowledged", priority="urgent", channel=1, value=142,
            limit=70,
        )  # fmt: skip
        await kit.tell(at, alarm)
        await kit.measure(1, {at: 142})
        await webhook.next()
        await kit.tell(at + 1, alarm.model_copy(update={"transition": 1, "state": "acknowledged"}))
        await followed(kit)
    (alert,) = await all_alerts(database, where)
    assert (alert.state, alert.title["en"]) == ("acknowledged", "CO danger to life")
    assert webhook.taken.empty()


async def test_an_episode_of_a_rule_that_is_gone_ends(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    async with service(settings(database)):
        await kit.measure(1, {kit.now_s(): 142})
        await webhook.next()
        await load_rules(kit.owner, "rules: []", "rules.yaml", replace=True)
        _, message = await webhook.next()
        assert message["change"] == "returned"
    (alert,) = await all_alerts(database, where)
    assert alert.state == "latched_unacknowledged"


async def test_the_service_comes_back_after_its_connections_were_cut(database: Database, webhook: Inbox) -> None:
    kit, _ = await prepared(database, webhook)
    async with service(settings(database)):
        await kit.measure(1, {kit.now_s(): 142})
        await webhook.next()
        root = await database.connect("postgres")
        await root.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'antoan_alerts'"
        )
        await kit.measure(1, {kit.now_s(): 10})
        _, message = await webhook.next()
        assert message["change"] == "returned"
