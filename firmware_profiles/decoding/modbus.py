"""Modbus on captured bytes: a reply in RTU, ASCII or TCP form → the registers it brings, or the error it is.

The reply is judged against its request: slave, function and byte count must agree, because RTU has no transaction number
and a late reply looks just like the right one. Noise before and after a good frame is passed over, as it comes from drivers
that switch on and off. Sources: "MODBUS over Serial Line" V1.02, "MODBUS Application Protocol" V1.1b3, "MODBUS Messaging on
TCP/IP" V1.0b.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firmware_profiles.checksum import modbus_crc
from firmware_profiles.decoding.results import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = Literal["rtu", "ascii", "tcp"]

READ_FUNCTIONS = frozenset({1, 2, 3, 4})
WRITE_FUNCTIONS = frozenset({5, 6, 15, 16})
EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge, still working",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}
MOST_FRAME = 260
"""Longest frame of all forms but ASCII: 253 bytes of PDU and the MBAP header."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `transaction` only over TCP; `address` and `count` only of reads and writes of many."""

    unit: int
    pdu: bytes
    transaction: int | None = None

    @property
    def function(self) -> int:
        """The function code."""
        return self.pdu[0]

    @property
    def address(self) -> int:
        """First register or coil."""
        return int.from_bytes(self.pdu[1:3], "big")

    @property
    def count(self) -> int:
        """How many registers or coils."""
        return int.from_bytes(self.pdu[3:5], "big")

    @property
    def reply_bytes(self) -> int:
        """Bytes of data that a right reply to this read carries."""
        return self.count * 2 if self.function in (3, 4) else (self.count + 7) // 8


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole frame that passed its checks: what the unit said."""

    unit: int
    pdu: bytes

    @property
    def data(self) -> bytes:
        """Register or coil bytes of a read."""
        return self.pdu[2:]


def guess_form(frame: bytes) -> Form:
    """The form of a captured frame: ASCII begins with a colon; TCP has protocol 0 and a length that is near; else RTU."""
    if frame[:1] == b":":
        return "ascii"
    if len(frame) >= 8 and frame[2:4] == b"\0\0" and not _ends_in_crc(frame):
        return "tcp"
    return "rtu"


def parse_request(frame: bytes, form: Form) -> Request:
    """The request in a captured frame. Raises DecodeError when it is none."""
    if form == "tcp":
        if len(frame) < 8 or frame[2:4] != b"\0\0" or int.from_bytes(frame[4:6], "big") != len(frame) - 6:
            raise DecodeError("frame_error", "the request is not a Modbus TCP frame")
        return Request(frame[6], frame[7:], int.from_bytes(frame[0:2], "big"))
    body = _ascii_body(frame) if form == "ascii" else frame
    if form == "rtu" and not _ends_in_crc(frame):
        raise DecodeError("crc_mismatch", "the request's CRC does not agree")
    body = body[:-1] if form == "ascii" else body[:-2]
    if len(body) < 2:
        raise DecodeError("truncated", "the request is too short")
    return Request(body[0], body[1:])


def completed(request: bytes, form: Form) -> bytes:
    """A request that was written down without its CRC or its line end, with it; any other as it is."""
    if form == "ascii" and not request.endswith(b"\r\n"):
        return request.rstrip() + b"\r\n"
    bare = form == "rtu" and len(request) == 6 and request[1] in READ_FUNCTIONS
    return request + modbus_crc(request) if bare and not _ends_in_crc(request) else request


def parse_reply(frame: bytes, form: Form, request: Request | None) -> Reply:
    """The reply in captured bytes, checked against its request.

    Raises DecodeError: truncated, crc_mismatch, checksum_mismatch, frame_error, unexpected_slave, unexpected_function,
    modbus_exception_N.
    """
    if form == "tcp":
        reply = _tcp_reply(frame, request)
    elif form == "ascii":
        body = _ascii_body(frame)
        reply = Reply(body[0], body[1:-1])
    else:
        reply = find_rtu_reply(frame, request)
    return agreed(reply, request)


def match_reply(buffer: bytes, form: Form, request: Request) -> Reply | None:
    """The frame in a growing buffer that answers the request, None while there is none.

    Frames of others, late answers over TCP, wrong byte counts and broken frames are not answers; an exception is.
    """
    for reply in _candidates(buffer, form, request):
        if reply.unit == request.unit and reply.pdu[0] & 0x7F == request.function:
            right_size = reply.pdu[0] not in READ_FUNCTIONS or len(reply.data) == request.reply_bytes
            if right_size:
                return reply
    return None


def build_request(request: Request, form: Form) -> bytes:
    """The bytes on the wire for a request."""
    return build_frame(request.unit, request.pdu, form, request.transaction or 0)


def build_frame(unit: int, pdu: bytes, form: Form, transaction: int = 0) -> bytes:
    """A frame in the given form: requests and replies alike."""
    body = bytes([unit]) + pdu
    if form == "tcp":
        return transaction.to_bytes(2, "big") + b"\0\0" + len(body).to_bytes(2, "big") + body
    if form == "ascii":
        return b":" + (body + bytes([-sum(body) & 0xFF])).hex().upper().encode("ascii") + b"\r\n"
    return body + modbus_crc(body)


def read_pdu(function: int, address: int, count: int) -> bytes:
    """The PDU that asks for `count` registers or coils from `address`."""
    return bytes([function]) + address.to_bytes(2, "big") + count.to_bytes(2, "big")


def find_rtu_reply(buffer: bytes, request: Request | None) -> Reply:
    """The first whole RTU frame in the buffer that answers the request, noise around it passed over.

    When there is none: the error of the best candidate. A frame from another slave is only that if no right one follows, and
    if it does not lie inside the right one, where data may look like a frame.
    """
    other: Reply | None = None
    own = None if request is None else _own_start(buffer, request)
    for start, reply in _rtu_frames(buffer):
        if request is None or (reply.unit == request.unit and reply.pdu[0] & 0x7F == request.function):
            return reply
        if own is None or start < own:
            other = other or reply
    if other is not None:
        return other
    raise _why_no_rtu_frame(buffer, own or 0)


def _candidates(buffer: bytes, form: Form, request: Request) -> Iterator[Reply]:
    """Every whole frame in the buffer."""
    if form == "rtu":
        yield from (reply for _, reply in _rtu_frames(buffer))
    elif form == "ascii":
        for piece in buffer.split(b"\r\n")[:-1]:
            with contextlib.suppress(DecodeError):
                body = _ascii_body(piece + b"\r\n")
                yield Reply(body[0], body[1:-1])
    else:
        start = 0
        while len(buffer) >= start + 9:
            end = start + 6 + int.from_bytes(buffer[start + 4 : start + 6], "big")
            if end > len(buffer):
                return
            with contextlib.suppress(DecodeError):
                yield _tcp_reply(buffer[start:end], request)
            start = end


def _rtu_frames(buffer: bytes) -> Iterator[tuple[int, Reply]]:
    """Every stretch of bytes that is a whole frame by its length and CRC, and where it begins."""
    for start in range(len(buffer)):
        length = rtu_length(buffer, start)
        if length is not None and start + length <= len(buffer) and _ends_in_crc(buffer[start : start + length]):
            yield start, Reply(buffer[start], buffer[start + 1 : start + length - 2])


def rtu_length(buffer: bytes, start: int = 0) -> int | None:
    """Length of the RTU reply that begins at `start`, None while it cannot be told or begins no reply."""
    if len(buffer) < start + 3:
        return None
    function = buffer[start + 1]
    if function & 0x80:
        return 5
    if function in READ_FUNCTIONS:
        return 5 + buffer[start + 2]
    return 8 if function in WRITE_FUNCTIONS else None


def _why_no_rtu_frame(buffer: bytes, start: int) -> DecodeError:
    length = rtu_length(buffer, start)
    if length is None and len(buffer) - start >= 3:
        return DecodeError("frame_error", f"no Modbus reply begins in {buffer.hex(' ').upper()}")
    if length is None or len(buffer) - start < length:
        return DecodeError("truncated", f"only {len(buffer) - start} bytes of {length or 'a frame'} arrived")
    return DecodeError("crc_mismatch", f"the CRC of {buffer.hex(' ').upper()} does not agree")


def _own_start(buffer: bytes, request: Request) -> int | None:
    """Where an answer to the request may begin: its slave and function."""
    starts = range(len(buffer) - 1)
    return next((i for i in starts if buffer[i] == request.unit and buffer[i + 1] & 0x7F == request.function), None)


def _tcp_reply(frame: bytes, request: Request | None) -> Reply:
    if len(frame) < 9:
        raise DecodeError("truncated", f"{len(frame)} bytes are no Modbus TCP reply")
    if frame[2:4] != b"\0\0":
        raise DecodeError("frame_error", "the MBAP protocol number is not 0")
    stated, present = int.from_bytes(frame[4:6], "big"), len(frame) - 6
    if not 3 <= stated <= 254 or _pdu_length_differs(frame[7:], stated - 1):
        raise DecodeError("frame_error", f"the MBAP length says {stated} bytes, {present} arrived")
    if present < stated:
        raise DecodeError("truncated", f"the MBAP length says {stated} bytes, {present} arrived")
    if request is not None and request.transaction is not None:
        transaction = int.from_bytes(frame[0:2], "big")
        if transaction != request.transaction:
            raise DecodeError("unexpected_transaction", f"transaction {transaction}, asked {request.transaction}")
    return Reply(frame[6], frame[7 : 6 + stated])


def _pdu_length_differs(pdu: bytes, stated: int) -> bool:
    """Whether the PDU's own byte count contradicts the MBAP length."""
    if pdu[0] & 0x80:
        return stated != 2
    if pdu[0] in READ_FUNCTIONS:
        return stated != 2 + pdu[1]
    return pdu[0] in WRITE_FUNCTIONS and stated != 5


def _ascii_body(frame: bytes) -> bytes:
    """Unit, PDU and LRC of an ASCII frame; what stands before the colon is noise."""
    start, end = frame.find(b":"), frame.find(b"\r\n")
    if start < 0:
        raise DecodeError("frame_error", "no colon begins the frame")
    if end < start:
        raise DecodeError("truncated", "no CR LF ends the frame")
    try:
        body = bytes.fromhex(frame[start + 1 : end].decode("ascii"))
    except ValueError as error:
        raise DecodeError("frame_error", f"not hex digits: {frame[start + 1 : end]!r}") from error
    if len(body) < 4:
        raise DecodeError("truncated", f"{len(body)} bytes are no Modbus frame")
    if sum(body) & 0xFF:
        raise DecodeError("checksum_mismatch", "the LRC does not agree")
    return body


def agreed(reply: Reply, request: Request | None) -> Reply:
    """The reply, if it answers the request with data. Raises DecodeError for exceptions and for what does not agree."""
    if request is not None and reply.unit != request.unit:
        raise DecodeError("unexpected_slave", f"slave {reply.unit} answered, {request.unit} was asked")
    function = reply.pdu[0]
    if request is not None and function & 0x7F != request.function:
        raise DecodeError("unexpected_function", f"function {function} answered, {request.function} was asked")
    if function & 0x80:
        code = reply.pdu[1]
        quality = "busy_retry" if code in (5, 6) else None
        text = EXCEPTIONS.get(code, "unknown exception")
        raise DecodeError(f"modbus_exception_{code}", f"the instrument answered: {text}", quality)
    if request is not None and function in READ_FUNCTIONS and len(reply.data) != request.reply_bytes:
        raise DecodeError("frame_error", f"{len(reply.data)} bytes came, {request.reply_bytes} were asked for")
    if request is not None and function in WRITE_FUNCTIONS and reply.pdu[:5] != request.pdu[:5]:
        raise DecodeError("frame_error", "the echo of the write differs from it")
    return reply


def _ends_in_crc(frame: bytes) -> bool:
    return len(frame) >= 4 and modbus_crc(frame[:-2]) == frame[-2:]
