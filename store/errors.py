"""What can go wrong with the store; the type decides the reaction."""

from __future__ import annotations

from typing import Final

import asyncpg


class StoreError(Exception):
    """The store is not as it should be: stop, and tell a person. The message names the remedy."""


class MigrationError(StoreError):
    """A migration is missing, altered, or failed. The database is as it was before that migration."""


class OwnershipLostError(StoreError):
    """Another worker owns a partition, or this one's writing connection is gone: write nothing more, start again."""


DATABASE_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    StoreError,
)
"""What beginning again on a new connection may cure. InternalClientError is how asyncpg words the use of a session that the server
has just ended; OSError holds TimeoutError and ConnectionError."""
