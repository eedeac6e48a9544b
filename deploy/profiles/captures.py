"""Captured bytes as people write them down: hex in many spellings, text with escapes, and captures that are no bytes."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import numpy as np

from firmware_profiles.decoding.decode import read_files, read_pulses, read_sound
from firmware_profiles.schema import LinesInterface, PulseInterface, SoundInterface, SysfsInterface

if TYPE_CHECKING:
    from firmware_profiles.decoding.results import Decoded
    from firmware_profiles.schema import Profile

_BETWEEN_BYTES = re.compile(r"0[xX]|[\s,;\-]")
_TEXT_PROTOCOLS = (LinesInterface, SysfsInterface, PulseInterface)


class CaptureError(Exception):
    """This is no capture. The message says what was expected."""


def from_hex(text: str) -> bytes:
    """Bytes from hex: 'FE04', 'FE 04', '0xFE, 0x04', 'fe:04'; a Modbus ASCII frame stands for itself. Raises CaptureError."""
    if text.startswith(":"):
        return from_text(text)
    try:
        return bytes.fromhex(_BETWEEN_BYTES.sub("", text).replace(":", ""))
    except ValueError as error:
        raise CaptureError(f"{text!r} is not hex ({error}); for text protocols give --text") from error


def from_text(text: str) -> bytes:
    r"""Bytes from text in which `\r`, `\n` and `\x02` may stand for what cannot be typed. Raises CaptureError."""
    try:
        return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise CaptureError(f"{text!r} is not the text of an instrument ({error})") from error


def speaks_text(profile: Profile) -> bool:
    """Whether all that the instrument says is text."""
    return all(isinstance(interface, _TEXT_PROTOCOLS) for interface in profile.interfaces.values())


def read_frames(profile: Profile, text: str) -> Decoded:
    """Readings of a capture that is no bytes, as published vectors write it: a JSON array of objects.

    `{"path", "text" or "errno"}` for files of the kernel, `{"count_start", "count_end", "dt_s"}` for pulses,
    `{"generate": "sine", "fs", "f_hz", "peak_dbfs", "seconds"}` for a tone. Raises CaptureError, DecodeError.
    """
    try:
        frames: list[dict[str, Any]] = json.loads(text, parse_float=Decimal)
        for interface in profile.interfaces.values():
            if isinstance(interface, SysfsInterface):
                texts = {str(f["path"]).rpartition("/")[2]: str(f.get("errno") or f["text"]) for f in frames}
                return read_files(profile, interface, texts)
            if isinstance(interface, PulseInterface):
                frame = frames[0]
                return read_pulses(
                    profile, interface, int(frame["count_start"]), int(frame["count_end"]), Decimal(frame["dt_s"])
                )
            if isinstance(interface, SoundInterface):
                return read_sound(profile, interface, _tone(frames[0], interface))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, InvalidOperation) as error:
        raise CaptureError(f"--frames is not a JSON array of captures ({type(error).__name__}: {error})") from error
    raise CaptureError(f"{profile.id} sends bytes; give --response")


def _tone(frame: dict[str, Any], interface: SoundInterface) -> bytes:
    """A sine of a stated peak level, in the form of the interface's samples."""
    if frame["generate"] != "sine":
        raise CaptureError(f"{frame['generate']!r} cannot be generated; only 'sine' can")
    rate, width = int(frame["fs"]), 16 if interface.links[0].format == "S16_LE" else 32
    time = np.arange(int(rate * float(frame["seconds"]))) / rate
    amplitude = 10 ** (float(frame["peak_dbfs"]) / 20) * (2 ** (width - 1) - 1)
    samples = np.round(amplitude * np.sin(2 * np.pi * float(frame["f_hz"]) * time))
    return bytes(samples.astype("<i2" if width == 16 else "<i4").tobytes())
