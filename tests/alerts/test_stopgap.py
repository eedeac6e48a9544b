"""The database goes away: a kit's own alarm is told all the same, and once it is back nobody is told twice."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import asyncpg
import pytest

from store import alerts_rules
from store.alerts_rules import Recipient
from telemetry.cose import SigningKey
from telemetry.topics import Leaf, topic
from tests.alerts.conftest import Inbox, service, settings
from tests.alerts.test_alarm_topic import ALARM, notice, publisher
from tests.alerts.test_service import all_alerts, prepared, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database, Databases

pytestmark = pytest.mark.services


async def shut(databases: Databases, database: Database, *, out: bool) -> None:
    """Let nobody into the database, and end who is inside; or let them in again."""
    await databases._as_superuser(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS {'false' if out else 'true'}")
    if out:
        await databases._as_superuser(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database.name
        )


async def test_an_alarm_is_told_while_the_database_is_down_and_reconciled_without_doubling(
    databases: Databases, database: Database, broker: Broker, webhook: Inbox, tmp_path: Path
) -> None:
    kit, where = await prepared(database, webhook)
    await alerts_rules.put_recipient(
        kit.owner, Recipient(name="later", medium="webhook", address=webhook.address, wait_s=1)
    )
    folder = tmp_path / "stopgap"
    way = {"host": broker.host, "port": broker.port, "username": "alerts"}
    async with service(settings(database, broker=way, stopgap_dir=str(folder))):
        await until(lambda: asyncio.to_thread((folder / "at_hand.json").exists))
        await database.close()
        await shut(databases, database, out=True)
        at = kit.now_s()
        with publisher(broker) as client:
            name, payload = topic(kit.gateway, Leaf.ALARM), notice(kit, ALARM, at)
            while webhook.taken.empty():
                client.publish(name, notice(kit, ALARM, at, SigningKey(b"f" * 32)), qos=1)
                client.publish(name, payload, qos=1)
                await asyncio.sleep(0.1)
            _, message = await webhook.next()
            assert (message["value"], message["unit"], message["site"]) == ("142", "[ppm]", "Nhà máy Bia")
            assert message["title"]["vi"] == "CO nguy hiểm đến tính mạng"
            assert [json.loads(line).get("told") for line in (folder / "told.jsonl").read_text().splitlines()] == [
                None,
                "hook",
            ]
            await shut(databases, database, out=False)
            _, later = await webhook.next()
            assert later["alert"] == 1
        kit.owner = await database.connect()
        (alert,) = await all_alerts(database, where)
        assert (alert.rule, alert.state, alert.priority) == ("co-danger", "unacknowledged", "urgent")

        async def delivered() -> bool:
            return bool(await kit.owner.fetchval("SELECT bool_and(state = 'delivered') FROM alert_notification"))

        await until(delivered)
    rows = await kit.owner.fetch(
        "SELECT r.name, n.receipt FROM alert_notification AS n JOIN alert_recipient AS r ON r.id = n.recipient ORDER BY 1"
    )
    assert [row["name"] for row in rows] == ["hook", "later"]
    assert rows[0]["receipt"] == "told while the database was down"
    assert webhook.taken.empty()
    assert not (folder / "told.jsonl").exists()
    assert isinstance(kit.owner, asyncpg.Connection)
