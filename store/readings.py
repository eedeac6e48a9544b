"""Rows for SQL: written by binary COPY from numpy columns, dropped by whole chunks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from store.copying import EPOCH_US, copy_binary
from store.named import sql
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from store.connection import Connection

COLUMNS: Final = ("time", "value", "channel", "quality")
_ROW: Final = np.dtype([
    ("columns", ">u2"), ("n1", ">u4"), ("time", ">i8"), ("n2", ">u4"), ("value", ">i8"), ("n3", ">u4"), ("channel", ">i4"),
    ("n4", ">u4"), ("quality", ">i2"),
])  # fmt: skip
_TEMPLATE: Final = np.array([(4, 8, 0, 8, 0, 4, 0, 2, 0)], _ROW).view(np.uint8)
"""A row of zeros: what does not differ between rows."""

_DOUBTFUL_COLUMNS: Final = ("received", "time", "value", "channel", "quality", "reason")
_DOUBTFUL_ROW: Final = np.dtype([
    ("columns", ">u2"), ("n0", ">u4"), ("received", ">i8"), ("n1", ">u4"), ("time", ">i8"), ("n2", ">u4"), ("value", ">i8"),
    ("n3", ">u4"), ("channel", ">i4"), ("n4", ">u4"), ("quality", ">i2"), ("n5", ">u4"), ("reason", ">i2"),
])  # fmt: skip
CHANGED_CHANNEL: Final = "antoan_readings"
"""NOTIFY after each commit of rows; without payload."""


class Doubt(IntEnum):
    """Why rows are doubtful."""

    FUTURE = 1
    """Dated more than ten minutes after they were received."""
    BEFORE_ENROLMENT = 2
    """Dated before the gateway's epoch was enrolled."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings as columns of equal length; times and receive times in UTC µs."""

    time_us: NDArray[np.int64]
    value: NDArray[np.int64]
    channel: NDArray[np.int32]
    quality: NDArray[np.uint8]
    received_us: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time_us)

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """The rows for which the mask holds."""
        return Rows(
            self.time_us[mask], self.value[mask], self.channel[mask], self.quality[mask], self.received_us[mask]
        )


Matrix = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int32]", "NDArray[np.uint8] | None"]
"""Times (n) in UTC µs, values (channels, n), channels, quality codes (channels, n) or None where all are 0."""


def binary(matrices: Sequence[Matrix]) -> memoryview:
    """Rows of `readings` for binary COPY: every value of every channel at its time, channel by channel."""
    out = np.empty(sum(values.size for _, values, _, _ in matrices), _ROW)
    out.view(np.uint8).reshape(-1, _ROW.itemsize)[:] = _TEMPLATE
    at = 0
    for time_us, values, channels, codes in matrices:
        part = out[at : at + values.size].reshape(values.shape)
        at += values.size
        part["time"], part["value"], part["channel"] = time_us - EPOCH_US, values, channels[:, None]
        if codes is not None:
            part["quality"] = codes
    return out.view(np.uint8).data


async def insert_binary(connection: Connection, laid_out: memoryview) -> None:
    """COPY what `binary` made into `readings`."""
    await copy_binary(connection, "readings", COLUMNS, laid_out)


async def notify(connection: Connection) -> None:
    """Wake those who look at rows when this transaction commits."""
    await connection.execute(sql("record/notify"), CHANGED_CHANNEL, "")


async def insert_doubtful(connection: Connection, rows: Rows, doubt: Doubt) -> None:
    """COPY rows into `readings_doubtful` with the reason."""
    out = np.empty(len(rows), _DOUBTFUL_ROW)
    out["columns"], out["n0"], out["n1"], out["n2"], out["n3"], out["n4"], out["n5"] = 6, 8, 8, 8, 4, 2, 2
    out["received"], out["time"] = rows.received_us - EPOCH_US, rows.time_us - EPOCH_US
    out["value"], out["channel"], out["quality"], out["reason"] = rows.value, rows.channel, rows.quality, int(doubt)
    await copy_binary(connection, "readings_doubtful", _DOUBTFUL_COLUMNS, out.tobytes())


async def count_late(connection: Connection, rows: Rows) -> None:
    """Count rows older than the retention, by channel and day of receipt."""
    keys, counts = np.unique(np.stack([rows.channel.astype(np.int64), rows.received_us]), axis=1, return_counts=True)
    times = [from_us(int(received_us)) for received_us in keys[1]]
    await connection.execute(sql("readings/late"), keys[0].tolist(), times, counts.tolist())


async def horizons(connection: Connection) -> list[tuple[int, int]]:
    """What retention dropped: (when, rows before this), both UTC µs, in order of when."""
    rows = await connection.fetch(sql("readings/horizons"))
    return [(to_us(row["at"]), to_us(row["dropped_before"])) for row in rows]


async def drop_before(connection: Connection, until: datetime) -> int:
    """Drop whole chunks of readings before a time; returns how many. Raises LockNotAvailableError to be tried later."""
    return len(await connection.fetch(sql("readings/drop_before"), until))


async def drop_doubtful_before(connection: Connection, until: datetime) -> int:
    """Drop whole chunks of doubtful readings received before a time. Errors as `drop_before`."""
    return len(await connection.fetch(sql("readings/drop_doubtful_before"), until))


async def chunk_sizes(connection: Connection) -> list[tuple[datetime, datetime, int]]:
    """(from, to, bytes with indexes) of the chunks of `readings`, oldest first."""
    rows = await connection.fetch(sql("readings/chunk_sizes"))
    return [(row["range_start"], row["range_end"], row["bytes"]) for row in rows]


async def clear(connection: Connection) -> None:
    """Drop all that this projection derived; as `antoan_owner`."""
    await connection.execute(sql("readings/clear"))


async def of_channels(connection: Connection, channels: list[int], from_us_: int, until_us: int) -> NDArray[np.int64]:
    """(n, 4) channel, time in UTC µs, value, quality of rows in a span (both ends included), sorted; for verification."""
    rows = await connection.fetch(sql("readings/of_channels"), channels, from_us(from_us_), from_us(until_us))
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 4)


async def counts(connection: Connection) -> dict[int, int]:
    """Channel → how many rows `readings` has of it."""
    return {row["channel"]: row["count"] for row in await connection.fetch(sql("readings/counts"))}
