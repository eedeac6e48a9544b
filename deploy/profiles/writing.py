"""A new instrument's folder, written from answers: profile, README with its wiring, and a first case."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from deploy.profiles.answers import UNITS
from deploy.profiles.readme import readme
from firmware_profiles.decoding.decode import decode
from firmware_profiles.schema import Profile
from firmware_profiles.schema.values import WIDTH
from telemetry.strict import validate

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.profiles.answers import Answers, Capture, NewChannel

_LONGEST_BLOCK = 100
"""Registers of one read request; some slaves refuse more."""
_CHECKS: dict[str, dict[str, Any]] = {
    "sum8": {"kind": "sum", "end": -1, "at": -1},
    "xor": {"kind": "xor", "end": -1, "at": -1},
    "crc16_modbus": {
        "kind": "crc",
        "crc": {"width": 16, "poly": 0x8005, "init": 0xFFFF, "refin": True, "refout": True},
        "end": -2,
        "at": -2,
        "order": "little",
    },
}


class FolderExistsError(Exception):
    """There is such a folder already; nothing is overwritten."""


def write_folder(answers: Answers, root: Path) -> Path:
    """Write the folder and give its path. Nothing is written when something is wrong.

    Raises FolderExistsError, SettingsError (what the answers make is no profile), DecodeError (the capture is no answer).
    """
    folder = root / answers.id.replace(".", "_")
    if folder.exists():
        raise FolderExistsError(f"{folder} is there already; choose another id, or another place with --to")
    data = profile_data(answers)
    profile = validate(data, Profile, f"{answers.id} as answered")
    case = None if answers.capture is None else case_data(profile, answers.capture)
    (folder / "cases").mkdir(parents=True)
    (folder / "profile.yaml").write_text(_yaml(data), "utf-8")
    (folder / "README.md").write_text(readme(profile), "utf-8")
    if case is not None:
        (folder / "cases" / "first.yaml").write_text(_yaml(case), "utf-8")
    return folder


def profile_data(answers: Answers) -> dict[str, Any]:
    """The profile as plain data."""
    return {
        "schema": 1,
        "id": answers.id,
        "maker": answers.maker,
        "model": answers.model,
        "summary": answers.summary,
        "channels": {channel.name: _channel(channel) for channel in answers.channels},
        "interfaces": {answers.link: _INTERFACES[answers.protocol](answers)},
        "sampling": {"period_s": answers.period_s},
        "judgement": {"use": answers.use},
        "provenance": {"confidence": "low", "sources": [answers.source], "unverified": list(answers.unverified)},
    }


def case_data(profile: Profile, capture: Capture) -> dict[str, Any]:
    """A case: what the display showed, or, said as such, what the profile makes of the bytes. Raises DecodeError."""
    request = capture.request or capture.request_text.encode("latin-1")
    response = capture.response or capture.response_text.encode("latin-1")
    decoded = decode(profile, response, request)
    values = {}
    for name, reading in decoded.readings.items():
        shown = capture.shown.get(name, reading.stated)
        if isinstance(shown, str) and isinstance(reading.stated, Decimal):
            shown = Decimal(shown)
        values[name] = {"value": _plain(shown), "unit": profile.channels[name].shown_unit, "quality": reading.word}
    compared = "" if capture.shown else " (values as decoded, not compared with a display)"
    data: dict[str, Any] = {"source": capture.source + compared}
    for key in ("request", "response"):
        raw, text = getattr(capture, key), getattr(capture, f"{key}_text")
        data |= {key: raw.hex(" ").upper()} if raw else {f"{key}_text": text} if text else {}
    return {**data, "values": values}


def _channel(channel: NewChannel) -> dict[str, Any]:
    data: dict[str, Any] = {"quantity": channel.quantity or channel.name, "unit": UNITS[channel.unit]}
    if channel.resolution:
        data["exponent"] = channel.resolution
    limits = {key: _plain(limit) for key, limit in (("low", channel.low), ("high", channel.high)) if limit is not None}
    return {**data, "range": limits} if limits else data


def _field(channel: NewChannel) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if channel.scale != 1:
        data["scale"] = _plain(channel.scale)
    if channel.offset:
        data["offset"] = _plain(channel.offset)
    if channel.invalid:
        data["invalid"] = [{"raw": code} for code in channel.invalid]
    return data


def _placed(channel: NewChannel, place: str) -> dict[str, Any]:
    data: dict[str, Any] = {place: channel.at, "type": channel.type}
    if channel.order is not None:
        data["order"] = channel.order
    return {**data, **_field(channel)}


def _modbus(answers: Answers) -> dict[str, Any]:
    fields = {c.name: {**_placed(c, "address"), "function": c.function} for c in answers.channels}
    return {
        "protocol": "modbus",
        "links": [_link(answers)],
        "unit": answers.address,
        "blocks": _blocks(answers),
        "fields": fields,
    }


def _blocks(answers: Answers) -> list[dict[str, int]]:
    """As few reads as hold all registers, none longer than what every slave takes."""
    blocks: list[dict[str, int]] = []
    for channel in sorted(answers.channels, key=lambda c: (c.function, c.at or 0)):
        first, count = channel.at or 0, (WIDTH[channel.type] + 1) // 2
        last = blocks[-1] if blocks else None
        if (
            last is not None
            and last["function"] == channel.function
            and first + count - last["address"] <= _LONGEST_BLOCK
        ):
            last["count"] = max(last["count"], first + count - last["address"])
        else:
            blocks.append({"function": channel.function, "address": first, "count": count})
    return blocks


def _lines(answers: Answers) -> dict[str, Any]:
    exchange: dict[str, Any] = {"request_text": answers.request_text} if answers.request_text else {}
    fields = {channel.name: _field(channel) for channel in answers.channels}
    exchange |= {"pattern": answers.pattern, "fields": fields}
    return {"protocol": "lines", "links": [_link(answers)], "exchanges": {"reading": exchange}}


def _frames(answers: Answers) -> dict[str, Any]:
    frame: dict[str, Any] = {"sync": answers.sync.hex(" ").upper()} if answers.sync else {}
    frame["length"] = {"by": "fixed", "bytes": answers.frame_bytes}
    if answers.checksum != "none":
        frame["checksum"] = _CHECKS[answers.checksum]
    exchange: dict[str, Any] = {"request": answers.request.hex(" ").upper()} if answers.request else {}
    exchange |= {"frame": frame, "fields": {channel.name: _placed(channel, "at") for channel in answers.channels}}
    return {"protocol": "frames", "links": [_link(answers)], "exchanges": {"reading": exchange}}


_INTERFACES = {"modbus": _modbus, "lines": _lines, "frames": _frames}


def _link(answers: Answers) -> dict[str, Any]:
    if answers.link == "tcp":
        return {"kind": "tcp", "port": answers.tcp_port}
    line: dict[str, Any] = {"kind": answers.link, "baud": answers.baud}
    if answers.parity != "none":
        line["parity"] = answers.parity
    return {**line, "stop_bits": answers.stop_bits} if answers.stop_bits != 1 else line


def _plain(value: object) -> object:
    """A number that YAML writes as people do."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _yaml(data: dict[str, Any]) -> str:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None
    writer.width = 140
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = io.StringIO()
    writer.dump(data, out)
    return out.getvalue()
