"""Chains that messages name: their keys and heads, fetched once and kept; keys are looked at again when enrolment says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ingest.examine import ChainState
from ingest.keys import key_of
from store import chains
from store.enrolment import epoch_key
from telemetry.errors import UnknownKey
from telemetry.topics import partition

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from ingest.examine import Examiner
    from store.chains import Chain
    from store.connection import Connection
    from store.enrolment import EpochKey

CHAINS_KEPT: Final = 100_000
"""About 100 MB; above it unused chains are forgotten between batches."""

UNKNOWN_PER_BATCH: Final = 64
"""Names nobody knows that one batch looks up: a flood of invented ones must not become a flood of queries."""


class Lookups:
    """Fills an examiner's chains before a batch is examined."""

    def __init__(self, examiner: Examiner, pool: asyncpg.Pool) -> None:
        self._examiner = examiner
        self._pool = pool
        self._stale: set[str] = set()

    def stale(self, gateway: str) -> None:
        """The keys of this gateway have changed."""
        self._stale.add(gateway)

    async def prepare(self, wanted: Iterable[Chain]) -> None:
        """Make known what can be known of the chains. Raises asyncpg.PostgresError, OSError."""
        chains_ = self._examiner.chains
        named = set(wanted)
        renewed = {chain for chain in named if chain in chains_ and chain[0] in self._stale}
        missing = [chain for chain in named if chain not in chains_][:UNKNOWN_PER_BATCH]
        if not missing and not renewed:
            self._expire(named)
            return
        async with self._pool.acquire() as connection:
            for chain in renewed:
                await self._renew(connection, chain)
            await self._begin(connection, missing)
        self._stale -= {chain[0] for chain in renewed}
        self._expire(named)

    async def _renew(self, connection: Connection, chain: Chain) -> None:
        key = await epoch_key(connection, *chain)
        if key is None:
            del self._examiner.chains[chain]
            return
        state = self._examiner.chains[chain]
        state.epoch_key, state.key = key, key_of(key.public_key, key.algorithm)

    async def _begin(self, connection: Connection, missing: list[Chain]) -> None:
        keys: dict[Chain, EpochKey] = {}
        for chain in missing:
            key = await epoch_key(connection, *chain)
            if key is not None and key.accepts(datetime.now(UTC)):
                keys[chain] = key
        if not keys:
            return
        await chains.begin(
            connection, [(*chain, partition(chain[0]), key.enrolment_digest) for chain, key in keys.items()]
        )
        losses = await chains.losses(connection, list(keys))
        for head in await chains.heads(connection, list(keys)):
            chain = (head.gateway, head.epoch)
            try:
                self._examiner.chains[chain] = ChainState.of(head, keys[chain], losses.get(chain, []))
            except UnknownKey:
                continue  # an algorithm of a newer version: refused as unknown

    def _expire(self, named: set[Chain]) -> None:
        """Forget keys that are no longer accepted, so that their messages are refused as unknown."""
        now = datetime.now(UTC)
        known = self._examiner.chains
        for chain in named:
            state = known.get(chain)
            if state is not None and not state.epoch_key.accepts(now):
                del known[chain]
        while len(known) > CHAINS_KEPT:
            known.pop(next(iter(known)))
