"""The machine of rate-of-change rules: how far the value has come from its least (or greatest) within a window."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.engine.condition import US, Condition
from alerts.engine.facts import StateError
from alerts.engine.quality import Use
from alerts.engine.scale import scaled
from alerts.engine.stepping import SteppingMachine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.engine.facts import Plain, StateDump, Transition
    from alerts.engine.rules_levels import RateRule

_NAME = "rate"


class RateMachine(SteppingMachine["RateRule"]):
    """A rate rule on one channel. Its window ends at a gap and at a boot: no change is believed across them."""

    def __init__(self, rule: RateRule, exponent: int) -> None:
        """`exponent` is the channel's."""
        self._within_us, self._max_gap_us = round(rule.within_s * US), round(rule.max_gap_s * US)
        counting = [code for code, use in rule.quality.by_code.items() if use is Use.COUNTS]
        super().__init__(rule, Condition(max_gap_us=self._max_gap_us), counting)
        self._sign = 1 if rule.towards == "up" else -1
        self._change = scaled(rule.change, exponent)
        self._least: deque[tuple[int, int]] = deque()
        """(µs, severity), rising: the first is the least of the window."""

    def _step(self, boot: bytes, t_us: int, value: int, code: int) -> Transition | None:
        _ = code
        severity, least, last_us = value * self._sign, self._least, self._condition.last_us
        if self._condition.boot != boot or (last_us is not None and t_us - last_us > self._max_gap_us):
            least.clear()
        while least and least[0][0] < t_us - self._within_us:
            least.popleft()
        while least and least[-1][1] >= severity:
            least.pop()
        least.append((t_us, severity))
        since_us, lowest = least[0]
        changed = severity - lowest >= self._change
        wanted = changed if self._condition.active is None else not changed
        found = self._condition.step(boot, t_us, wanted=wanted, severity=severity, since_us=since_us)
        if found is None:
            return None
        peak = None if found.peak is None else found.peak * self._sign
        return replace(found, value=value, peak=peak)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {**self._condition.dump(_NAME), "least": [number for pair in self._least for number in pair]}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, _NAME)
        least = state.get("least")
        if not isinstance(least, list) or not all(isinstance(number, int) for number in least):
            raise StateError(f"not the state of a rate rule: {dict(state)!r}")
        self._least = deque(zip(least[::2], least[1::2], strict=True))  # type: ignore[arg-type]  # checked above
