"""Ingest running within a test, a publisher of kits' messages, and a look at the tables."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ingest.service import run
from ingest.settings import BrokerSettings, IngestSettings, RunsSettings
from telemetry.committed import Committed, open_committed
from telemetry.topics import Leaf, topic
from tests.ingest.kit import SERVER_KEY
from tests.support.mqtt import Peer
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    import asyncpg

    from tests.ingest.kit import Kit
    from tests.support.broker import Broker
    from tests.support.database import Database


def settings(
    database: Database,
    broker: Broker,
    key_file: Path,
    **more: Any,  # noqa: ANN401
) -> IngestSettings:
    return IngestSettings(
        database=database.login("antoan_ingest"),
        broker=BrokerSettings(host=broker.host, port=broker.port),
        server_key_file=key_file,
        **{"runs": RunsSettings(enabled=False), "committed_s": 0.0, **more},
    )


@asynccontextmanager
async def ingesting(configured: IngestSettings) -> AsyncIterator[asyncio.Task[None]]:
    """The service as a task; ended cleanly."""
    task = asyncio.create_task(run(configured))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def process(configured: IngestSettings, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Ingest as a process of its own; killed in the end."""
    file = folder / f"{configured.name}.yaml"
    file.write_text(configured.model_dump_json())
    log = (folder / f"{configured.name}.log").open("ab")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.cli", "ingest", "run", "--config", str(file), stderr=log
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
        log.close()


class Field:
    """What a test of ingest works with: publish, look, wait."""

    def __init__(self, connection: asyncpg.Connection, peer: Peer) -> None:
        self.connection = connection
        self.peer = peer

    async def publish(self, kit: Kit, payloads: Iterable[bytes], *, retain: bool = False) -> None:
        for payload in payloads:
            await asyncio.to_thread(self.peer.publish, kit.topic, payload, retain=retain)

    async def publish_until_committed(self, kit: Kit, last: int | None = None) -> None:
        """Publish the kit's entries up to seq `last`, once ingest is listening, and wait until they are committed."""
        await self.listening()
        last = len(kit.entries) - 1 if last is None else last
        await self.publish(kit, [entry.wire for entry in kit.entries[: last + 1]])
        await self.committed(kit, last)

    async def listening(self) -> None:
        """Wait until an entry published now reaches ingest: a probe that it refuses was seen."""

        probe = f"probe{os.urandom(6).hex()}"

        async def seen() -> bool:
            await asyncio.to_thread(self.peer.publish, topic(probe, Leaf.ENTRY), b"probe")
            return bool(
                await self.connection.fetchval("SELECT count(*) FROM quarantine_count WHERE gateway = $1", probe)
            )

        await eventually(seen, 20, "ingest is listening", beat_s=0.1)

    async def committed(self, kit: Kit, seq: int, within_s: float = 20.0) -> None:
        """Wait until the head of the kit's newest chain is `seq`."""

        async def reached() -> bool:
            return bool(
                await self.connection.fetchval(
                    "SELECT seq >= $2 FROM chain_head WHERE gateway = $1 ORDER BY epoch DESC LIMIT 1", kit.gateway, seq
                )
            )

        await eventually(reached, within_s, f"head {seq} of {kit.gateway}")

    async def projected(self, within_s: float = 20.0) -> None:
        """Wait until both projections of ingest have passed the whole record."""

        async def passed() -> bool:
            return not await self.connection.fetchval(
                "SELECT count(*) FROM projection_cursor AS c JOIN partition AS p USING (partition) "
                "WHERE c.projection IN ('readings', 'rollups') AND c.position < p.position"
            )

        await eventually(passed, within_s, "projections at the end of the record")

    async def until(self, query: str, within_s: float = 20.0) -> None:
        """Wait until a query answers true."""
        await eventually(lambda: self.value(query), within_s, query)

    async def value(self, query: str, *arguments: object) -> Any:  # noqa: ANN401
        return await self.connection.fetchval(query, *arguments)

    async def told_of(self, kit: Kit, seq: int) -> Committed:
        """The first `committed` that names `seq` or a later one."""
        while (told := await self.told(kit)).seq < seq:
            pass
        return told

    async def told(self, kit: Kit) -> Committed:
        """The next `committed` of a kit (subscribe first)."""
        received = await asyncio.to_thread(self.peer.received)
        assert received.topic == topic(kit.gateway, Leaf.COMMITTED)
        return open_committed(received.payload, SERVER_KEY.public)
