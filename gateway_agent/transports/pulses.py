"""Counts of pulses: by the kernel's own counter where there is one, else by the edges of a GPIO line.

The seam is `Counter`. The kernel numbers the edges of a line, so that those which a busy process misses are counted too.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gateway_agent.transports.line import LineClosedError, not_opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    import gpiod

    from firmware_profiles.schema.pulses import GpioLink

EVENT_BUFFER = 1024
"""Edges the kernel keeps for us: a second of 1 kHz. What overflows is counted all the same, by the numbers."""


class Counter(Protocol):
    """A running count."""

    def count(self) -> int:
        """Pulses so far; begins anywhere. Raises LineClosedError."""

    async def close(self) -> None:
        """See Wire."""


class Numbered(Protocol):
    """An edge as the kernel reports it."""

    @property
    def line_seqno(self) -> int:
        """Its number on the line, counted by the kernel."""


class EdgeCount:
    """Edges of one line counted by their numbers. Pure."""

    def __init__(self) -> None:
        self.total = 0
        self._last: int | None = None

    def add(self, edges: Iterable[Numbered]) -> None:
        """Take what the kernel has reported, the numbers it left out included."""
        for edge in edges:
            self.total += 1 if self._last is None else (edge.line_seqno - self._last) % (1 << 32)
            self._last = edge.line_seqno


class GpioCounter:
    """Edges of a line through libgpiod. See Counter."""

    def __init__(self, request: gpiod.LineRequest) -> None:
        self._request = request
        self._edges = EdgeCount()
        self._gone: OSError | None = None
        asyncio.get_running_loop().add_reader(request.fd, self._readable)

    def count(self) -> int:
        """See Counter."""
        if self._gone is not None:
            raise LineClosedError(f"the GPIO chip is gone: {self._gone.strerror}")
        return self._edges.total

    async def close(self) -> None:
        """See Wire."""
        with contextlib.suppress(ValueError):  # released before
            asyncio.get_running_loop().remove_reader(self._request.fd)
            self._request.release()

    def _readable(self) -> None:
        try:
            self._edges.add(self._request.read_edge_events(EVENT_BUFFER))
        except OSError as error:
            self._gone = error
            asyncio.get_running_loop().remove_reader(self._request.fd)


class KernelCounter:
    """The file of a counter of the kernel's. See Counter."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "count"

    def count(self) -> int:
        """See Counter. Reading it does not block: the driver keeps it in memory."""
        try:
            return int(self._file.read_text("ascii"))
        except OSError as error:
            raise LineClosedError(f"{self._file} is gone: check the driver of the counter") from error
        except ValueError as error:
            raise LineClosedError(f"{self._file} holds no count", "unreachable") from error

    async def close(self) -> None:
        """See Wire. Nothing is held."""


def open_counter(path: str, line: int, link: GpioLink) -> Counter:
    """The counter in a folder of the kernel's, or of a line of a GPIO chip. Raises LineClosedError."""
    if not Path(path).exists():
        raise LineClosedError(
            f"{path} is not there: check the name of the chip or of the counter's folder", "not_there"
        )
    if Path(path).is_dir():
        counter = KernelCounter(Path(path))
        counter.count()
        return counter
    return _gpio(path, line, link)


def _gpio(path: str, line: int, link: GpioLink) -> GpioCounter:
    import gpiod
    from gpiod.line import Bias, Edge

    bias = {"none": Bias.AS_IS, "pull_up": Bias.PULL_UP, "pull_down": Bias.PULL_DOWN}[link.bias]
    edge = {"rising": Edge.RISING, "falling": Edge.FALLING}[link.edge]
    wanted = gpiod.LineSettings(edge_detection=edge, bias=bias)
    try:
        request = gpiod.request_lines(path, {line: wanted}, consumer="antoan", event_buffer_size=EVENT_BUFFER)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        raise not_opened(f"{path} line {line}", number, str(error), group="gpio") from error
    return GpioCounter(request)
