"""A real database and broker for the ingest benchmarks, and ingest in a process of its own; a fresh database for each round."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.stack.debian import SERVER, ensure
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_ports
from deploy.stack.postgres import Postgres
from deploy.stack.provision import login, provide, superuser
from ingest.service import run
from ingest.settings import BrokerSettings, IngestSettings, RunsSettings
from store.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.connection import DatabaseSettings

_BROKER = """\
persistence false
max_queued_messages 1000000
max_inflight_messages 0
listener {port} 127.0.0.1
allow_anonymous true
listener 0 {socket}
allow_anonymous true
"""


@dataclass
class Stack:
    """What is running, and where."""

    folder: Path
    server: Postgres
    broker: Mosquitto
    socket: Path
    key_file: Path
    _databases: list[str] = field(default_factory=list)

    def fresh_database(self) -> str:
        """A migrated, empty database; its name."""
        name = f"bench_{len(self._databases)}"
        self._databases.append(name)
        asyncio.run(provide(superuser(self.server), self.folder / "passwords", name))
        asyncio.run(migrate(self.login("antoan_owner", name)))
        return name

    def login(self, role: str, name: str) -> DatabaseSettings:
        """How a role reaches a database."""
        return login(superuser(self.server), self.folder / "passwords", role, name)

    def settings(self, name: str, *, project: bool) -> IngestSettings:
        """Ingest's settings for a database."""
        return IngestSettings(
            database=self.login("antoan_ingest", name),
            broker=BrokerSettings(socket=self.socket),
            server_key_file=self.key_file,
            project=project,
            runs=RunsSettings(enabled=False),
        )

    @contextmanager
    def ingesting(self, settings: IngestSettings) -> Iterator[None]:
        """Ingest in a process of its own."""
        process = multiprocessing.get_context("spawn").Process(target=_ingest, args=(settings,), daemon=True)
        process.start()
        try:
            yield
        finally:
            process.terminate()
            process.join()


def _ingest(settings: IngestSettings) -> None:
    asyncio.run(run(settings))


@contextmanager
def stack() -> Iterator[Stack]:
    """Database (as in production: data are written through) and broker, gone afterwards."""
    packages = ensure(SERVER)
    folder = Path(tempfile.mkdtemp(prefix="antoan-bench-"))
    folder.chmod(0o711)
    server = Postgres(packages, folder / "postgres")
    (port,) = free_ports(1)
    broker = Mosquitto(packages, folder / "broker", [port])
    socket = folder / "broker" / "mqtt.sock"
    broker.configure({broker.config.name: _BROKER.format(port=port, socket=socket).encode()})
    key_file = folder / "server.key"
    key_file.write_bytes(
        Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    try:
        server.start()
        broker.start()
        yield Stack(folder, server, broker, socket, key_file)
    finally:
        broker.stop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
