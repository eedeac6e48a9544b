"""The golden vectors: fixed keys and random bytes, so that anyone gets the same. Valid ones, and broken ones with their reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cbor2
import numpy as np

from telemetry import cbor, cose
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.events import Alarm, PowerOn
from telemetry.link import Clock, ClockSource, Kind
from telemetry.redacting import redact
from telemetry.run import merge
from tests.telemetry.making import BOOT, KEY, OTHER_KEY, START, int64s, seal, sealer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telemetry.content import Content
    from telemetry.message import Message


@dataclass(frozen=True)
class Case:
    """A message that should follow `head`; `reason` is why it is refused, empty if it is not."""

    name: str
    about: str
    wire: bytes
    head: Head
    reason: str = ""


MODEL = ChannelModel(
    name="LAeq 1 s",
    quantity="sound_level_a_eq",
    unit="dB[SPL]",
    exponent=-1,
    instrument=Instrument(maker="Maker", model="Model", serial="0001"),
)
UNKNOWN = Clock(ClockSource.NONE, None, None, b"")


def readings(start: int, seed: int, count: int = 10) -> list[Content]:
    """Two channels on a steady schedule, one with qualities, and one on jittered times."""
    noise = np.cumsum((np.arange(count) * seed) % 11 - 5)
    times = start + np.arange(count) * 1_000_000
    return [
        Times(0, times),
        Times(1, int64s([start + 17, start + 5_000_444, start + 9_999_871])),
        Values(1, 0, 443 + noise),
        Values(2, 0, 600 - noise, ((4, 0), (count - 4, 3))),
        Values(300, 1, int64s([-(2**63), 0, 2**63 - 1])),
    ]


def story() -> list[Message]:
    """A short life: descriptors, power on without a clock, readings with one, an alarm, an idle minute."""
    maker = sealer()
    alarm = Alarm(rule="laeq-high", episode="e1", transition=0, state="unacknowledged", channel=1, value=851, limit=850)
    return [
        seal(maker, [MODEL.to_content(1), MODEL.to_content(2)], Kind.DESCRIPTOR, clock=UNKNOWN, descriptor=None),
        seal(maker, [PowerOn(cause="cold").to_event(5_000_000)], Kind.EVENT, clock=UNKNOWN),
        seal(maker, readings(10_000_000, 7), clock=UNKNOWN),
        seal(maker, readings(20_000_000, 9)),
        seal(maker, [*readings(30_000_000, 5), alarm.to_event(31_000_000)]),
        seal(maker, []),
        seal(maker, readings(0, 3), boot=b"\x01" * 16),
        seal(maker, [Times(0, int64s([])), Values(1, 0, int64s([]))]),
        seal(maker, long_contents()),
    ]


def long_contents() -> list[Content]:
    """Enough values for pco columns."""
    count = np.arange(300)
    return [
        Times(0, 40_000_000 + count * 1_000_000 + (count * 7919) % 997),
        Values(1, 0, 450 + np.cumsum((count * 31) % 13 - 6)),
        Values(2, 0, (count * 104_729) % 65_521 * 1_000_003),
    ]


def valid() -> Iterator[Case]:
    """What every reader must read."""
    about = [
        "descriptors of two channels, first entry of a chain, no clock yet",
        "an event",
        "readings: two time columns, qualities, the widest values, no clock",
        "readings with a clock and a beacon",
        "readings and an alarm in one entry",
        "an idle entry without leaves",
        "readings after another boot",
        "empty columns",
        "long columns in pco, jittered times",
    ]
    entries, head = story(), START
    for number, (message, text) in enumerate(zip(entries, about, strict=True)):
        yield Case(f"entry-{number}", text, message.wire, head)
        head = message.head
    run = merge(entries[1:])
    yield Case("run", "all entries but the first as one run", run.wire, entries[0].head)
    yield Case("run-of-two-block-keys", "a run over a restart of the gateway", two_keys().wire, START)
    shown = redact(run, lambda number, at: (number + at) % 3 == 1)
    yield Case("run-withheld", "the run with a third of its leaves withheld", shown.wire, entries[0].head)
    secret = redact(entries[3], lambda _, at: at in (1, 3))
    yield Case("entry-withheld", "an entry with two leaves withheld", secret.wire, entries[2].head)


def two_keys() -> Message:
    """A run whose second half was sealed after a restart, with other random bytes."""
    maker = sealer()
    first = [seal(maker, readings(at * 10_000_000, 3)) for at in range(2)]
    again = sealer(first[-1].head)
    again._random(16)
    return merge([*first, *(seal(again, readings(at * 10_000_000, 3)) for at in range(2, 4))])


def broken() -> Iterator[Case]:
    """What every reader must refuse, with our reason."""
    entries = story()
    good, head = entries[3], entries[2].head
    for name, about, reason, path, value in _edits():
        body = cbor2.loads(good.wire)
        target = body
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value
        yield Case(f"broken-{name}", about, cbor2.dumps(body), head, reason)
    yield from _broken_bytes(good, head)
    yield from _broken_links(good, head)
    yield from _broken_runs(entries)


def _edits() -> list[tuple[str, str, str, tuple[int, ...], Any]]:
    """(name, about, reason, path into the message, value there)."""
    return [
        ("time", "a time moved by 1 µs", "altered", (5, 0, 0, 2, 1), 20_000_001),
        ("values", "other values", "altered", (5, 1, 0, 3), [0, 443]),
        ("quality", "a doubtful reading made good", "altered", (5, 1, 0, 4), None),
        ("quality-not-maximal", "two runs of one code", "undecodable", (5, 1, 0, 4, 1), [4, 0, 5, 3, 1, 3]),
        ("quality-short", "runs do not cover the values", "undecodable", (5, 1, 0, 4, 1), [4, 0, 5, 3]),
        ("channel", "values under another channel", "altered", (5, 1, 0, 2), [1, 1, 3, 1]),
        ("salt", "another block key", "altered", (3,), bytes(16)),
        ("missing-group", "a group left out", "undecodable", (5, 1), []),
        ("extra-event", "an event that no leaf stands for", "undecodable", (5, 2), [[0, 3, 7, 0, b""]]),
        ("channel-twice", "a channel in two groups", "undecodable", (5, 1, 1, 2), [1, 1]),
        ("ranges", "ranges that touch", "undecodable", (5, 1, 0, 2), [1, 1, 2, 1]),
        ("codec", "a codec that does not exist", "undecodable", (5, 0, 0, 2), [9, 0]),
        ("packed-length", "packed octets of another length", "undecodable", (5, 0, 0, 2), [2, 0, 8, bytes(9)]),
        ("packed-spare", "spare bits that are set", "undecodable", (5, 0, 0, 2), [2, 0, 5, b"\xff" * 7]),
        ("pco", "pco octets that are none", "undecodable", (5, 0, 0, 2), [3, 8, bytes(30)]),
        ("pco-mode", "a pco mode that is not allowed", "undecodable", (5, 0, 0, 2), [3, 8, b"\x01" + bytes(30)]),
        ("version", "version 2", "malformed", (0,), 2),
        ("float", "a float for an integer", "malformed", (0,), 1.0),
        ("unprotected", "an unprotected header", "malformed", (1, 1), {4: b"11"}),
        ("signature", "another signature", "bad-signature", (1, 3), bytes(64)),
        ("signature-short", "a signature cut short", "bad-signature", (1, 3), bytes(63)),
        ("content-type", "another content type", "bad-signature", (1, 0), cbor.encode({1: -8, 3: 65002})),
        ("hidden", "a leaf withheld without its salts", "undecodable", (4,), [[0, 0], [0, 1], bytes(32)]),
    ]


def _broken_bytes(good: Message, head: Head) -> Iterator[Case]:
    wire = good.wire
    yield Case("broken-trailing", "a byte after the message", wire + b"\0", head, "malformed")
    yield Case("broken-truncated", "cut short", wire[:-1], head, "malformed")
    yield Case("broken-long-form", "a number in a longer form", wire[:1] + b"\x18\x01" + wire[2:], head, "malformed")
    yield Case("broken-indefinite", "an indefinite array", b"\x9f" + wire[1:] + b"\xff", head, "malformed")
    yield Case("broken-tag", "a tag around the message", b"\xd9\xd9\xf7" + wire, head, "malformed")
    yield Case("broken-deep", "nested 5,000 deep", b"\x81" * 5000 + b"\0", head, "malformed")
    yield Case("broken-empty", "nothing", b"", head, "malformed")


def _broken_links(good: Message, head: Head) -> Iterator[Case]:
    changes: list[tuple[str, str, int, Any]] = [
        ("link-seq", "another seq, signature as it was", 3, 4),
        ("link-clock", "another clock, signature as it was", 7, [2, 1, 1500, bytes(8)]),
        ("link-prev", "another prev, signature as it was", 4, bytes(32)),
    ]
    for name, about, field, value in changes:
        yield Case(f"broken-{name}", about, _with_link(good, field, value, None), head, "bad-signature")
    yield Case("broken-key", "signed by another key", _with_link(good, 3, 3, OTHER_KEY), head, "bad-signature")
    yield Case("broken-sizes", "65,537 values claimed, signed", _with_link(good, 9, [65_537], KEY), head, "too-large")
    yield Case("broken-leaves", "1,025 leaves claimed, signed", _with_link(good, 9, [0] * 1025, KEY), head, "too-large")
    yield Case(
        "broken-size-lie",
        "a size that is not so, signed",
        _with_link(good, 9, [9, 3, 9, 9, 3], KEY),
        head,
        "undecodable",
    )
    yield Case("broken-root", "another root, signed", _with_link(good, 10, bytes(32), KEY), head, "altered")
    yield Case("broken-kind", "readings in an event entry, signed", _with_link(good, 5, 2, KEY), head, "undecodable")
    yield Case("broken-gap", "an entry before it is missing", good.wire, Head(head.gateway, 1, 1, bytes(32)), "gap")
    yield Case("broken-fork", "follows another entry", good.wire, Head(head.gateway, 1, 2, bytes(32)), "fork")
    stranger = Head("kit0000002", 1, 2, head.digest)
    yield Case("broken-cross-chain", "of another gateway's chain", good.wire, stranger, "cross-chain")


def _with_link(message: Message, field: int, value: object, key: cose.SigningKey | None) -> bytes:
    body = cbor2.loads(message.wire)
    link = cbor2.loads(body[1][2])
    link[field] = value
    body[1][2] = cbor2.dumps(link)
    if key:
        body[1] = cose.sign(body[1][2], key, cose.ENTRY).plain()
    return cbor2.dumps(body)


def _broken_runs(entries: list[Message]) -> Iterator[Case]:
    run, head = merge(entries[1:]), entries[0].head
    edits: list[tuple[str, str, int, Any, str]] = [
        ("kinds", "a kind changed", 2, [0, 2], "undecodable"),
        ("boots", "a boot changed", 3, [0, BOOT, 4, b"\x02" * 16], "altered"),
        ("offset", "a clock changed", 5, [0, 0], "altered"),
        ("beacons", "a beacon changed", 7, [0, b""], "altered"),
        ("prev", "another entry before the first", 1, bytes(32), "fork"),
        ("count", "more entries than seqs", 0, 9000, "malformed"),
    ]
    for name, about, field, value, reason in edits:
        body = cbor2.loads(run.wire)
        body[2][field] = value
        yield Case(f"broken-run-{name}", about, cbor2.dumps(body), head, reason)
    body = cbor2.loads(run.wire)
    body[2][9] = [0, 65_536]
    yield Case("broken-run-bomb", "sizes of 65,536 for every leaf", cbor2.dumps(body), head, "too-large")
