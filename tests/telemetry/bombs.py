"""Messages that claim far more than they hold, validly signed: a hostile key holder's. Run as a process of its own by test_bombs.

Prints a line per bomb: name, outcome, milliseconds; last the growth of this process in MiB. A limit on the address space
stands behind it, so that a bomb that goes off ends this process and not the machine.
"""

from __future__ import annotations

import json
import resource
import time
from typing import TYPE_CHECKING, Any

import cbor2

from telemetry import columns, cose, limits
from telemetry.errors import Refused
from telemetry.message import parse_message
from tests.telemetry.making import BOOT, CLOCK, GATEWAY, KEY, START

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS_SPACE = 1 << 30
READINGS = 1


def message(sizes: list[Any], data: Any, history: Any = None, hidden: Any = None, seq: int = 0) -> bytes:  # noqa: ANN401
    """A validly signed message with these parts."""
    link = [1, GATEWAY, 1, seq, START.digest, READINGS, BOOT, CLOCK.plain(), 0, sizes, bytes(32)]
    sign1 = cose.sign(cbor2.dumps(link), KEY, cose.ENTRY).plain()
    return cbor2.dumps([1, sign1, history, bytes(16), hidden, data])


def history(count: int, leaves: Any, sizes: Any) -> list[Any]:  # noqa: ANN401
    """A history of equal entries of readings."""
    offset, bound = [0, CLOCK.utc_offset_us], [0, CLOCK.bound_us]
    return [count, START.digest, [0, READINGS], [0, BOOT], [0, 2], offset, bound, [0, CLOCK.beacon], leaves, sizes]


def group(channels: list[int], block: Any, entries: Any = None, qualities: Any = None) -> list[Any]:  # noqa: ANN401
    """A group at time column 0."""
    return [0, entries, channels, block, qualities]


def bombs() -> Iterator[tuple[str, bytes]]:
    """(name, message)."""
    no_data: list[Any] = [[], [], []]
    one = [0, 0]
    yield "sizes of 2^63", message([2**63], no_data)
    yield "sizes of 65,536 for 1,024 leaves", message([65_536] * 1024, no_data)
    yield "a million leaves", message([0] * 60_000, no_data)
    last = limits.RUN_ENTRIES - 1
    yield "16,384 entries of 1,024 leaves", message([0] * 1024, no_data, history(last, [0, 1024], one), seq=last)
    yield "16,384 entries of 65,536 values", message([1], no_data, history(last, [0, 1], [0, 65_536]), seq=last)
    yield "negative sizes", message([1], no_data, history(last, [0, 1], [0, -1]), seq=last)
    yield "sizes that overflow when summed", message([1], no_data, history(2, [0, 1], [1, 2**62, 2**62]), seq=2)
    yield "the most entries, honestly idle", message([], no_data, history(last, one, one), seq=last)
    whole = [[[0, None, [1, 0, 1]]], [group([0, 15], [0, 7])], []]
    yield "the most values, all one", message([65_536 - 15] + [1] * 15, whole)
    full = history(15, [0, 2], [0, 32_768])
    yield "2^20 values in a run", message([32_768] * 2, [[[0, None, one]], [group([0, 1], one)], []], full, seq=15)
    wide = history(127, [0, 1024], [0, 0])
    yield "2^17 leaves", message([0] * 1024, [[], [group([0, 1024], one)], []], wide, seq=127)
    claims = [group([number, 1], one, [0, last]) for number in range(3000)]
    yield "3,000 groups over 16,383 entries", message([1], [[], claims, []], history(last, [0, 1], [0, 1]), seq=last)
    yield "65,536 channels", message([1], [[], [group([0, 65_536], one)], []])
    yield "columns nested in columns", message([5], [[[0, None, [4, 0, 0, [4, 0, 0, [4, 0, 0, one]]]]], [], []])
    yield "pco that claims 65,536 values in 9 bytes", message([65_536], [[[0, None, [3, 8, bytes(9)]]], [], []])
    for first in (0x00, 0x10, 0x20, 0x30, 0x40, 0x01, 0x02, 0x03, 0x05):
        octets = bytes((first,)) + b"\xff" * 64
        yield f"pco that begins with {first:02x}", message([65_536], [[[0, None, [3, 8, octets]]], [], []])
    yield "65,536 packed values in no bytes", message([65_536], [[[0, None, [2, 0, 64, b""]]], [], []])
    runs = [1, 0, 1, 1] * 10_000
    yield (
        "quality runs of 2^62 values",
        message([1, 1], [[[0, None, one]], [group([0, 1], one, None, [[2**62, 0]])], []]),
    )
    yield (
        "20,000 quality runs for one value",
        message([1, 1], [[[0, None, one]], [group([0, 1], one, None, [runs])], []]),
    )
    yield "hashes for leaves that are not there", message([1], no_data, None, [[0, 0], [1, 0, 1], bytes(32 * 1500)])
    yield "20,000 empty tracks", message([1], [[[0, None, one]] * 20_000, [], []])
    yield "arrays of 2^32 items", b"\x9b\x00\x00\x00\x01\x00\x00\x00\x00" + bytes(1000)
    yield "a byte string of 2^40 bytes", b"\x5b\x00\x00\x01\x00\x00\x00\x00\x00" + bytes(1000)
    yield "nested 60,000 deep", b"\x81" * 60_000
    yield "60,000 nested maps", b"\xa1\x00" * 30_000
    yield "a bigfloat of 2^(2^28)", b"\xc5\x82\x1a\x0f\xff\xff\xff\x03"
    yield "over the size", bytes(limits.MESSAGE_BYTES + 1)


def outcome(wire: bytes) -> str:
    """What becomes of a message: the reason of refusal, or how many values it had."""
    try:
        parsed = parse_message(wire)
        parsed.verify(KEY.public)
        return f"{parsed.contents().readings} readings"
    except Refused as refused:
        return refused.reason


def main() -> None:
    """Meet every bomb."""
    columns.decode(columns.encode(columns.decode([1, 0, 3], 1000)), 1000)  # libraries loaded before memory is measured
    made = list(bombs())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for name, wire in made:
        began = time.perf_counter()
        found = outcome(wire)
        print(json.dumps([name, found, round((time.perf_counter() - began) * 1000, 1)]), flush=True)  # noqa: T201
    print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))  # noqa: T201


if __name__ == "__main__":
    main()
