"""An episode of a condition: delays that only observations can prove, and the worst value while it holds.

Every machine that judges readings one by one keeps one of these; the machine says whether what would change the state is
there (`wanted`), this says when that has been proven. A change of boot or a gap longer than `max_gap_us` ends a running
delay: "for five minutes" never runs across a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine.facts import Change, Moment, StateError, Transition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.engine.facts import Plain, StateDump

US = 1_000_000


@dataclass(slots=True)
class Condition:
    """What is carried from observation to observation. Times are µs of `boot`; None: nothing yet, or not in this boot.

    Severities are whatever the machine compares: greater is worse.
    """

    on_delay_us: int = 0
    off_delay_us: int = 0
    max_gap_us: int | None = None
    boot: bytes = b""
    last_us: int | None = None
    pending_us: int | None = None
    active: Moment | None = None
    peak: int | None = None

    def step(
        self, boot: bytes, t_us: int, *, wanted: bool, severity: int | None = None, since_us: int | None = None
    ) -> Transition | None:
        """One observation. `wanted`: it speaks for the change that the present state allows (raise, or return).

        `since_us`: when the machine knows better than the first such observation when that began. The transition that
        is proven by it carries severities; the machine puts its own words in.
        """
        if self.boot != boot or self._is_gap(t_us):
            self.pending_us = None
        self.boot, self.last_us = boot, t_us
        if self.active is not None:
            self.note_peak(severity)
        if not wanted:
            self.pending_us = None
            return None
        if self.pending_us is None:
            self.pending_us = t_us
        if t_us - self.pending_us < (self.on_delay_us if self.active is None else self.off_delay_us):
            return None
        return self._change(Moment(boot, t_us), severity, since_us)

    def pass_over(self, boot: bytes, t_us: int) -> None:
        """Observations up to `t_us` in which nothing can have changed."""
        self.boot, self.last_us = boot, t_us

    def _is_gap(self, t_us: int) -> bool:
        return self.max_gap_us is not None and self.last_us is not None and t_us - self.last_us > self.max_gap_us

    def _change(self, at: Moment, severity: int | None, since_us: int | None) -> Transition:
        begun_us = self.pending_us if since_us is None else since_us
        since = Moment(at.boot, at.us if begun_us is None else begun_us)
        self.pending_us = None
        if self.active is None:
            self.active, self.peak = at, severity
            return Transition(Change.RAISED, at, at, since, severity, peak=severity)
        return self.end(at, since, severity)

    def end(self, at: Moment, since: Moment, severity: int | None = None) -> Transition:
        """The episode that is under way is over, proven at `at`."""
        episode, peak = self.active or at, self.peak
        self.active = self.peak = self.pending_us = None
        return Transition(Change.RETURNED, episode, at, since, severity, peak=peak)

    def note_peak(self, severity: int | None) -> None:
        """Keep the worst severity of the episode."""
        if severity is not None and (self.peak is None or severity > self.peak):
            self.peak = severity

    def dump(self, machine: str) -> StateDump:
        """The memory as plain values, marked as that of `machine`."""
        return {
            "machine": machine,
            "boot": self.boot.hex(),
            "last_us": self.last_us,
            "pending_us": self.pending_us,
            "active_boot": self.active.boot.hex() if self.active else None,
            "active_us": self.active.us if self.active else None,
            "peak": self.peak,
        }

    def restore(self, state: Mapping[str, Plain], machine: str) -> None:
        """Continue from a dump of that machine. Raises StateError when it is none."""
        match state:
            case {
                "machine": str(whose),
                "boot": str(boot),
                "last_us": int() | None as last_us,
                "pending_us": int() | None as pending_us,
                "active_boot": str() | None as active_boot,
                "active_us": int() | None as active_us,
                "peak": int() | None as peak,
            } if whose == machine:
                self.boot, self.last_us, self.pending_us, self.peak = bytes.fromhex(boot), last_us, pending_us, peak
                self.active = None
                if active_boot is not None and active_us is not None:
                    self.active = Moment(bytes.fromhex(active_boot), active_us)
            case _:
                raise StateError(f"not the state of a {machine} rule: {dict(state)!r}")
