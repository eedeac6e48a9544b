"""What went wrong on a wire, in words, with what to do about it."""

from __future__ import annotations

_CURES: dict[str, str] = {
    "timeout": "Nothing answered. Is it switched on, is the plug in, are A and B (or TX and RX) the right way round, do speed and "
    "parity of the line fit, is its address the one asked?",
    "truncated": "Only part of an answer came. Look at the cable and at the speed of the line.",
    "crc_mismatch": "An answer came, but damaged on the way. Look at cable length, shield, termination (120 Ω at both ends) and parity.",
    "checksum_mismatch": "An answer came, but damaged on the way. Look at the cable and at the speed of the line.",
    "frame_error": "What came is not the form of this instrument. Is it this model, and is nobody else talking on the line?",
    "malformed": "What came is not the form of this instrument. Is it this model, and set to this output format?",
    "unexpected_slave": "Another address answered. Two instruments with one address, or an answer that came too late.",
    "unit_mismatch": "It measures in another unit than the profile says. Set the unit on the instrument, or choose the variant that fits.",
    "no_new_data": "It has nothing new since it was last asked. Wait and ask again.",
    "device_state": "It refuses in its present state. Wait until it has started measuring.",
    "wrong_model": "Another model answers. Look at the plate and choose its profile.",
    "wrong_serial_number": "Another instrument of this model answers. Have two been swapped?",
    "not_there": "The port is not there. Plug the adapter in and look in /dev/serial/by-id.",
    "not_permitted": "The port may not be opened. The user must be in the group dialout (or i2c, gpio).",
    "refused": "The address is there, but the port is closed. Is Modbus or the remote control switched on, is the port number right, "
    "is someone else connected?",
    "in_use": "Another program has the port open; end it (the gateway itself, or brltty).",
    "ambiguous": "Several devices fit; name one of them.",
    "no_connection": "There is no way to this address. Is it the right one, are both in the same network, is the plug in?",
    "unreachable": "It cannot be reached. Look at plug and network.",
}
_EXCEPTION = (
    "It answered that it cannot do that ({message}). Is it this model, and is the register there in its firmware?"
)
_UNKNOWN = "Look at the instrument's own display and at its document."


def cure(kind: str, message: str) -> str:
    """What to do about an error of this kind."""
    if kind.startswith("modbus_exception"):
        return _EXCEPTION.format(message=message)
    return _CURES.get(kind, _UNKNOWN)
