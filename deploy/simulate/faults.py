"""Faults to order: what an instrument does to its next answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

FaultKind = Literal["silence", "late", "noise", "garbage", "wrong_checksum", "truncated", "doubled_data", "split"]

NOISE_BEFORE = bytes.fromhex("FF 00")
NOISE_AFTER = b"\0"
"""What an RS-485 driver sends when it switches on and off (github.com/esphome/issues/issues/3373)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`times`: for so many answers, None until cleared. `delay_s`: of a late or split answer."""

    kind: FaultKind
    times: int | None = None
    delay_s: float = 0.0

    def used(self) -> Fault | None:
        """What is left of it after one answer."""
        if self.times is None:
            return self
        return replace(self, times=self.times - 1) if self.times > 1 else None


def spoil(answer: bytes, fault: Fault | None) -> list[tuple[float, bytes]]:
    """The pieces that are really sent, each with its delay in seconds."""
    if fault is None or fault.kind == "doubled_data":  # that one is made where the answer is built
        return [(0.0, answer)]
    half = len(answer) // 2
    broken = bytearray(answer)
    broken[len(answer.rstrip(b"\r\n") or answer) - 1] ^= 0x01
    pieces: dict[FaultKind, list[tuple[float, bytes]]] = {
        "silence": [],
        "late": [(fault.delay_s, answer)],
        "noise": [(0.0, NOISE_BEFORE + answer + NOISE_AFTER)],
        "garbage": [(0.0, bytes((7 * i + 0x5B) & 0xFF for i in range(len(answer))))],
        "split": [(0.0, answer[:half]), (fault.delay_s, answer[half:])],
        "truncated": [(0.0, answer[:half])],
        "wrong_checksum": [(0.0, bytes(broken))],
    }
    return pieces[fault.kind]
