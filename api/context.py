"""What every handler may use: the database, sessions, the log-in's guards, the live hub, the time."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncpg

    from api.live.follower import Follower
    from api.passwords import Verifier
    from api.rate_limit import RateLimit
    from api.sessions import Sessions
    from api.settings import ApiSettings


@dataclass(frozen=True)
class Context:
    """One per running service."""

    settings: ApiSettings
    pool: asyncpg.Pool
    sessions: Sessions
    passwords: Verifier
    failures: RateLimit
    follower: Follower

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the pool, for several statements or a transaction."""
        async with self.pool.acquire() as proxy:
            yield cast("asyncpg.Connection", proxy)  # a proxy does whatever a connection does


def now() -> datetime:
    """The server's time."""
    return datetime.now(UTC)
