"""The one entrance: a profile, a captured request and its response → readings by channel, or a typed error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firmware_profiles.decoding import frames, lines, modbus, words
from firmware_profiles.decoding.adverts import take_advertisement
from firmware_profiles.decoding.conditions import hold
from firmware_profiles.decoding.files import files_in, take_files
from firmware_profiles.decoding.pulses import captured_pulses, take_pulses
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.registers import take_registers
from firmware_profiles.decoding.results import Decoded, DecodeError, Reading
from firmware_profiles.schema.frames import FrameInterface
from firmware_profiles.schema.lines import LinesInterface
from firmware_profiles.schema.modbus import ModbusInterface
from firmware_profiles.schema.words import WordsInterface
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from firmware_profiles.schema.adverts import AdvertisementInterface
    from firmware_profiles.schema.files import SysfsInterface
    from firmware_profiles.schema.frames import Exchange
    from firmware_profiles.schema.lines import LineExchange
    from firmware_profiles.schema.profile import AnyInterface, Profile
    from firmware_profiles.schema.pulses import PulseInterface
    from firmware_profiles.schema.sound import SoundInterface


def decode(profile: Profile, response: bytes, request: bytes = b"", interface: str | None = None) -> Decoded:
    """Decode captured bytes. Without `interface`, the profile's interfaces are tried, the likeliest first.

    The likeliest is the one whose request this is; a reply that none of them can read gives the likeliest one's error.
    Raises DecodeError.
    """
    chosen = [profile.interfaces[interface]] if interface is not None else _likeliest(profile, request, response)
    first_error: DecodeError | None = None
    for candidate in chosen:
        try:
            return _decode_by(profile, candidate, request, response)
        except DecodeError as error:
            first_error = _weightier(first_error, error)
    raise first_error or DecodeError("unsupported", "the profile has no interface")


def _decode_by(profile: Profile, interface: AnyInterface, request: bytes, response: bytes) -> Decoded:
    return _BY_PROTOCOL[interface.protocol](profile, interface, request, response)


def read_advertisement(profile: Profile, interface: AdvertisementInterface, payload: bytes) -> Decoded:
    """The payload of an advertisement → its readings. Raises DecodeError."""
    fields, raw = take_advertisement(interface, payload)
    return to_readings(profile, fields, raw)


def read_files(profile: Profile, interface: SysfsInterface, texts: Mapping[str, str]) -> Decoded:
    """What was read of each file (or the name of the kernel's error) → the readings. Raises DecodeError."""
    return to_readings(profile, interface.fields, take_files(interface, texts))


def read_pulses(profile: Profile, interface: PulseInterface, start: int, end: int, interval_s: Decimal) -> Decoded:
    """A counter before and after an interval → the readings. Raises DecodeError."""
    return to_readings(profile, interface.fields, take_pulses(interface, start, end, interval_s))


def read_sound(profile: Profile, interface: SoundInterface, samples: bytes) -> Decoded:
    """Captured samples → their levels. Raises DecodeError."""
    from firmware_profiles.decoding.sound import decode_sound  # numpy takes its time to load

    return decode_sound(profile, interface, samples)


def decode_modbus(profile: Profile, interface: ModbusInterface, request: bytes, response: bytes) -> Decoded:
    """A captured Modbus reply in whatever form it has. Without a request the block that fits its size is assumed."""
    form = _form(interface, request or response)
    asked = modbus.parse_request(modbus.completed(request, form), form) if request else None
    reply = modbus.parse_reply(response, form, asked)
    function = reply.pdu[0]
    if function in modbus.WRITE_FUNCTIONS:
        return Decoded({"echo_ok": Reading(1, True, Quality.OK, Quality.OK.word)}, {})
    if asked is None:
        block = next((b for b in interface.blocks if b.function == function and b.count * 2 == len(reply.data)), None)
        if block is None:
            raise DecodeError(
                "frame_error", f"no block of the profile has {len(reply.data)} bytes; give the request too"
            )
        address, count = block.address, block.count
    else:
        address, count = asked.address, asked.count
    raw = take_registers(interface.fields, function, address, reply.data, count)
    if not raw:
        text = f"the profile knows nothing in the {count} registers from {address} (function {function})"
        raise DecodeError("unknown_register", text)
    return to_readings(profile, interface.fields, raw)


def decode_exchange(profile: Profile, interface: FrameInterface, request: bytes, response: bytes) -> Decoded:
    """A captured binary frame; the request, where given, says which exchange it belongs to."""
    exchanges = _exchanges_for(interface, request)
    first_error: DecodeError | None = None
    for exchange in exchanges:
        for refusal in exchange.refusals:
            if refusal.is_said_by(response):
                raise DecodeError(refusal.error, refusal.message, refusal.quality)
        try:
            return read_exchange(profile, exchange, frames.parse_frame(response, exchange.frame))
        except DecodeError as error:
            first_error = first_error or error
    raise first_error or DecodeError("unsupported", "the profile has no such exchange")


def decode_words(profile: Profile, interface: WordsInterface, request: bytes, response: bytes) -> Decoded:
    """A captured I2C reply; without a request the transaction whose length it has is assumed."""
    known = list(interface.exchanges.values())
    asked = [t for t in known if t.request == request] or [t for t in known if t.reply_bytes == len(response)] or known
    data = words.plain_words(response, interface, asked[0])
    return to_readings(profile, asked[0].fields, frames.take_fields(data, asked[0].fields))


def decode_lines(profile: Profile, interface: LinesInterface, request: bytes, response: bytes) -> Decoded:
    """A captured answer in text; the request, where given and known, says which exchange it belongs to."""
    known = list(interface.exchanges.values())
    first_error: DecodeError | None = None
    own = [e for e in known if request and _plain(e.request_bytes) == _plain(request)]
    instead = [e for e in known if not e.request_text and not e.poll]
    for exchange in own + instead if own else known:
        try:
            return read_line(profile, exchange, response, request)
        except DecodeError as error:
            first_error = _weightier(first_error, error)
    raise first_error or DecodeError("unsupported", "the profile has no such exchange")


def read_line(profile: Profile, exchange: LineExchange, response: bytes, request: bytes = b"") -> Decoded:
    """A whole answer in text → its readings. Raises DecodeError."""
    return to_readings(profile, exchange.fields, lines.take_line(exchange, response, request))


def _plain(command: bytes) -> bytes:
    """A command as people write it: without its end, capitals or not."""
    return command.strip().upper()


def _weightier(first: DecodeError | None, error: DecodeError) -> DecodeError:
    """What an answer of the right form says against itself tells more than that it is no answer of another form."""
    unlike = first is None or first.kind in ("malformed", "truncated")
    return error if first is None or (unlike and error.kind not in ("malformed", "truncated")) else first


def read_exchange(profile: Profile, exchange: Exchange, body: bytes) -> Decoded:
    """A whole, proven frame → its readings. Raises DecodeError where the profile says it is none (`no_new_data` …)."""
    raw = frames.take_fields(body, exchange.fields)
    if exchange.empty and hold(exchange.empty, raw):
        raise DecodeError("no_new_data", "the instrument has nothing new since it was last asked")
    return to_readings(profile, exchange.fields, raw)


def check_request(profile: Profile, request: bytes) -> bool:
    """Whether a captured command is whole: its checksum by the rule of the profile's frames (or the Modbus CRC)."""
    for interface in profile.interfaces.values():
        if isinstance(interface, ModbusInterface):
            try:
                modbus.parse_request(request, _form(interface, request))
            except DecodeError:
                continue
            return True
        if isinstance(interface, LinesInterface):
            if any(exchange.request_bytes == request for exchange in interface.exchanges.values()):
                return True
        elif isinstance(interface, WordsInterface):
            if any(transaction.request == request for transaction in interface.exchanges.values()):
                return True
        elif isinstance(interface, FrameInterface) and any(
            _is_command(exchange, request) for exchange in interface.exchanges.values()
        ):
            return True
    return False


def _is_command(exchange: Exchange, request: bytes) -> bool:
    spec = exchange.request_checksum
    if spec is None:
        return exchange.request_bytes == request
    return request[frames.checksum_place(request, spec)] == frames.checksum_bytes(request, spec)


def _form(interface: ModbusInterface, frame: bytes) -> modbus.Form:
    forms = [link.kind for link in interface.links]
    return forms[0] if len(forms) == 1 and frame[:1] != b":" else modbus.guess_form(frame)


def _exchanges_for(interface: FrameInterface, request: bytes) -> list[Exchange]:
    exact = [e for e in interface.exchanges.values() if request and e.request_bytes == request]
    return exact or list(interface.exchanges.values())


def _likeliest(profile: Profile, request: bytes, response: bytes) -> Sequence[AnyInterface]:
    """The interfaces to try; where the request is one interface's own, that one alone."""
    ranked = sorted(profile.interfaces.values(), key=lambda i: _strangeness(i, request, response))
    own = [interface for interface in ranked if not _strangeness(interface, request, response)]
    return own or ranked


def _strangeness(interface: AnyInterface, request: bytes, response: bytes) -> int:
    """0: this interface's own request; 1: nothing speaks against it; 2: not its form."""
    if isinstance(interface, ModbusInterface):
        form = _form(interface, request or response)
        try:
            modbus.parse_request(modbus.completed(request, form), form)
        except DecodeError:
            return 2 if request else 1
        return 0
    return 0 if request and _plain(request) in _commands(interface) else 1


def _commands(interface: AnyInterface) -> set[bytes]:
    if isinstance(interface, WordsInterface):
        return {_plain(transaction.request) for transaction in interface.exchanges.values()}
    if isinstance(interface, FrameInterface | LinesInterface):
        return {_plain(exchange.request_bytes) for exchange in interface.exchanges.values()}
    return set()


def read_acceleration(profile: Profile) -> Decoded:
    """Captured acceleration has no meaning without the form and scale that the kernel states. Raises DecodeError."""
    raise DecodeError("unsupported", f"samples of {profile.id} are decoded by a running kit alone")


_BY_PROTOCOL: dict[str, Callable[[Profile, Any, bytes, bytes], Decoded]] = {
    "modbus": decode_modbus,
    "frames": decode_exchange,
    "words": decode_words,
    "lines": decode_lines,
    "advertisement": lambda profile, interface, _, response: read_advertisement(profile, interface, response),
    "sysfs": lambda profile, i, request, response: read_files(profile, i, files_in(i, request, response)),
    "pulses": lambda profile, interface, _, response: read_pulses(profile, interface, *captured_pulses(response)),
    "sound": lambda profile, interface, _, response: read_sound(profile, interface, response),
    "acceleration": lambda profile, _interface, _request, _response: read_acceleration(profile),
}
"""What decodes captured bytes of a protocol; its name fixes the type of interface."""
