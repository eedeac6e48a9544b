"""Rules and readings made for the tests of the engine."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from alerts.engine import DangerRule, LevelRule, Readings

TITLE = {"vi": "Thử", "en": "Test"}
BOOT, OTHER_BOOT = b"a" * 16, b"b" * 16
S = 1_000_000


def level(**more: object) -> LevelRule:
    return LevelRule.model_validate({"id": "test-rule", "title": TITLE, "set_point": 85, "unit": "dB", **more})


def danger(**more: object) -> DangerRule:
    return DangerRule.model_validate({"id": "test-rule", "title": TITLE, "set_point": 70, "unit": "[ppm]", **more})


def readings(
    pairs: list[tuple[int, int]], quality: list[int] | None = None, boot: bytes = BOOT, offset: int | None = None
) -> Readings:
    codes = quality or [0] * len(pairs)
    runs: list[tuple[int, int]] = []
    for code in codes:
        if runs and runs[-1][1] == code:
            runs[-1] = runs[-1][0] + 1, code
        else:
            runs.append((1, code))
    times, values = np.array([t for t, _ in pairs], "<i8"), np.array([v for _, v in pairs], "<i8")
    return Readings(boot, times, values, tuple(runs), offset)


def cut(rows: list[tuple[int, int, int]], cuts: list[int]) -> list[Readings]:
    times = np.cumsum([step for step, _, _ in rows]).tolist() if rows else []
    edges = sorted({0, len(rows), *(edge % (len(rows) + 1) for edge in cuts)})
    return [
        readings([(times[i], rows[i][1]) for i in range(a, b)], [rows[i][2] for i in range(a, b)])
        for a, b in pairwise(edges)
    ]
