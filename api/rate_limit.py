"""Counts failures per key in a sliding window. Pure: the time is the caller's. Memory is bounded by `MAX_KEYS`."""

from __future__ import annotations

from collections import OrderedDict, deque

WINDOW_S = 300.0
MAX_KEYS = 10_000
"""Keys beyond this push out the one longest untouched: about 2 MB, and an attacker with as many addresses is not stopped
by counting."""


class RateLimit:
    """At most `allowed` failures in `WINDOW_S` per key."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Seconds until the key may try again; 0: now."""
        times = self._failures.get(key)
        if times is None:
            return 0.0
        while times and times[0] <= now_s - WINDOW_S:
            times.popleft()
        return times[0] + WINDOW_S - now_s if len(times) >= self._allowed else 0.0

    def failed(self, key: str, now_s: float) -> None:
        """Count a failure."""
        times = self._failures.setdefault(key, deque(maxlen=self._allowed))
        times.append(now_s)
        self._failures.move_to_end(key)
        while len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the key's failures."""
        self._failures.pop(key, None)
