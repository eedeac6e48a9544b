"""Passwords: argon2id, in a thread (it takes tens of milliseconds and 64 MiB on purpose), at most two at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

AT_ONCE = 2
"""Each needs 64 MiB; a crowd at the log-in must not take the machine's memory."""

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The PHC string to keep."""
    return _hasher.hash(password)


class Verifier:
    """Checks passwords. A log-in that does not exist takes as long as one that does."""

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._nobody = hash_password("nobody has this password")

    async def matches(self, phc: str | None, password: str) -> bool:
        """Whether the password is the one behind `phc`; None stands for a login that does not exist."""
        async with self._gate:
            right = await asyncio.to_thread(_matches, phc or self._nobody, password)
        return right and phc is not None

    async def renewed(self, phc: str, password: str) -> str | None:
        """A new PHC string where the kept one was made with other parameters than today's."""
        if not _hasher.check_needs_rehash(phc):
            return None
        async with self._gate:
            return await asyncio.to_thread(hash_password, password)


def _matches(phc: str, password: str) -> bool:
    try:
        return _hasher.verify(phc, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
