"""A second reader of the wire, written from docs/wire.md alone and as plainly as can be: no code of `telemetry` is in it.

`read(wire, public_key, head)` gives [(link bytes, [content, …]), …] or raises ValueError. A content is a list as in the
document, with a withheld leaf as ["hidden", hash]. `head` is (gateway, epoch, seq, digest).
"""
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, C901  (deliberately plain: to be read beside docs/wire.md by people of any language)

import hashlib
import struct

import cbor2
import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pcodec.wrapped import FileDecompressor


def need(condition, what):
    if not condition:
        raise ValueError(what)


def strict(data):
    """Deterministic CBOR without floats, tags or anything else that docs/wire.md does not use."""

    def plain(item):
        if isinstance(item, dict):
            keys = [cbor2.dumps(key) for key in item]
            need(keys == sorted(keys), "map keys out of order")
            return all(type(key) in (int, str) and plain(value) for key, value in item.items())
        if isinstance(item, list):
            return all(map(plain, item))
        return item is None or type(item) in (int, bytes, str)

    try:
        item = cbor2.loads(data, allow_duplicate_keys=False, allow_indefinite=False, max_depth=12)
    except cbor2.CBORError as error:
        raise ValueError(str(error)) from error
    need(plain(item) and cbor2.dumps(item) == data, "not deterministic CBOR of ours")
    return item


def wrap(number):
    return (number + 2**63) % 2**64 - 2**63


def column(spec, n):
    """The n integers of a column."""
    codec, *rest = spec
    if codec == 0:
        return [rest[0]] * n
    if codec == 1:
        return [wrap(rest[0] + at * rest[1]) for at in range(n)]
    if codec == 2:
        base, bits, octets = rest
        need(len(octets) == (n * bits + 7) // 8, "packed column: length")
        number = int.from_bytes(octets, "little")
        need(number >> (n * bits) == 0, "packed column: spare bits")
        return [wrap(base + (number >> (at * bits)) % 2**bits) for at in range(n)]
    if codec == 3:
        width, octets = rest
        need(octets[0] & 15 == 0 and octets[0] >> 4 < 2, "pco: only classic mode, delta none or consecutive")
        out = np.zeros(n, f"<i{width}")
        try:
            chunk, used = FileDecompressor.new(bytes((4, 1)))[0].chunk_decompressor(octets, f"i{8 * width}")
            progress, more = chunk.read_page_into(octets[used:], n, out)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        need(progress.finished and progress.n_processed == n and used + more == len(octets), "pco: length")
        return out.tolist()
    need(codec == 4 and rest[2][0] != 4, "no such codec")
    return [wrap(rest[0] + at * rest[1] + by) for at, by in enumerate(column(rest[2], n))]


def numbers(ranges):
    """Flat [first, count, …] as a list; ascending and apart."""
    after = -1
    for first, count in zip(ranges[::2], ranges[1::2], strict=True):
        need(first > after and count > 0, "ranges must ascend and be apart")
        after = first + count
    return [first + at for first, count in zip(ranges[::2], ranges[1::2], strict=True) for at in range(count)]


def spread(changes, count):
    """Flat [from, item, …] as one item per entry."""
    starts = [*changes[::2], count]
    return [item for at, item in enumerate(changes[1::2]) for _ in range(starts[at + 1] - starts[at])]


def headers_of(history, last):
    """(kind, boot, clock, sizes) of every entry."""
    final = (last[5], last[6], last[7], last[9])
    if history is None:
        return [final]
    count = history[0]
    kinds, sources, offsets, bounds, leaves = (column(history[at], count) for at in (2, 4, 5, 6, 8))
    boots, beacons = spread(history[3], count), spread(history[7], count)
    flat, headers = column(history[9], sum(leaves)), []
    for at in range(count):
        known = sources[at] != 0
        clock = [sources[at], offsets[at] if known else None, bounds[at] if known else None, beacons[at]]
        headers.append((kinds[at], boots[at], clock, [flat.pop(0) for _ in range(leaves[at])]))
    return [*headers, final]


def contents_of(data, headers, hidden):
    """For every entry its leaves in order: contents, or ["hidden", hash]."""
    readings = [at for at, header in enumerate(headers) if header[0] == 1]
    keys = [[] for _ in headers]  # sort keys of the shown leaves of every entry
    for index, where, _ in data[0]:
        for at in readings if where is None else numbers(where):
            keys[at].append((0, index, 0, b""))
    for _, where, channels, _, _ in data[1]:
        for at in readings if where is None else numbers(where):
            keys[at] += [(1, channel, 0, b"") for channel in numbers(channels)]
    for at, kind, *rest in data[2]:
        keys[at].append((2, rest[0], 0, b"") if kind == 2 else (3, *rest))
    places, leaves = [], []  # key -> position
    for at, header in enumerate(headers):
        free = [place for place in range(len(header[3])) if (at, place) not in hidden]
        need(len(free) == len(keys[at]) == len(set(keys[at])), "extra, missing or doubled leaves")
        places.append(dict(zip(sorted(keys[at]), free, strict=True)))
        leaves.append(
            [["hidden", hidden[at, place]] if (at, place) in hidden else None for place in range(len(header[3]))]
        )
    for index, where, spec in data[0]:
        entries = readings if where is None else numbers(where)
        counts = [headers[at][3][places[at][0, index, 0, b""]] for at in entries]
        flat = column(spec, sum(counts))
        for at, n in zip(entries, counts, strict=True):
            leaves[at][places[at][0, index, 0, b""]] = [0, index, flat[:n]]
            flat = flat[n:]
    for index, where, ranges, block, qualities in data[1]:
        entries, channels = readings if where is None else numbers(where), numbers(ranges)
        counts = [headers[at][3][places[at][1, channels[0], 0, b""]] for at in entries]
        total = sum(counts)
        joint = column(block, total * len(channels)) if isinstance(block[0], int) else None
        for row, channel in enumerate(channels):
            flat = joint[row * total : (row + 1) * total] if joint is not None else column(block[row], total)
            runs = qualities[row] if qualities and qualities[row] is not None else [total, 0]
            codes = [code for n, code in zip(runs[::2], runs[1::2], strict=True) for _ in range(n)]
            need(
                total == 0 or list(zip(runs[::2], runs[1::2], strict=True)) == [tuple(run) for run in maximal(codes)],
                "runs",
            )
            need(len(codes) == total and (joint is not None or len(block) == len(channels)), "group: length")
            start = 0
            for at, n in zip(entries, counts, strict=True):
                place = places[at][1, channel, 0, b""]
                need(headers[at][3][place] == n, "channels of one group have different sizes")
                values, marks, start = flat[start : start + n], codes[start : start + n], start + n
                leaves[at][place] = [1, channel, index, values, maximal(marks)]
    for at, kind, *rest in data[2]:
        place = places[at][(2, rest[0], 0, b"") if kind == 2 else (3, *rest)]
        need(headers[at][3][place] == len(rest[-1]), "size of a body")
        leaves[at][place] = [kind, *rest]
    return leaves


def maximal(codes):
    runs = []
    for code in codes:
        if runs and runs[-1][1] == code:
            runs[-1][0] += 1
        else:
            runs.append([1, code])
    return runs


def hashed(content: list) -> bytes:
    """The bytes of a content that go into its leaf: arrays of integers as RFC 8746 tag 79."""
    tag = lambda values: cbor2.CBORTag(79, struct.pack(f"<{len(values)}q", *values))  # noqa: E731
    at = {0: 2, 1: 3}.get(content[0])
    return cbor2.dumps([tag(item) if number == at else item for number, item in enumerate(content)])


def sha256(tag, data):
    return hashlib.sha256(b"antoan/1/" + tag + b"\0" + data).digest()


def read(wire: bytes, public_key: bytes, head: tuple) -> list:
    need(len(wire) <= 65536, "too large")
    version, (protected, unprotected, payload, signature), history, salts, hidden, data = strict(wire)
    need(version == 1 and unprotected == {} and strict(protected) == {1: -8, 3: 65001}, "header")
    signed = cbor2.dumps(["Signature1", protected, b"antoan/1/entry", payload])
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except InvalidSignature as error:
        raise ValueError("signature") from error
    last = strict(payload)
    need(last[0] == 1, "version of the link")
    count = 1 if history is None else history[0] + 1
    first, prev = last[3] - count + 1, last[4] if history is None else history[1]
    need((last[1], last[2], first - 1, prev) == head, "does not continue the head")
    headers = headers_of(history, last)
    need(all(sum(header[3]) <= 65536 and len(header[3]) <= 1024 for header in headers), "too many values")
    gone = {}
    if hidden is not None:
        m = len(hidden[2]) // 32
        pairs = list(zip(column(hidden[0], m), column(hidden[1], m), strict=True))
        need(pairs == sorted(set(pairs)) and len(hidden[2]) == 32 * m, "hidden leaves out of order")
        gone = {pair: hidden[2][32 * at : 32 * at + 32] for at, pair in enumerate(pairs)}
    out = []
    keys = None if gone else spread([0, salts] if isinstance(salts, bytes) else salts, count)
    for at, leaves in enumerate(contents_of(data, headers, gone)):
        kind, boot, clock, sizes = headers[at]
        shown = [leaf for leaf in leaves if leaf[0] != "hidden"]
        if keys:
            seed = b"antoan/1/salt\0" + keys[at] + struct.pack(">Q", first + at)
            mine = hashlib.shake_256(seed).digest(16 * len(leaves))
        else:
            mine, salts = salts[: 16 * len(shown)], salts[16 * len(shown) :]
        hashes = []
        for leaf in leaves:
            if leaf[0] == "hidden":
                hashes.append(leaf[1])
            else:
                hashes.append(sha256(b"leaf", mine[:16] + hashed(leaf)))
                mine = mine[16:]
        link = [
            1,
            last[1],
            last[2],
            first + at,
            prev,
            kind,
            boot,
            clock,
            last[8],
            sizes,
            sha256(b"root", b"".join(hashes)),
        ]
        out.append((cbor2.dumps(link), leaves))
        prev = sha256(b"link", out[-1][0])
    need(out[-1][0] == payload, "the data are not what was signed")
    return out
