"""Challenges that make a signature fresh without remembering anything. Pure: time and randomness are given.

    challenge = 16 random bytes ‖ u64be(issued, ms) ‖ HMAC-SHA-256(process secret, both)[:16]        40 bytes

Within its life a challenge may be used again; what it authorises (a certificate for one and the same TLS key) is then no
more than was already given.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

LIFE_S: Final = 120.0
_RANDOM: Final = 16
_MAC: Final = 16
_LENGTH: Final = _RANDOM + 8 + _MAC


class Challenges:
    """Issues and checks. `secret` is random, of this process alone: a restart makes open challenges stale."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, now_s: float, random_bytes: bytes) -> bytes:
        """A challenge made from 16 random bytes."""
        body = random_bytes[:_RANDOM] + int(now_s * 1000).to_bytes(8, "big")
        return body + self._mac(body)

    def accepts(self, challenge: bytes, now_s: float) -> bool:
        """Whether it was issued here within the last two minutes."""
        body, mac = challenge[:-_MAC], challenge[-_MAC:]
        if len(challenge) != _LENGTH or not hmac.compare_digest(mac, self._mac(body)):
            return False
        age_s = now_s - int.from_bytes(body[_RANDOM:], "big") / 1000
        return -1.0 <= age_s <= LIFE_S

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._secret, body, hashlib.sha256).digest()[:_MAC]
