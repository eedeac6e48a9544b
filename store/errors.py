"""What can go wrong with the store; the type decides the reaction."""

from __future__ import annotations


class StoreError(Exception):
    """The store is not as it should be: stop, and tell a person. The message names the remedy."""


class MigrationError(StoreError):
    """A migration is missing, altered, or failed. The database is as it was before that migration."""


class OwnershipLostError(StoreError):
    """Another worker owns a partition, or this one's writing connection is gone: write nothing more, start again."""
