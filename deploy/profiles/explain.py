"""What captured bytes mean, as plain data: what `antoan profile decode --json` prints."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from deploy.profiles.captures import CaptureError, from_hex, from_text, read_frames, speaks_text
from firmware_profiles.decoding.decode import check_request, decode
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema import SoundInterface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.decoding.results import Decoded, Reading
    from firmware_profiles.schema import Profile

Explained = dict[str, Any]
_ENDS = (b"\r\n", b"\n", b"\r")
_UNENDED = ("truncated", "malformed")


def explain_variants(
    profile: Profile, kin: Sequence[Profile], request: str, response: str | None, *, text: bool, frames: str | None
) -> Explained:
    """As `explain_words`; a reply that names another unit is read as the one variant of `kin` that has it."""
    found = explain_words(profile, request, response, text=text, frames=frames)
    if found.get("error", {}).get("kind") != "unit_mismatch":
        return found
    others = [explain_words(other, request, response, text=text, frames=frames) for other in kin]
    fitting = [other for other in others if "values" in other]
    return fitting[0] if len(fitting) == 1 else found


def explain_words(profile: Profile, request: str, response: str | None, *, text: bool, frames: str | None) -> Explained:
    """What a capture means that was written down by a person. Raises CaptureError when it is none."""
    if frames is not None:
        return _explained(profile, lambda: read_frames(profile, frames))
    if response is None:
        return _unanswered(profile, request, text=text)
    asked, answered = _bytes(profile, request, text=text), _bytes(profile, response, text=text)
    found = explain(profile, asked, answered)
    if text and answered and _is_unended(found):
        return next((more for end in _ENDS if not _is_unended(more := explain(profile, asked, answered + end))), found)
    return found


def explain(profile: Profile, request: bytes, response: bytes) -> Explained:
    """`values` by channel (JSON numbers, words, or null where no number may be stored), or `error` with its kind."""
    return _explained(profile, lambda: decode(profile, response, request))


def _is_unended(found: Explained) -> bool:
    """Whether it could be a whole answer whose end was not typed."""
    return "error" in found and found["error"]["kind"] in _UNENDED


def _explained(profile: Profile, read: Any) -> Explained:  # noqa: ANN401  (a function without arguments)
    try:
        return {"values": values_of(profile, read())}
    except DecodeError as error:
        return {"error": {"kind": error.kind, "message": str(error)}}


def values_of(profile: Profile, decoded: Decoded) -> dict[str, dict[str, Any]]:
    """The readings as plain data, under each name that a channel is known by."""
    shown: dict[str, dict[str, Any]] = {}
    for name, reading in decoded.readings.items():
        channel = profile.channels.get(name)
        unit = channel.shown_unit if channel is not None else "bool"
        value = {"value": json_value(reading), "unit": unit, "quality": reading.word}
        shown |= dict.fromkeys((name, *(channel.aliases if channel is not None else ())), value)
    return shown


def json_value(reading: Reading) -> object:
    """A number, a word, a flag, or null where none may be stored."""
    stated = reading.stated
    if not isinstance(stated, Decimal):
        return stated
    return int(stated) if stated == stated.to_integral_value() else float(stated)


def _unanswered(profile: Profile, request: str, *, text: bool) -> Explained:
    """Without an answer: whether the request is whole; of a microphone, what its weighting does to tones."""
    if not request and any(isinstance(i, SoundInterface) for i in profile.interfaces.values()):
        from firmware_profiles.decoding.sound import weighting_table

        table = weighting_table()
        return {"values": {f: {"value": round(db, 2), "unit": "dB", "quality": "ok"} for f, db in table.items()}}
    whole = check_request(profile, _bytes(profile, request, text=text))
    return {"values": {"checksum_ok": {"value": whole, "unit": "bool", "quality": "ok"}}}


def _bytes(profile: Profile, written: str, *, text: bool) -> bytes:
    if text:
        return from_text(written)
    try:
        return from_hex(written)
    except CaptureError:
        if speaks_text(profile):
            return from_text(written)
        raise
