"""What is set aside is followed and not announced; it comes back by itself when its time is over, and anew if it still holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from store import alerts, alerts_engine
from tests.alerts.conftest import Inbox, service, settings
from tests.alerts.test_service import RULES, all_alerts, followed, prepared, until

if TYPE_CHECKING:
    from tests.alerts.kit import Kit
    from tests.support.database import Database

pytestmark = pytest.mark.services
SUPPRESSED = RULES.replace("    set_point: 85\n", "    set_point: 85\n    suppressed_by: [co-danger]\n")


async def loud(kit: Kit, value: int = 900) -> None:
    start = kit.now_s()
    await kit.measure(2, {start - 9 + second: value for second in range(10)})


async def test_a_shelved_alarm_is_not_announced_until_its_time_is_over(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    api = await database.connect("antoan_api")
    async with service(settings(database)):
        await loud(kit)
        _, message = await webhook.next()
        soon = datetime.now(UTC) + timedelta(seconds=1)
        await alerts.set_aside(api, where.supervisor, message["alert"], action="shelve", reason="đang sửa", until=soon)
        (alert,) = await all_alerts(database, where)
        assert alert.state == "shelved"
        await kit.owner.execute("DELETE FROM alert_notification")
        _, again = await webhook.next()
        assert (again["alert"], again["change"]) == (message["alert"], "raised")
    (alert,) = await all_alerts(database, where)
    facts = [entry.fact for entry in await alerts.log_of(api, where.supervisor, alert.id)]
    assert facts == ["raise", "shelve", "unshelve", "raise"]


async def test_episodes_of_a_shelved_alarm_are_kept_and_page_nobody(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    api = await database.connect("antoan_api")
    async with service(settings(database)):
        await loud(kit)
        _, message = await webhook.next()
        later = datetime.now(UTC) + timedelta(hours=1)
        await alerts.set_aside(api, where.supervisor, message["alert"], action="shelve", reason="đang sửa", until=later)
        await loud(kit, 600)
        await kit.measure(2, {kit.now_s() + second: 950 for second in range(1, 8)})
        await followed(kit)
    first, second = await all_alerts(database, where)
    assert (first.state, second.state) == ("shelved", "shelved")
    assert await kit.owner.fetchval("SELECT count(*) FROM alert_notification WHERE alert = $1", second.id) == 0


async def test_an_alarm_that_another_covers_is_suppressed_while_that_holds(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook, SUPPRESSED)
    async with service(settings(database)):
        await kit.measure(1, {kit.now_s(): 142})
        await webhook.next()
        await loud(kit)
        await followed(kit)
        assert [alert.state for alert in await all_alerts(database, where)] == ["unacknowledged", "suppressed"]
        await kit.measure(1, {kit.now_s(): 3})
        told = [(await webhook.next())[1] for _ in range(2)]
        assert {(message["rule"], message["change"]) for message in told} == {
            ("co-danger", "returned"), ("noise-85", "raised"),
        }  # fmt: skip

        async def back() -> bool:
            return (await all_alerts(database, where))[1].state == "unacknowledged"

        await until(back)


async def test_only_a_kit_closes_a_danger_without_cause_and_action(database: Database, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    api = await database.connect("antoan_api")
    async with service(settings(database)):
        await kit.measure(1, {kit.now_s() - 1: 142, kit.now_s(): 3})
        _, message = await webhook.next()
    number = message["alert"]
    await alerts.acknowledge(api, where.supervisor, number)
    with pytest.raises(alerts.NotPossible, match="cause and what was done"):
        await alerts.reset(api, where.supervisor, number, "đã xong")
    assert await alerts_engine.advance_alert(kit.owner, number, "reset", "at the kit") == "normal"
