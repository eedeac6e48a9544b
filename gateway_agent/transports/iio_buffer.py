"""Buffered devices of Industrial I/O: switched on through sysfs, read from their device file.

The kernel says how a sample lies in the file (`le:s12/16>>4`) and what a step of it is worth; nothing of that is assumed.
"""

from __future__ import annotations

import os
import re
import select
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gateway_agent.transports.line import LineClosedError, not_opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BUFFER_S = 2
WAIT_S = 0.25
"""How long a read waits before it looks whether it is still wanted."""
_TYPE = re.compile(r"(le|be):([su])(\d+)/(\d+)(?:X\d+)?>>(\d+)")


@dataclass(frozen=True, slots=True)
class Form:
    """How one sample lies in the file."""

    dtype: str
    bits: int
    shift: int
    signed: bool

    def counts(self, raw: NDArray[np.generic]) -> NDArray[np.int64]:
        """The numbers in raw samples."""
        numbers = raw.astype(np.int64) >> self.shift
        if self.signed:
            top = 1 << (self.bits - 1)
            return np.asarray(((numbers + top) & ((1 << self.bits) - 1)) - top)
        return np.asarray(numbers & ((1 << self.bits) - 1))


@dataclass(frozen=True, slots=True)
class Layout:
    """The axes of a frame, in the order of the file, each with its form and the worth of a step in m/s²."""

    axes: tuple[str, ...]
    forms: tuple[Form, ...]
    scales: tuple[float, ...]

    @property
    def frame(self) -> np.dtype[np.void]:
        """One frame; the kernel aligns each sample to its own size."""
        return np.dtype([(a, f.dtype) for a, f in zip(self.axes, self.forms, strict=True)], align=True)


def parse_form(text: str) -> Form:
    """A line like `le:s16/16>>0`. Raises ValueError."""
    found = _TYPE.fullmatch(text.strip())
    if found is None or int(found[4]) not in (8, 16, 32, 64):
        raise ValueError(f"{text.strip()!r} is no form of a sample")
    order, sign = "<" if found[1] == "le" else ">", "i" if found[2] == "s" else "u"
    return Form(f"{order}{sign}{int(found[4]) // 8}", int(found[3]), int(found[5]), signed=found[2] == "s")


class IioBuffer:
    """See listening.Source: blocks of a second."""

    def __init__(self, folder: Path, device: Path, rate_hz: int, axes: Sequence[str]) -> None:
        self._folder = folder
        self._stopped = False
        try:
            self._switch(on=False)
            (folder / "sampling_frequency").write_text(f"{rate_hz}\n", "ascii")
            for enable in (folder / "scan_elements").glob("*_en"):
                wanted = any(enable.name == f"in_accel_{axis}_en" for axis in axes)
                enable.write_text(f"{int(wanted)}\n", "ascii")
            self.layout = self._layout(axes)
            (folder / "buffer" / "length").write_text(f"{rate_hz * BUFFER_S}\n", "ascii")
            self._descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
            self._switch(on=True)
        except (OSError, ValueError) as error:
            number = error.errno if isinstance(error, OSError) else None
            raise not_opened(f"the accelerometer at {folder}", number, str(error), group="iio") from error
        self._block_bytes = rate_hz * self.layout.frame.itemsize

    def read_block(self) -> bytes:
        """See Source."""
        data = bytearray()
        while len(data) < self._block_bytes:
            if self._stopped:
                raise LineClosedError("closed")
            if not select.select([self._descriptor], [], [], WAIT_S)[0]:
                continue
            try:
                piece = os.read(self._descriptor, self._block_bytes - len(data))
            except BlockingIOError:
                continue
            except OSError as error:
                raise LineClosedError(f"the accelerometer at {self._folder} is gone: {error.strerror}") from error
            if not piece:
                raise LineClosedError(f"the accelerometer at {self._folder} is gone")
            data += piece
        return bytes(data)

    def stop(self) -> None:
        """See Source."""
        self._stopped = True

    def close(self) -> None:
        """See Source."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
            try:
                self._switch(on=False)
            except OSError:
                return  # it is gone, and off with it

    def _switch(self, *, on: bool) -> None:
        (self._folder / "buffer" / "enable").write_text(f"{int(on)}\n", "ascii")

    def _layout(self, axes: Sequence[str]) -> Layout:
        elements = self._folder / "scan_elements"
        order = sorted(axes, key=lambda axis: int((elements / f"in_accel_{axis}_index").read_text("ascii")))
        forms = tuple(parse_form((elements / f"in_accel_{axis}_type").read_text("ascii")) for axis in order)
        return Layout(tuple(order), forms, tuple(self._scale(axis) for axis in order))

    def _scale(self, axis: str) -> float:
        own = self._folder / f"in_accel_{axis}_scale"
        return float((own if own.exists() else self._folder / "in_accel_scale").read_text("ascii"))
