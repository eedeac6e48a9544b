"""Cases: what was captured and what it must decode to. One file per case in a profile's folder; adding one is adding a file."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from firmware_profiles.decoding.decode import decode
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.loader import load_folder
from firmware_profiles.schema.frames import HexBytes
from telemetry.strict import StrictModel, parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_profiles.decoding.results import Decoded

RELATIVE_TOLERANCE = Decimal("1e-4")


class ExpectedValue(StrictModel):
    """What one channel must read."""

    value: Decimal | bool | str | None = Field(description="Physical value; null: no number may be stored")
    unit: str = Field(description="Unit as people read it")
    quality: str = Field(default="ok", description="Quality word")


class Case(StrictModel):
    """Captured bytes and their meaning."""

    source: str = Field(
        min_length=1, description="Where the bytes come from; 'constructed from …' where nobody captured them"
    )
    variant: str | None = Field(default=None, description="Variant of the profile")
    interface: str | None = Field(default=None, description="Interface of the profile, where the bytes do not tell")
    request: HexBytes = Field(default=b"", description="What was asked, as hex")
    response: HexBytes = Field(default=b"", description="What came back, as hex")
    request_text: str = Field(default="", description="What was asked, as text, in place of `request`")
    response_text: str = Field(default="", description="What came back, as text, in place of `response`")
    values: dict[str, ExpectedValue] = Field(
        default_factory=dict, description="What it must decode to; others may be there too"
    )
    error: str | None = Field(default=None, description="The kind of error it must be instead")

    @model_validator(mode="after")
    def _expects_something(self) -> Case:
        if bool(self.values) == (self.error is not None):
            raise ValueError("a case expects either values or an error")
        if (self.response and self.response_text) or (self.request and self.request_text):
            raise ValueError("a case gives bytes either as hex or as text")
        return self

    @property
    def asked(self) -> bytes:
        """The bytes of the question."""
        return self.request or self.request_text.encode("latin-1")

    @property
    def answered(self) -> bytes:
        """The bytes of the answer."""
        return self.response or self.response_text.encode("latin-1")


def case_files(folder: Path) -> list[Path]:
    """The case files of a profile's folder."""
    return sorted((folder / "cases").glob("*.yaml"))


def run_case(path: Path) -> list[str]:
    """What is wrong about a case, in words; nothing when it passes. Raises SettingsError for a case that is not one."""
    case = parse_yaml(path.read_text("utf-8"), Case, str(path))
    profile = load_folder(path.parents[1], case.variant).profile
    try:
        decoded = decode(profile, case.answered, case.asked, case.interface)
    except DecodeError as error:
        return [] if error.kind == case.error else [f"{error.kind}: {error}; expected {case.error or 'values'}"]
    if case.error is not None:
        return [f"decoded to {sorted(decoded.readings)}, expected the error {case.error}"]
    units = {name: channel.shown_unit for name, channel in profile.channels.items()} | {"echo_ok": "bool"}
    return [fault for name, wanted in case.values.items() for fault in _compare(name, wanted, decoded, units)]


def _compare(name: str, wanted: ExpectedValue, decoded: Decoded, units: dict[str, str]) -> list[str]:
    if name not in decoded.readings:
        return [f"{name} is missing"]
    reading = decoded.readings[name]
    faults = []
    if not _same(wanted.value, reading.stated):
        faults.append(f"{name} is {reading.stated}, expected {wanted.value}")
    if reading.word != wanted.quality:
        faults.append(f"{name} has quality {reading.word}, expected {wanted.quality}")
    if units[name] != wanted.unit:
        faults.append(f"{name} is in {units[name]}, expected {wanted.unit}")
    return faults


def _same(wanted: Decimal | bool | str | None, stated: object) -> bool:
    if isinstance(wanted, Decimal) and isinstance(stated, Decimal | int) and not isinstance(stated, bool):
        return abs(wanted - stated) <= RELATIVE_TOLERANCE * abs(wanted)
    return wanted == stated
