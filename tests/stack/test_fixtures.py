"""The fixtures that every other test relies on."""

from __future__ import annotations

import asyncio
import queue
import socket
import ssl
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from deploy.stack.provision import superuser
from store.connection import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.stack.postgres import Postgres
    from tests.support.broker import Broker, PlatformBroker
    from tests.support.database import Database


async def test_a_database_has_timescaledb_and_takes_every_role(database: Database) -> None:
    for role in ("antoan_owner", "antoan_ingest", "antoan_alerts", "antoan_api", "postgres"):
        connection = await database.connect(role)
        assert await connection.fetchval("SELECT current_user") == role
    assert await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")


@pytest.mark.parametrize("_round", [1, 2])
async def test_each_test_sees_a_database_of_its_own(database: Database, _round: int) -> None:
    connection = await database.connect()
    await connection.execute("CREATE TABLE only_here (at timestamptz NOT NULL)")
    await connection.execute("SELECT create_hypertable('only_here', 'at')")


async def test_a_killed_database_keeps_what_was_committed(make_server: Callable[[], Postgres]) -> None:
    server = make_server()
    connection = await connect(superuser(server), "test")
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    server.kill()
    connection.terminate()
    await asyncio.sleep(0)
    server.start()
    connection = await connect(superuser(server), "test")
    assert await connection.fetchval("SELECT n FROM kept") == 7
    await connection.close()


def test_a_broker_carries_a_message_and_survives_a_kill(broker: Broker) -> None:
    for _ in range(2):
        got: queue.Queue[bytes] = queue.Queue()
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.on_connect = lambda c, *_: c.subscribe("a/b", qos=1)
        client.on_subscribe = lambda c, *_: c.publish("a/b", b"hello", qos=1)
        client.on_message = lambda _c, _u, message, got=got: got.put(message.payload)
        client.connect(broker.host, broker.port)
        client.loop_start()
        assert got.get(timeout=10) == b"hello"
        client.disconnect()
        client.loop_stop()
        broker.process.kill()
        broker.process.start()


def test_the_platforms_broker_wants_a_password_from_services_and_a_certificate_from_gateways(
    platform_broker: PlatformBroker,
) -> None:
    answers: queue.Queue[str] = queue.Queue()
    for password in (platform_broker.passwords["ingest"].read_text(), "wrong"):
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="x", protocol=mqtt.MQTTv5)
        client.on_connect = lambda _c, _u, _f, reason, _p: answers.put(str(reason))
        client.username_pw_set("ingest", password)
        client.connect(platform_broker.host, platform_broker.services_port)
        client.loop_start()
        answer = answers.get(timeout=10)
        client.disconnect()
        client.loop_stop()
        assert answer == ("Success" if password != "wrong" else "Not authorized")
    context = ssl.create_default_context(cafile=platform_broker.ca_file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 the refusal comes only after the handshake
    with (
        socket.create_connection((platform_broker.host, platform_broker.gateways_port)) as plain,
        pytest.raises(ssl.SSLError, match=r"handshake failure|certificate required"),
    ):
        context.wrap_socket(plain, server_hostname="localhost")
