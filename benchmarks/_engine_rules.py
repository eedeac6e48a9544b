"""How many rules one core judges: 10,000 channels of 500 kits, 30,000 rules, three on every channel, entries of 20 × 10 readings.

The rules are of the kinds that a site has: a level on every channel, a silence on every channel, and in turn a dose, a TWA, a
short-term mean, a rate, a forecast. What is timed is the service's own evaluator on opened entries, CPU time of this process.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from alerts.bindings import RuleBook, RuleVersion
from alerts.engine import Rule
from alerts.evaluator import Evaluator
from store.alerts_engine import DescribedChannel
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.cose import SigningKey
from telemetry.link import Clock, ClockSource, Kind
from telemetry.message import parse_message
from telemetry.seal import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.content import Content
    from telemetry.opened import Opened

GATEWAYS, CHANNELS, READINGS, SWEEPS, ROUNDS = 500, 20, 10, 4, 3
QUIET = 600
TITLE = {"vi": "Thử", "en": "Bench"}
SHIFT = {"starts": ["00:00", "08:00", "16:00"]}
THIRD: list[dict[str, Any]] = [
    {"kind": "dose", "period_s": 2, "shift": SHIFT},
    {"kind": "twa", "set_point": 850, "unit": "dB", "period_s": 2, "shift": SHIFT},
    {"kind": "stel", "set_point": 850, "unit": "dB", "period_s": 2},
    {"kind": "rate", "change": 500, "unit": "dB", "within_s": 60, "max_gap_s": 5},
    {
        "kind": "time_to_limit",
        "of": {"kind": "dose", "period_s": 2, "shift": SHIFT},
        "within_s": 1800,
        "over_s": 60,
    },
]


@dataclass(frozen=True)
class EngineRates:
    """What was reached, by round: rules on a batch a second, and how long it took to bind all channels to all rules."""

    rules_per_s: list[float]
    readings_per_s: list[float]
    bind_s: float


def measure(progress: Callable[[str], None]) -> EngineRates:
    """Build the book, bind every channel, sweep over all kits' entries."""
    book = RuleBook.of(_rules(), [])
    began = time.process_time()
    evaluators = [_bound(book, number) for number in range(GATEWAYS)]
    bind_s = time.process_time() - began
    progress(f"engine: {len(book.rules)} rules bound to {GATEWAYS * CHANNELS} channels in {bind_s:.1f} s")
    sealer = _Kit()
    rates = []
    for _ in range(ROUNDS):
        entries = [sealer.entry() for _ in range(SWEEPS)]
        began = time.process_time()
        for opened in entries:
            for evaluator, channels in evaluators:
                evaluator.read(opened, 0, channels, datetime.now(UTC))
        rates.append(SWEEPS * GATEWAYS / (time.process_time() - began))
    progress(f"engine: {', '.join(f'{rate * CHANNELS * 3:.0f}' for rate in rates)} rules/s")
    per_entry = CHANNELS * 3
    return EngineRates([r * per_entry for r in rates], [r * CHANNELS * READINGS for r in rates], bind_s)


def _rules() -> list[RuleVersion]:
    adapter, rules = TypeAdapter(Rule), []
    for gateway in range(GATEWAYS):
        for channel in range(CHANNELS):
            third = THIRD[channel % len(THIRD)]
            level = {"kind": "level", "set_point": 900, "unit": "dB", "on_delay_s": 10, "max_gap_s": 5}
            for word, body in (("level", level), ("silence", {"kind": "silence", "after_s": 60}), ("third", third)):
                select = {"gateway": _gateway(gateway), "channel": channel}
                named = {"id": f"{word}.{gateway}.{channel}", "title": TITLE, "select": select, **body}
                rules.append(RuleVersion(adapter.validate_python(named), 1))
    return rules


def _gateway(number: int) -> str:
    return f"bench{number:07}"


def _bound(book: RuleBook, number: int) -> tuple[Evaluator, dict[int, DescribedChannel]]:
    evaluator = Evaluator(_gateway(number), {})
    first = number * CHANNELS
    channels = {c: DescribedChannel(c, first + c + 1, "sound_level", "dB", 0) for c in range(CHANNELS)}
    for channel in channels.values():
        evaluator.bind(book, channel)
    return evaluator, channels


class _Kit:
    """One chain; its entries are read as those of every kit: the engine does not look at who sealed them."""

    def __init__(self) -> None:
        self._sealer = Sealer(Head(_gateway(0), 1, -1, bytes(32)), SigningKey(bytes(range(32))), os.urandom)
        self._boot = os.urandom(16)
        self._clock = Clock(ClockSource.NTP, time.time_ns() // 1000, 1000)
        self._at_s = 0
        self._noise = np.random.default_rng(1)

    def entry(self) -> Opened:
        """Ten seconds of twenty channels around a quiet level."""
        times = ((self._at_s + np.arange(READINGS)) * 1_000_000).astype("<i8")
        self._at_s += READINGS
        rows = self._noise.integers(QUIET - 30, QUIET + 30, (CHANNELS, READINGS)).astype("<i8")
        columns: list[Content] = [Values(channel, 0, rows[channel]) for channel in range(CHANNELS)]
        contents: list[Content] = [Times(0, times), *columns]
        sealed = self._sealer.seal(Kind.READINGS, contents, boot=self._boot, clock=self._clock, descriptor=0)
        return parse_message(sealed.wire).contents()
