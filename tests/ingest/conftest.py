"""Ingest against a real database and broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from tests.ingest.harness import Field
from tests.support.mqtt import Peer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The server's key as a file."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    file = tmp_path / "server.key"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest_asyncio.fixture
async def field(database: Database, broker: Broker) -> AsyncIterator[Field]:
    """A publisher and a connection that sees everything."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="field", protocol=paho.MQTTv5)
    with Peer(client, broker.host, broker.port) as peer:
        yield Field(await database.connect(), peer)
