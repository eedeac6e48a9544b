"""Following the record: take what comes after the cursor, prepare it in a thread while the batch before is being written.

What is derived and the cursor are written in one transaction, compared and set; so two followers of one projection, or one that
was paused and wakes, cannot write anything twice. A projection that fails begins again from its cursors and holds back nobody.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import asyncpg

from ingest.projections.context import Context
from ingest.projections.stored import fetch_dated, open_all
from store import cursors, record
from store.connection import connect
from store.errors import DATABASE_ERRORS
from store.record import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from ingest.feed import Feed, Followed
    from store.connection import Connection, DatabaseSettings

BATCH_READINGS: Final = 120_000
"""Readings of one transaction: a fifth of a second of COPY, 5 MB laid out."""

READ_MESSAGES: Final = 256
READ_BYTES: Final = 2 << 20
"""Of one partition at once when following from the database."""

DATED_ENTRIES: Final = 200
"""Waiting entries placed in one transaction once their boot has a mapping."""

DATED_EVERY_S: Final = 5.0
"""Under steady load waiting entries are looked at this often; otherwise whenever nothing else is left."""

IDLE_S: Final = 2.0
"""A wake-up can be lost with a connection; the cursor is looked at this often all the same."""


class Projection(Protocol):
    """What is derived from batches of the record."""

    name: str

    def prepare(self, messages: Sequence[Followed], context: Context) -> Any:  # noqa: ANN401
        """Compute what to write; called in a thread, in commit order."""

    async def write(self, connection: Connection, prepared: Any) -> None:  # noqa: ANN401
        """Write it; in the transaction that moves the cursors."""

    async def tend(self, connection: Connection, *, now: bool = False) -> None:
        """Do what is due beside the batches, in a transaction of its own; all of it if `now`."""

    def forget(self) -> None:
        """A write failed: drop what was remembered of unwritten or written state."""


@dataclass(frozen=True, slots=True)
class _Step:
    prepared: Any
    before: dict[int, Place]
    after: dict[int, Place]


class Follower:
    """One projection's way along the record."""

    def __init__(
        self,
        *,
        projection: Projection,
        database: DatabaseSettings,
        partitions: Sequence[int],
        feed: Feed | None,
        thread: Executor,
        pace_s: float = 0.0,
    ) -> None:
        self.projection = projection
        self._database = database
        self._partitions = list(partitions)
        self._feed = feed
        self._thread = thread
        self._pace_s = pace_s
        self._context = Context()
        self._woken = asyncio.Event()
        self._steps: asyncio.Queue[_Step] = asyncio.Queue(maxsize=1)
        self._at: dict[int, Place] = {}
        self._idle = asyncio.Event()
        self._catching_up = False
        self._dated_at = 0.0

    def wake(self) -> None:
        """Something was committed."""
        self._idle.clear()
        self._woken.set()

    async def run(self) -> None:
        """Follow for ever. Raises OwnershipLostError, asyncpg errors, OSError: then begin again."""
        self.projection.forget()
        reader = await connect(self._database, f"antoan {self.projection.name} reader")
        try:
            writer = await connect(self._database, f"antoan {self.projection.name}")
            try:
                self._steps = asyncio.Queue(maxsize=1)
                self._at = await cursors.cursors(reader, self.projection.name)
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read(reader))
                    group.create_task(self._write(writer))
            finally:
                await _close(writer)
        finally:
            await _close(reader)

    async def catch_up(self) -> None:
        """Follow until the end of the record as it is now, then return; for rebuilding and tests."""
        self._catching_up = True
        task = asyncio.create_task(self.run())
        idle = asyncio.create_task(self._idle.wait())
        try:
            await asyncio.wait({task, idle}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (task, idle):
                one.cancel()
            results = await asyncio.gather(task, idle, return_exceptions=True)
        if isinstance(results[0], BaseException) and not isinstance(results[0], asyncio.CancelledError):
            raise results[0]

    async def _read(self, connection: asyncpg.Connection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            messages = await self._next(connection)
            if not messages or time.monotonic() - self._dated_at > DATED_EVERY_S:
                placed_some = await self._place_dated(connection)
                if not messages and not placed_some:
                    await self._rest(connection)
            if not messages:
                continue
            await self._context.resolve(connection, messages)
            prepared = await loop.run_in_executor(self._thread, self.projection.prepare, messages, self._context)
            before = {message.partition: self._at[message.partition] for message in messages}
            self._at.update({m.partition: Place(m.position, m.received_us) for m in messages})
            after = {number: self._at[number] for number in before}
            await self._steps.put(_Step(prepared, before, after))
            if self._pace_s:
                await asyncio.sleep(self._pace_s)

    async def _write(self, connection: asyncpg.Connection) -> None:
        while True:
            step = await self._steps.get()
            async with connection.transaction():
                await self.projection.write(connection, step.prepared)
                if step.after:
                    await cursors.move(connection, self.projection.name, step.before, step.after)
            self._steps.task_done()

    async def _rest(self, connection: asyncpg.Connection) -> None:
        """Nothing is left: wait for the writer, then for a wake-up."""
        await self._steps.join()
        async with connection.transaction():
            await self.projection.tend(connection, now=self._catching_up)
        if self._woken.is_set():
            return
        self._idle.set()
        try:
            async with asyncio.timeout(IDLE_S):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _next(self, connection: asyncpg.Connection) -> list[Followed]:
        """What follows the cursors, from the feed where it reaches back that far, else from the database."""
        found: list[Followed] = []
        behind = await self._behind(connection)
        budget = BATCH_READINGS
        for partition in behind:
            if budget <= 0:
                break
            at = self._at[partition]
            messages = self._feed.after(partition, at.position, budget) if self._feed is not None else []
            if not messages:
                stored = await record.after(connection, partition, at, messages=READ_MESSAGES, max_bytes=READ_BYTES)
                loop = asyncio.get_running_loop()
                messages = await loop.run_in_executor(self._thread, open_all, stored)
            found += messages
            budget -= sum(message.readings + 1 for message in messages)
        return found

    async def _behind(self, connection: asyncpg.Connection) -> list[int]:
        """Partitions with something after the cursor, the one with the oldest cursor first."""
        heads = await record.positions(connection)
        behind = [number for number in self._partitions if heads[number] > self._at[number].position]
        return sorted(behind, key=lambda number: self._at[number].received_us)

    async def _place_dated(self, connection: asyncpg.Connection) -> bool:
        """Place some of the entries whose boot has a mapping by now, in a transaction of their own."""
        async with connection.transaction():
            dated = await cursors.take_dated(connection, self.projection.name, DATED_ENTRIES)
            if not dated:
                self._dated_at = time.monotonic()
                return False
            await self._steps.join()
            messages = await fetch_dated(connection, dated)
            await self._context.resolve(connection, messages)
            loop = asyncio.get_running_loop()
            prepared = await loop.run_in_executor(self._thread, self.projection.prepare, messages, self._context)
            await self.projection.write(connection, prepared)
        return True


async def _close(connection: asyncpg.Connection) -> None:
    """Close without waiting for a server that may be gone."""
    try:
        await connection.close(timeout=2.0)
    except DATABASE_ERRORS:
        connection.terminate()
