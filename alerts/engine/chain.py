"""The machine of chain rules: what ingest found wrong with a gateway's chain becomes episodes.

A gap returns when the missing entries have come. A fork, a bad entry and a loss never undo themselves: each is an
episode that has returned as soon as it was raised and stays latched until a person has dealt with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.facts import UTC, ChainFactKind, Change, Moment, StateError, Transition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.engine.facts import ChainFact, StateDump
    from alerts.engine.rules import ChainRule


class ChainMachine:
    """A chain rule on one chain (one gateway's epoch)."""

    def __init__(self, rule: ChainRule) -> None:
        """Nothing has been found yet."""
        self._rule = rule
        self._gap: Moment | None = None

    @property
    def rule(self) -> ChainRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """The open gap, or None."""
        return self._gap

    def observe_fact(self, fact: ChainFact) -> Sequence[Transition]:
        """Take the next finding; what changed."""
        at = Moment(UTC, fact.received_us)
        if fact.kind is ChainFactKind.GAP_CLOSED:
            return self._close_gap(at)
        if fact.kind not in self._rule.on or (fact.kind is ChainFactKind.GAP and self._gap is not None):
            return ()
        detail = f"{fact.kind.value} at seq {fact.seq}" + (f": {fact.detail}" if fact.detail else "")
        raised = Transition(Change.RAISED, at, at, at, detail=detail)
        if fact.kind is ChainFactKind.GAP:
            self._gap = at
            return (raised,)
        return (raised, Transition(Change.RETURNED, at, at, at, detail=detail))

    def _close_gap(self, at: Moment) -> Sequence[Transition]:
        if self._gap is None:
            return ()
        episode, self._gap = self._gap, None
        return (Transition(Change.RETURNED, episode, at, at),)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {"machine": "chain", "gap_us": None if self._gap is None else self._gap.us}

    def restore(self, state: Mapping[str, int | str | bool | None]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        match state:
            case {"machine": "chain", "gap_us": int() | None as gap_us}:
                self._gap = None if gap_us is None else Moment(UTC, gap_us)
            case _:
                raise StateError(f"not the state of a chain rule: {dict(state)!r}")
