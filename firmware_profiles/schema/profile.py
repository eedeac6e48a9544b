"""The whole profile: who makes it, what it measures, how to ask it, what may be concluded from it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firmware_profiles.qualities import WORDS
from firmware_profiles.schema.acceleration import AccelerationInterface
from firmware_profiles.schema.adverts import AdvertisementInterface
from firmware_profiles.schema.channel import Channel, Name
from firmware_profiles.schema.exports import LoggerFile
from firmware_profiles.schema.files import SysfsInterface
from firmware_profiles.schema.frames import FrameInterface
from firmware_profiles.schema.lines import LinesInterface
from firmware_profiles.schema.modbus import ModbusInterface
from firmware_profiles.schema.pulses import PulseInterface
from firmware_profiles.schema.sound import SoundInterface
from firmware_profiles.schema.values import FieldBase, Rule
from firmware_profiles.schema.words import WordsInterface
from firmware_profiles.units import SHOWN
from telemetry.strict import StrictModel

ProfileId = Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
AnyInterface = (
    ModbusInterface
    | FrameInterface
    | WordsInterface
    | LinesInterface
    | AdvertisementInterface
    | SysfsInterface
    | PulseInterface
    | SoundInterface
    | AccelerationInterface
)
Interface = Annotated[AnyInterface, Field(discriminator="protocol")]


class Sampling(StrictModel):
    """When its values may be believed, and how often they change."""

    period_s: float = Field(default=1.0, gt=0, le=3600, description="How often to sample it")
    warm_up_s: float = Field(default=0.0, ge=0, description="Time after power-on until its values count")
    settling_s: float = Field(default=0.0, ge=0, description="Time to follow a step to 90 %")


class Heartbeat(StrictModel):
    """A field that changes by itself while the instrument lives."""

    field: Name = Field(description="The field")
    within_s: float = Field(
        gt=0, le=600, description="Unchanged for longer, the instrument is frozen and its values stuck"
    )


class FieldCheck(StrictModel):
    """The check an inspector makes before and after a measurement."""

    kind: Literal["acoustic_calibrator", "bump_gas", "zero_air", "zero_and_flow", "reference", "source", "none"] = (
        Field(description="What is held against it")
    )
    tolerance: float | None = Field(default=None, gt=0, description="Largest deviation that passes, in `unit`")
    unit: str | None = Field(default=None, description="UCUM unit of the tolerance")
    basis: str = Field(default="", description="Standard or document that says so")

    @model_validator(mode="after")
    def _unit_is_known(self) -> FieldCheck:
        if self.unit is not None and self.unit not in SHOWN:
            raise ValueError(f"unit {self.unit!r} is not in firmware_profiles/units.py")
        return self


class Care(StrictModel):
    """Checks and intervals. None: not known for this instrument."""

    field_check: FieldCheck | None = Field(default=None, description="Check before and after each measurement")
    verification_months: int | None = Field(default=None, ge=1, le=120, description="Legal verification (kiểm định)")
    calibration_months: int | None = Field(default=None, ge=1, le=120, description="Calibration (hiệu chuẩn)")
    life_months: int | None = Field(default=None, ge=1, le=360, description="Life of the sensor")


class Judgement(StrictModel):
    """What may be concluded from it at best."""

    use: Literal["legal", "screening"] = Field(description="Legal needs type approval and verification; else screening")
    accuracy_class: str = Field(default="", description="'IEC 61672-1 class 2', or the maker's figure")
    dust: Literal["respirable", "inhalable", "total", "neither"] | None = Field(
        default=None, description="Dust fraction"
    )
    ex_marking: str = Field(default="", description="Ex marking; empty means it must not enter an explosive atmosphere")


class Writing(StrictModel):
    """What may be sent to change it, and what never."""

    allowed: tuple[str, ...] = Field(default=(), description="Set-up commands, in words")
    never: tuple[str, ...] = Field(default=(), description="What must not be written, and why")


class Provenance(StrictModel):
    """Where its facts come from, and which nobody has confirmed."""

    confidence: Literal["high", "medium", "low"] = Field(description="As a whole")
    sources: tuple[str, ...] = Field(min_length=1, description="Documents, drivers, captures")
    unverified: tuple[str, ...] = Field(default=(), description="Facts that nobody has confirmed on real equipment")


class Variant(StrictModel):
    """A model of the family that differs. `patch` is laid over the profile (RFC 7396 merge patch)."""

    summary: str = Field(description="How it differs, in words")
    id: ProfileId | None = Field(default=None, description="A profile id of its own, where it is known under one")
    patch: dict[str, object] = Field(description="What is different; null removes")


class Profile(StrictModel):
    """One instrument model, declared."""

    schema_version: Literal[1] = Field(alias="schema", description="Version of this schema")
    id: ProfileId = Field(description="'maker.model'")
    maker: str = Field(description="Maker's name")
    model: str = Field(description="Model or family")
    summary: str = Field(description="What it is, in one sentence")
    channels: dict[Name, Channel] = Field(min_length=1, description="What it measures")
    interfaces: dict[Name, Interface] = Field(min_length=1, description="How to ask it; the first is the usual one")
    files: dict[Name, LoggerFile] = Field(
        default_factory=dict,
        description="Files that it writes or its program exports, for what is read out after the shift",
    )
    rules: tuple[Rule, ...] = Field(default=(), description="What makes its readings doubtful")
    heartbeats: tuple[Heartbeat, ...] = Field(default=(), description="What shows that it lives")
    sampling: Sampling = Field(default_factory=Sampling, description="How often")
    care: Care = Field(default_factory=Care, description="Checks and intervals")
    judgement: Judgement = Field(description="Legal or screening")
    writing: Writing = Field(default_factory=Writing, description="What may be written")
    notes: tuple[str, ...] = Field(default=(), description="What an installer should know")
    provenance: Provenance = Field(description="Where its facts come from")
    variants: dict[Name, Variant] = Field(default_factory=dict, description="Models of the family that differ")

    @model_validator(mode="after")
    def _parts_fit(self) -> Profile:
        for name, interface in self.interfaces.items():
            _check_fields(f"interfaces.{name}", fields_of(interface), self.channels)
        known = {f for i in self.interfaces.values() for group in fields_of(i) for f in group}
        for number, rule in enumerate(self.rules):
            _check_rule(f"rules.{number}", rule, known, self.channels)
        if strange := sorted({beat.field for beat in self.heartbeats} - known):
            raise ValueError(f"heartbeats: unknown field {', '.join(strange)}")
        fed = {f.channel or n for i in self.interfaces.values() for group in fields_of(i) for n, f in group.items()}
        fed |= {column.channel for form in self.files.values() for column in form.columns}
        if strange := sorted({c.channel for form in self.files.values() for c in form.columns} - set(self.channels)):
            raise ValueError(f"files: unknown channel {', '.join(strange)}")
        if missing := [name for name in self.channels if name not in fed]:
            raise ValueError(f"no field feeds the channels {', '.join(missing)}")
        return self


def fields_of(interface: AnyInterface) -> list[dict[str, FieldBase]]:
    """The groups of fields that arrive together, by name."""
    if isinstance(
        interface, ModbusInterface | SysfsInterface | PulseInterface | SoundInterface | AccelerationInterface
    ):
        return [dict(interface.fields)]
    if isinstance(interface, AdvertisementInterface):
        listed = [] if interface.objects is None else [dict[str, FieldBase](interface.objects.fields)]
        return [dict[str, FieldBase](layout.fields) for layout in interface.layouts.values()] + listed
    return [dict(exchange.fields) for exchange in interface.exchanges.values()]


def _check_fields(where: str, groups: list[dict[str, FieldBase]], channels: dict[str, Channel]) -> None:
    for group in groups:
        for name, field in group.items():
            named = [t for test in (*field.when, *field.negative) for t in test.names]
            leant_on = (field.divide_by, field.times, field.decimals, field.scale_field, field.state, *field.also)
            named += [n for n in leant_on if n is not None]
            if strange := sorted(set(named) - set(group)):
                raise ValueError(f"{where}.fields.{name}: unknown field {', '.join(strange)}")
            if field.channel is not None and field.channel not in channels:
                raise ValueError(f"{where}.fields.{name}: unknown channel {field.channel}")
            for word in [*(i.quality for i in field.invalid), *(s.quality for s in field.states.values())]:
                _check_word(f"{where}.fields.{name}", word)


def _check_rule(where: str, rule: Rule, fields: set[str], channels: dict[str, Channel]) -> None:
    if strange := sorted({n for test in rule.when for n in test.names} - fields):
        raise ValueError(f"{where}: unknown field {', '.join(strange)}")
    if strange := sorted(set(rule.channels) - set(channels)):
        raise ValueError(f"{where}: unknown channel {', '.join(strange)}")
    if rule.quality is not None:
        _check_word(where, rule.quality)


def _check_word(where: str, word: str) -> None:
    if word not in WORDS:
        raise ValueError(f"{where}: unknown quality {word!r}; valid: {', '.join(WORDS)}")
