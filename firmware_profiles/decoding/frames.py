"""Binary frames on a byte stream: find the first whole one, prove it, take its fields.

The scanner is made for streams: it says how many bytes it has used, so that a caller feeds it as bytes arrive, and it
resyncs by itself, since a frame that fails is passed over by one byte only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_profiles.checksum import CrcParameters, crc, xor
from firmware_profiles.decoding.numbers import read_number, take_bits
from firmware_profiles.decoding.results import DecodeError, Raw
from firmware_profiles.decoding.texts import to_value
from firmware_profiles.schema.frames import CountedLength, DelimitedLength, FixedLength
from firmware_profiles.schema.values import WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.schema.frames import Checksum, Frame
    from firmware_profiles.schema.values import ByteField


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan of a buffer found: a frame (unstuffed) or the error of the last candidate, and how much is used up.

    `frame` None and `error` None: nothing yet, wait for more. `used` bytes may be dropped from the buffer in every case.
    """

    frame: bytes | None
    error: DecodeError | None
    used: int


def scan(buffer: bytes, frame: Frame) -> Scan:
    """Find the first good frame. Candidates that fail are passed over, the last one's error is kept."""
    error: DecodeError | None = None
    start = 0
    while True:
        start = _next_sync(buffer, frame.sync, start)
        end = _end_of(buffer, start, frame)
        if end is None:
            return Scan(None, error, start)
        if end > 0:
            candidate = buffer[start:end]
            try:
                body = _unstuffed(candidate, frame)
                _prove(body, frame)
            except DecodeError as failed:
                error = failed
            else:
                return Scan(body, error, end)
        start += 1


def parse_frame(captured: bytes, frame: Frame) -> bytes:
    """The frame in captured bytes, unstuffed. Raises DecodeError: truncated, frame_error, checksum_mismatch (or as stated)."""
    found = scan(captured, frame)
    if found.frame is not None:
        if not frame.sync and frame.checksum is None and len(captured) > found.used:
            extra = f"{len(captured)} bytes came where {found.used} belong, and nothing tells which"
            raise DecodeError("frame_error", extra)
        return found.frame
    if found.error is not None:
        raise found.error
    if found.used >= len(captured) and captured:
        raise DecodeError("frame_error", f"no frame begins in {captured.hex(' ').upper()}")
    raise DecodeError("truncated", f"only {len(captured) - found.used} bytes of a frame arrived")


def take_fields(body: bytes, fields: Mapping[str, ByteField]) -> dict[str, Raw]:
    """The raw values of a frame. A field beyond its end is left out: short forms of a frame have fewer."""
    raw: dict[str, Raw] = {}
    for name, field in fields.items():
        place = field.place(len(body))
        if 0 <= place.start <= place.stop <= len(body):
            raw[name] = _value(body[place], field, name)
    return raw


def checksum_bytes(body: bytes, spec: Checksum) -> bytes:
    """The checksum that belongs into a frame, as it stands on the wire. `body` has room for it."""
    size = _checksum_size(spec)
    end = spec.end if spec.end >= 0 else len(body) + spec.end
    covered = body[spec.start : end]
    if spec.kind == "crc" and spec.crc is not None:
        p = spec.crc
        value = crc(covered, CrcParameters(p.width, p.poly, p.init, p.refin, p.refout, p.xorout))
    elif spec.kind == "xor":
        value = xor(covered)
    else:
        mask = (1 << spec.bits) - 1
        value = sum(covered) & mask
        value = {"none": value, "ones": mask - value, "twos": -value & mask}[spec.complement]
    if spec.form == "hex":
        return f"{value:0{size}X}".encode("ascii")
    return value.to_bytes(size, spec.order)


def checksum_place(body: bytes, spec: Checksum) -> slice:
    """Where in the frame the checksum stands."""
    start = spec.at if spec.at >= 0 else len(body) + spec.at
    return slice(start, start + _checksum_size(spec))


def stuffed(body: bytes, length: DelimitedLength, sync: bytes) -> bytes:
    """The inverse of unstuffing: escapes put in between the marks of a frame."""
    inner = body[len(sync) : len(body) - len(length.end)]
    table = {bytes.fromhex(plain): bytes.fromhex(escape) for escape, plain in length.escapes.items()}
    return sync + b"".join(table.get(bytes([b]), bytes([b])) for b in inner) + length.end


def _checksum_size(spec: Checksum) -> int:
    bits = spec.crc.width if spec.crc is not None else (spec.bits if spec.kind == "sum" else 8)
    return bits // 8 * (2 if spec.form == "hex" else 1)


def _next_sync(buffer: bytes, sync: bytes, start: int) -> int:
    """Where the next frame may begin: at the sync, or at the tail that could be the beginning of one."""
    if not sync:
        return min(start, len(buffer))
    found = buffer.find(sync, start)
    if found >= 0:
        return found
    for kept in range(min(len(sync) - 1, len(buffer) - start), 0, -1):
        if buffer.endswith(sync[:kept]):
            return len(buffer) - kept
    return max(start, len(buffer))


def _end_of(buffer: bytes, start: int, frame: Frame) -> int | None:
    """One past the frame's last byte; None: not all there yet; 0: no frame can begin here."""
    length = frame.length
    if isinstance(length, FixedLength):
        end = start + length.bytes
        return end if end <= len(buffer) else None
    if isinstance(length, CountedLength):
        return _counted_end(buffer, start, length)
    found = buffer.find(length.end, start + max(1, len(frame.sync)), start + length.most)
    if found >= 0:
        return found + len(length.end)
    return None if len(buffer) - start < length.most else 0


def _counted_end(buffer: bytes, start: int, length: CountedLength) -> int | None:
    place = start + length.at
    piece = buffer[place : place + WIDTH[length.type]]
    if len(piece) < WIDTH[length.type]:
        return None
    total = int(read_number(piece, length.type, length.order)) + length.add
    if not 0 < total <= length.most:
        return 0
    return start + total if start + total <= len(buffer) else None


def _unstuffed(candidate: bytes, frame: Frame) -> bytes:
    length = frame.length
    if not isinstance(length, DelimitedLength) or not length.escapes:
        return candidate
    escapes = {bytes.fromhex(escape): bytes.fromhex(plain) for escape, plain in length.escapes.items()}
    mark = next(iter(escapes))[:1]
    plain = bytearray()
    inner = candidate[len(frame.sync) : len(candidate) - len(length.end)]
    position = 0
    while position < len(inner):
        if inner[position : position + 1] == mark:
            pair = inner[position : position + 2]
            if pair not in escapes:
                raise DecodeError("frame_error", f"{pair.hex(' ').upper()} is no escape of this instrument")
            plain += escapes[pair]
            position += 2
        else:
            plain.append(inner[position])
            position += 1
    return frame.sync + bytes(plain) + length.end


def _prove(body: bytes, frame: Frame) -> None:
    if frame.checksum is not None:
        place = checksum_place(body, frame.checksum)
        expected = checksum_bytes(body, frame.checksum)
        found = body[place].upper() if frame.checksum.form == "hex" else body[place]
        if found != expected:
            text = f"checksum {found.hex(' ').upper()}, computed {expected.hex(' ').upper()}"
            raise DecodeError(frame.checksum.error, text)
    for constant in frame.constants:
        start = constant.at if constant.at >= 0 else len(body) + constant.at
        if body[start : start + len(constant.hex)] != constant.hex:
            raise DecodeError("frame_error", f"byte {constant.at} is not {constant.hex.hex(' ').upper()}")


def _value(piece: bytes, field: ByteField, name: str) -> Raw:
    if field.type in WIDTH:
        number = read_number(piece, field.type, field.order)
        if field.bits is not None and isinstance(number, int):
            return take_bits(number, field.bits.first, field.bits.count)
        return number
    if field.type == "hex":
        return piece.hex()
    text = piece.decode("latin-1").strip("\0 ")
    if field.type == "text":
        return text
    return to_value(text, name, field.invalid, digits_only=field.type == "digits")
