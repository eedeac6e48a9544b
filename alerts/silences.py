"""Live silence: raised provisionally when a channel has been quiet too long, confirmed or withdrawn by what comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine import Moment, SilenceMachine
from alerts.evaluator import Finding, Receipt
from alerts.recording import name_of, record
from store import alerts_engine
from store.times import from_us
from telemetry.topics import partition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asyncpg import Connection

    from alerts.evaluator import Evaluator
    from store.alerts_engine import Name, Provisional


class Silences:
    """The silences that are raised and not proven."""

    def __init__(self) -> None:
        """None yet."""
        self._open: dict[Name, int] = {}

    def load(self, known: Sequence[Provisional]) -> None:
        """Those that an earlier owner raised."""
        self._open = {silence.name: silence.channel for silence in known}

    def unsettled(self, number: int) -> bool:
        """Whether a partition has silences that a message may confirm or end."""
        return any(partition(name.gateway) == number for name in self._open)

    async def find(self, conn: Connection, evaluators: Iterable[Evaluator], now_us: int) -> int:
        """Raise what holds by now and is not raised yet. How many."""
        new: list[Finding] = []
        for evaluator in evaluators:
            for bound, transition in evaluator.silent(now_us):
                machine = bound.machine
                offset_us = machine.last[1] if isinstance(machine, SilenceMachine) and machine.last else None
                receipt = Receipt(-1, -1, from_us(now_us))
                found = Finding(
                    evaluator.gateway, bound.version, bound.channel, transition, transition.at.boot, offset_us, receipt
                )
                if name_of(found) not in self._open:
                    new.append(found)
        if new:
            async with conn.transaction():
                await record(conn, new, 0)
            self._open.update({name_of(found): found.channel.channel for found in new if found.channel})
        return len(new)

    async def settle(self, conn: Connection, evaluators: Mapping[str, Evaluator], number: int, now_us: int) -> None:
        """Withdraw those of a partition whose channel has spoken since and that were not confirmed just now.

        A confirmed one is no longer provisional in the store, so that withdrawing it there changes nothing.
        """
        for name, channel in list(self._open.items()):
            if partition(name.gateway) != number:
                continue
            evaluator = evaluators.get(name.gateway)
            heard = evaluator.heard(name.rule, channel) if evaluator else None
            if heard is not None and heard[0] == Moment(name.boot, name.raised_us):
                continue
            spoke_us = heard[1] if heard else None
            await alerts_engine.withdraw_alert(conn, name, from_us(now_us if spoke_us is None else spoke_us))
            del self._open[name]
