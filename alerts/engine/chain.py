"""The machine of chain rules: what ingest found wrong with a gateway's chain becomes episodes.

A finding never undoes itself: its episode has returned as soon as it was raised, and stays latched until a person has
dealt with it. Further findings of the same kind belong to it while they follow one another within `quiet_s`, so that a
cloned card with a thousand entries is one alert.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.facts import UTC, ChainFactKind, Change, Moment, StateError, Transition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.engine.facts import ChainFact, Plain, StateDump
    from alerts.engine.rules_health import ChainRule

_US = 1_000_000


class ChainMachine:
    """A chain rule on one chain (one gateway's epoch)."""

    def __init__(self, rule: ChainRule) -> None:
        """Nothing has been found yet."""
        self._rule = rule
        self._quiet_us = round(rule.quiet_s * _US)
        self._last_us: dict[ChainFactKind, int] = {}

    @property
    def rule(self) -> ChainRule:
        """The rule that this machine applies."""
        return self._rule

    def observe_fact(self, fact: ChainFact) -> Sequence[Transition]:
        """Take the next finding; RAISED and RETURNED, or nothing when it belongs to the episode before."""
        if fact.kind not in self._rule.on:
            return ()
        last_us = self._last_us.get(fact.kind)
        self._last_us[fact.kind] = fact.received_us
        if last_us is not None and fact.received_us - last_us <= self._quiet_us:
            return ()
        at = Moment(UTC, fact.received_us)
        detail = f"{fact.kind.value} at seq {fact.seq}" + (f": {fact.detail}" if fact.detail else "")
        return (
            Transition(Change.RAISED, at, at, at, detail=detail),
            Transition(Change.RETURNED, at, at, at, detail=detail),
        )

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {"machine": "chain", **{kind.value: us for kind, us in self._last_us.items()}}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        if state.get("machine") != "chain":
            raise StateError(f"not the state of a chain rule: {dict(state)!r}")
        kinds = {kind.value: kind for kind in ChainFactKind}
        self._last_us = {kinds[word]: us for word, us in state.items() if word in kinds and isinstance(us, int)}
