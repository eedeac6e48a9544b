"""One rule of every kind that reads a channel, as people write them, and readings drawn for them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from pydantic import TypeAdapter

from alerts.engine import ChannelRule, Readings, machine_for
from telemetry.quality import Quality
from tests.alerts.making import BOOT, OTHER_BOOT, TITLE, S

if TYPE_CHECKING:
    from alerts.engine import Machine

SHIFT = {"timezone": "Asia/Ho_Chi_Minh", "starts": ["06:00", "14:00", "22:00"]}
MIDNIGHT_US = 1_764_003_600 * S  # 2025-11-25 00:00 in Vietnam
RULES: dict[str, dict[str, Any]] = {
    "level": {"set_point": 85, "unit": "dB", "on_delay_s": 5, "off_delay_s": 3, "max_gap_s": 2},
    "ceiling": {"set_point": 85, "unit": "dB"},
    "danger": {"set_point": 85, "unit": "dB"},
    "rate": {"change": 3, "unit": "dB", "within_s": 5, "max_gap_s": 3},
    "twa": {"set_point": 0.5, "unit": "dB", "period_s": 2, "base_h": 0.01, "shift": SHIFT},
    "dose": {"set_point": 2, "period_s": 2, "shift": SHIFT},
    "stel": {"set_point": 85, "unit": "dB", "window_s": 60, "period_s": 2},
    "wbgt": {"set_point": 85, "unit": "dB", "window_s": 60, "period_s": 2, "hysteresis": 1},
    "time_to_limit": {
        "of": {"kind": "dose", "set_point": 2, "period_s": 2, "shift": SHIFT}, "within_s": 200, "over_s": 10,
    },
    "silence": {"after_s": 4},
    "stuck": {"same_for_s": 4, "max_gap_s": 3},
    "out_of_range": {"on_delay_s": 2, "max_gap_s": 3},
    "due": {"of": "check", "every_h": 0.005},
}  # fmt: skip


def rule_of(kind: str, **more: object) -> ChannelRule:
    body = {"id": f"test-{kind}", "title": TITLE, "kind": kind, **RULES[kind], **more}
    found: ChannelRule = TypeAdapter(ChannelRule).validate_python(body)
    return found


def machine_of(kind: str, **more: object) -> Machine:
    return machine_for(rule_of(kind, **more), unit="dB", exponent=-1)


Row = tuple[int, int, int]
"""(step µs, scaled value, quality)"""

_QUALITIES = st.sampled_from([0] * 12 + [int(q) for q in Quality])
_STEPS = st.sampled_from([S] * 8 + [S // 2, 2 * S, 3 * S, 7 * S, 45 * S])
ROWS = st.lists(st.tuples(_STEPS, st.integers(815, 885), _QUALITIES), max_size=140)


def pieces(rows: list[Row], cuts: list[int], boot_at: int, offset: int | None) -> list[Readings]:
    """The rows as readings, cut anywhere; from row `boot_at` on in another boot, half an hour later in UTC."""
    edges = sorted({0, boot_at, len(rows), *(edge % (len(rows) + 1) for edge in cuts)})
    times = np.cumsum([step for step, _, _ in rows]) if rows else np.zeros(0)
    found = []
    for first, last in pairwise(edges):
        boot, late = (BOOT, 0) if first < boot_at else (OTHER_BOOT, 1800 * S)
        runs: list[tuple[int, int]] = []
        for _, _, quality in rows[first:last]:
            runs = (
                [*runs[:-1], (runs[-1][0] + 1, quality)] if runs and runs[-1][1] == quality else [*runs, (1, quality)]
            )
        values = np.array([value for _, value, _ in rows[first:last]], "<i8")
        shift = None if offset is None else offset + late
        found.append(Readings(boot, np.array(times[first:last], "<i8"), values, tuple(runs), shift))
    return found
