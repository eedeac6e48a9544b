"""Samples of a microphone → the levels in them, computed over the whole capture at once.

For captures and for proving a profile: the weighting is exact (IEC 61672-1, E.4, through the Fourier transform) and takes the capture
as periodic. The kit's running meter has its own filters and is held against this.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from exposure.noise.weighting import a_weighting, c_weighting, exact_centre
from firmware_profiles.decoding.results import Decoded, DecodeError, Raw, Reading
from firmware_profiles.qualities import quality_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firmware_profiles.schema.channel import Channel
    from firmware_profiles.schema.profile import Profile
    from firmware_profiles.schema.sound import AlsaLink, SoundField, SoundInterface

    Samples = NDArray[np.float64]

FEWEST = 64
"""Samples under this are no sound that has a level."""

BANDS_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
_WEIGHTINGS = {"A": a_weighting, "C": c_weighting}


def decode_sound(profile: Profile, interface: SoundInterface, captured: bytes) -> Decoded:
    """The readings of captured samples. Raises DecodeError `truncated` when the last sample is not whole."""
    counts = samples_in(interface, captured)
    readings: dict[str, Reading] = {}
    raw: dict[str, Raw] = {}
    for name, field in interface.fields.items():
        channel_name = field.channel or name
        channel = profile.channels[channel_name]
        if field.of == "sample":
            first = int(counts[0])
            raw[name] = first
            readings[channel_name] = Reading(first, Decimal(first), quality_of("ok"), "ok")
        elif len(counts) > 1 and bool((counts == counts[0]).all()):
            readings[channel_name] = Reading(None, None, quality_of("stuck_or_failed"), "stuck_or_failed")
        elif len(counts) >= FEWEST and field.of in {"leq", "peak"}:
            level = _level(interface, field, counts / full_scale(interface))
            raw[name] = level
            readings[channel_name] = _judged(interface, channel, level, counts)
    return Decoded(readings, raw)


def weighting_table(name: str = "A") -> dict[str, float]:
    """What a weighting does to tones at the nominal octave centres, dB by frequency."""
    return {f"{f:g}": float(_WEIGHTINGS[name](exact_centre(f))[0]) for f in BANDS_HZ}


def full_scale(interface: SoundInterface) -> float:
    """The count of a sample at full scale."""
    return float(1 << (interface.significant_bits - 1))


def samples_in(interface: SoundInterface, captured: bytes) -> Samples:
    """The samples of a capture as whole numbers of the significant bits."""
    link = interface.links[0]
    width = 2 if link.format == "S16_LE" else 4
    if not captured or len(captured) % width:
        raise DecodeError("truncated", f"{len(captured)} bytes are not whole samples of {width} bytes")
    numbers = np.frombuffer(captured, dtype="<i2" if width == 2 else "<i4").astype(np.int64)
    return np.asarray(numbers >> _spare_bits(link, interface), dtype=np.float64)


def _spare_bits(link: AlsaLink, interface: SoundInterface) -> int:
    slot = {"S16_LE": 16, "S24_LE": 24, "S32_LE": 32}[link.format]
    return max(0, slot - interface.significant_bits)


def _level(interface: SoundInterface, field: SoundField, signal: Samples) -> float:
    """Level in dB of samples that are shares of full scale."""
    weighted = _weighted(signal - signal.mean(), field.weighting, interface.links[0].rate_hz)
    amplitude = float(np.abs(weighted).max() if field.of == "peak" else np.sqrt(np.mean(weighted**2)))
    if amplitude <= 0:
        return -math.inf
    gain = float(interface.reference_db - interface.sensitivity_dbfs) + 10 * math.log10(2)
    return gain + 20 * math.log10(amplitude)


def _weighted(signal: Samples, weighting: str, rate_hz: int) -> Samples:
    if weighting == "Z":
        return signal
    spectrum = np.fft.rfft(signal)
    frequencies = np.fft.rfftfreq(len(signal), 1 / rate_hz)
    spectrum[0] = 0
    spectrum[1:] *= 10 ** (_WEIGHTINGS[weighting](frequencies[1:]) / 20)
    return np.asarray(np.fft.irfft(spectrum, len(signal)), dtype=np.float64)


def _judged(interface: SoundInterface, channel: Channel, level: float, counts: Samples) -> Reading:
    floor = interface.floor_db
    if not math.isfinite(level) or (floor is not None and level <= floor):
        return Reading(None, None, quality_of("out_of_range"), "out_of_range")
    scaled = round(level / 10.0**channel.exponent)
    loudest = float(np.abs(counts).max()) / full_scale(interface)
    word = "overload" if loudest >= float(interface.overload_share) else "ok"
    return Reading(scaled, Decimal(scaled).scaleb(channel.exponent), quality_of(word), word)
