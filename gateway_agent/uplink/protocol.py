"""When to send which entries of one chain: what was sealed, sent and committed goes in, the next seq to send comes out. Pure.

Rules (DESIGN §3.2, §3.3). Entries travel in order; sent and not yet committed stay within a window of bytes. The only ways
back: a new `ask` number, or `patience_s` without progress while something is under way (doubling each time, up to a bound).
A new connection goes on with the first message that the broker never took: that is QoS 1, not a way back. `committed` frees
by content only: another digest than ours is a fork, which frees nothing and ends this chain for good. What the server has not
confirmed of a forked chain is offered to it once more, entry by entry, so that both branches are kept; nothing is waited for.
Times are monotonic seconds from any origin; nothing here sleeps, opens or reads a clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    """What a verified `committed` means for this chain."""

    ADVANCED = auto()  # the server has more than we knew
    CONFIRMED = auto()  # nothing new
    REGRESSED = auto()  # it has less than it once said (restored from a backup); seen with a new ask
    STALE = auto()  # older than one already seen on this connection
    FORK = auto()  # it holds another entry under one of our numbers, or numbers that we never gave


@dataclass(frozen=True, slots=True)
class Gone:
    """Seqs that the server lacks and the spool no longer holds."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What a verified `committed` of our gateway and epoch says."""

    seq: int  # -1: none yet
    digest: bytes
    ask: int
    server_time_us: int


@dataclass(slots=True)
class Flight:
    """One message under way."""

    token: int
    first: int
    last: int
    size: int
    taken: bool = False  # the broker said PUBACK


class Protocol:
    """Protocol state of one chain. `tip` is the last sealed seq, `oldest` the lowest one still spooled."""

    def __init__(
        self,
        *,
        tip: int = -1,
        oldest: int = 0,
        committed: int = -1,
        ask: int | None = None,
        window_bytes: int = 1 << 20,
        patience_s: float = 30.0,
        patience_max_s: float = 600.0,
    ) -> None:
        self.tip = tip
        self.oldest = oldest
        self.committed = committed
        self.ask = ask
        self.forked = False
        self.online = False
        self._window_bytes = window_bytes
        self._patience_first_s = patience_s
        self._patience_max_s = patience_max_s
        self._patience_s = patience_s
        self._progress_at_s = 0.0
        self._next = committed + 1
        self._flights: deque[Flight] = deque()
        self._tokens = 0
        self._server_time_us: int | None = None
        self._lost_at: int | None = None
        self._loss: Gone | None = None
        self.holes: tuple[Gone, ...] = ()
        """Seqs above `oldest` that a damaged spool no longer holds, ascending."""

    # -- what happened ----------------------------------------------------------------------------------------------

    def connected(self, now_s: float) -> None:
        """A connection stands. Go on with the first message that the broker never took."""
        self.online = True
        self._server_time_us = None
        self._progress_at_s = now_s
        kept: deque[Flight] = deque()
        while self._flights and self._flights[0].taken:
            kept.append(self._flights.popleft())
        if self._flights:
            self._next = self._flights[0].first
        self._flights = kept

    def disconnected(self) -> None:
        """The connection is gone. What the broker had not taken is sent again on the next one."""
        self.online = False

    def sealed(self, seq: int) -> None:
        """Entries up to `seq` are on disk."""
        self.tip = max(self.tip, seq)

    def trimmed(self, oldest: int) -> None:
        """The spool no longer holds entries below `oldest`."""
        self.oldest = max(self.oldest, oldest)

    def fork(self) -> None:
        """The server holds another branch of this chain: only what it may lack of ours is offered from now on."""
        if not self.forked:
            self.forked = True
            self._go_back(self._progress_at_s)

    def taken(self, token: int) -> None:
        """The broker took the message (PUBACK). Unknown tokens are of an earlier connection and mean nothing."""
        for flight in self._flights:
            if flight.token == token:
                flight.taken = True
        while self.forked and self._flights and self._flights[0].taken:
            self._flights.popleft()  # nothing is confirmed of a forked chain, so nothing is waited for

    def heard(self, notice: Notice, own_digest: bytes | None, now_s: float) -> Verdict:
        """A verified `committed`. `own_digest` is ours for its seq; None when the spool no longer knows it."""
        if self._server_time_us is not None and notice.server_time_us < self._server_time_us:
            return Verdict.STALE
        if self.forked or notice.seq > self.tip or (own_digest is not None and own_digest != notice.digest):
            self.fork()
            return Verdict.FORK
        self._server_time_us = notice.server_time_us
        asked = notice.ask != self.ask
        self.ask = notice.ask
        before, self.committed = self.committed, notice.seq if asked else max(self.committed, notice.seq)
        if asked:
            self._go_back(now_s)
            self._patience_s = self._patience_first_s
            return Verdict.ADVANCED if notice.seq > before else _not_further(notice.seq, before)
        if notice.seq <= before:
            return Verdict.CONFIRMED
        self._progress(now_s)
        return Verdict.ADVANCED

    def tick(self, now_s: float) -> bool:
        """Look at the time. True when patience ran out and this chain went back."""
        if not self.online or self.forked or not self._flights:
            self._progress_at_s = now_s
            return False
        if now_s - self._progress_at_s < self._patience_s:
            return False
        self._patience_s = min(2 * self._patience_s, self._patience_max_s)
        self._server_time_us = None
        self._go_back(now_s)
        return True

    # -- what to do -------------------------------------------------------------------------------------------------

    def gone(self) -> Gone | None:
        """Entries wanted that no longer exist: the caller seals a `lost` event and calls `declare_lost`."""
        if self.forked or self._lost_at is not None or self._next > self.tip:
            return None
        if (hole := self._hole()) is not None:
            return Gone(self._next, hole.last)
        if self._next >= self.oldest:
            return None
        first, loss = self._next, self._loss
        if loss is not None and first == loss.last + 1 and self.committed < loss.last:
            first = loss.first  # the spool went on losing before the server could bridge: one loss, now longer
        return Gone(first, min(self.oldest - 1, self.tip))

    def declare_lost(self, loss: Gone, seq: int) -> None:
        """Entry `seq` is the signed `lost` event for what `gone` named; it is sent next, ahead of its turn."""
        self._loss, self._lost_at = loss, seq

    def wanted(self) -> int | None:
        """The seq to send next, None when there is nothing to send or the window is full."""
        if not self.online:
            return None
        if self._lost_at is not None:
            return self._lost_at
        if self.forked:
            self._next = max(self._next, self.oldest)
            while (hole := self._hole()) is not None:
                self._next = hole.last + 1
        if self._next > self.tip or self._next < self.oldest or self._hole() is not None:
            return None
        return self._next if not self._flights or self.room() > 0 else None

    def single(self) -> bool:
        """Whether `wanted` must travel alone: a `lost` event ahead of its turn; an entry of a forked chain, judged by itself."""
        return self.forked or self._lost_at is not None

    def sent(self, last: int, size: int, now_s: float) -> int:
        """`wanted()`..`last` are handed to the broker as one message of `size` bytes; the token names it in `taken`."""
        self._tokens += 1
        if not self._flights:
            self._progress_at_s = now_s
        if self._lost_at is not None and self._loss is not None:
            first, self._lost_at, self._next = self._lost_at, None, self._loss.last + 1
            self._flights.append(Flight(self._tokens, first, first, size))
            return self._tokens
        self._flights.append(Flight(self._tokens, self._next, last, size))
        self._next = last + 1
        return self._tokens

    def room(self) -> int:
        """Bytes of the window that are free; below one when it is full."""
        return self._window_bytes - sum(flight.size for flight in self._flights)

    def backlog(self) -> int:
        """Entries sealed and not committed."""
        return self.tip - self.committed

    # -- within -----------------------------------------------------------------------------------------------------

    def _hole(self) -> Gone | None:
        """The hole that the next seq is in."""
        return next((hole for hole in self.holes if hole.first <= self._next <= hole.last), None)

    def _progress(self, now_s: float) -> None:
        self._progress_at_s = now_s
        self._patience_s = self._patience_first_s
        self._flights = deque(flight for flight in self._flights if flight.last > self.committed)
        self._next = max(self._next, self.committed + 1)

    def _go_back(self, now_s: float) -> None:
        self._flights.clear()
        self._next = self.committed + 1
        self._lost_at = None
        self._progress_at_s = now_s


def _not_further(seq: int, before: int) -> Verdict:
    return Verdict.REGRESSED if seq < before else Verdict.CONFIRMED
