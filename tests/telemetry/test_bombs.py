"""Bombs of every kind end in a typed error, in bounded memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from telemetry.errors import Refused

REASONS = {error.reason for error in Refused.__subclasses__()} | {"altered"}
MEMORY_MIB = 96
"""2^20 values are 8 MiB; decoded, as bytes for hashing and once more in flight, with 2^17 hashes beside them."""


def test_every_bomb_is_refused_in_bounded_memory_and_time() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.telemetry.bombs"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *bombs, growth = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(bombs) > 30
    for name, outcome, milliseconds in bombs:
        assert outcome in REASONS, f"{name}: {outcome}"
        assert milliseconds < 2000, f"{name}: {milliseconds} ms"
    assert growth < MEMORY_MIB, f"grew by {growth:.0f} MiB"
