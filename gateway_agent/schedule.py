"""When to sample: absolute deadlines on the monotonic clock, so that neither a slow answer nor a late wake-up adds up. Pure.

Deadlines are whole multiples of the period since boot: instruments with one period are sampled together and their readings
share a time column more often. A deadline that passed while the last sample was still running is skipped and counted.
"""

from __future__ import annotations


class Schedule:
    """The deadlines of one instrument."""

    def __init__(self, period_us: int, now_us: int) -> None:
        """The first deadline is the next multiple of `period_us` from `now_us` on."""
        self.period_us = period_us
        self.deadline_us = -(-now_us // period_us) * period_us
        self.missed = 0

    def done(self, now_us: int) -> None:
        """The sample for the current deadline ended at `now_us`: move on to the next deadline that is still to come."""
        behind = max(0, (now_us - self.deadline_us) // self.period_us)
        self.missed += behind
        self.deadline_us += (behind + 1) * self.period_us

    def wait_us(self, now_us: int) -> int:
        """µs until the deadline, 0 when it has come."""
        return max(0, self.deadline_us - now_us)
