"""The UTC mapping of boots: from the first linked entry of a boot whose clock is known. Never changed afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.named import sql
from store.times import from_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.connection import Connection


Boot = tuple[str, bytes]
"""(gateway, boot id)"""


async def learn(connection: Connection, boot: Boot, utc_offset_us: int, source: int, received_us: int) -> None:
    """Keep the mapping of a boot unless there is one; part of the commit of the entry that has it."""
    await connection.execute(sql("record/clock"), boot[0], boot[1], utc_offset_us, source, from_us(received_us))


async def offsets(connection: Connection, boots: Sequence[Boot]) -> dict[Boot, int]:
    """Per boot what to add to µs since boot to get UTC µs; boots without a mapping are left out."""
    rows = await connection.fetch(sql("record/clocks"), [boot[0] for boot in boots], [boot[1] for boot in boots])
    return {(row["gateway"], row["boot"]): row["utc_offset_us"] for row in rows}
