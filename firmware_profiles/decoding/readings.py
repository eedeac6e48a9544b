"""Raw values → readings: scaling in exact decimals, invalid codes, range, and the profile's rules."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING

from firmware_profiles.decoding.conditions import hold
from firmware_profiles.decoding.results import Decoded, DecodeError, Raw, Reading
from firmware_profiles.qualities import quality_of
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.schema.channel import Channel
    from firmware_profiles.schema.profile import Profile
    from firmware_profiles.schema.values import Curve, FieldBase, Invalid, Rule

_DIGITS = 40  # of exact decimal arithmetic: uint64 × a scale of 19 digits
_INT64 = 1 << 63
_MOST_DIGITS = 20  # a larger number than this is no measurement, and would not fit the record


def to_readings(profile: Profile, fields: Mapping[str, FieldBase], raw: Mapping[str, Raw]) -> Decoded:
    """Judge the raw values of one sample. Raises DecodeError where a rule of the profile says the reply is an error."""
    with localcontext() as context:
        context.prec = _DIGITS
        readings, lacking = {}, set[str]()
        for name, field in fields.items():
            channel_name = field.channel or name
            channel = profile.channels.get(channel_name)
            if channel is None or name not in raw or not hold(field.when, raw):
                continue
            if missing := [needed for needed in _needed(field) if needed not in raw]:
                lacking.update(missing)
                continue
            readings[channel_name] = _said(field, raw.get(field.state or f"{name}.state"), channel, raw[name], raw)
    if lacking and not readings:
        raise DecodeError("incomplete", f"nothing can be told without {', '.join(sorted(lacking))}; read it too")
    for rule in profile.rules:
        if rule.error is not None and hold(rule.when, raw):
            raise DecodeError(rule.error, rule.message or f"the instrument reports {rule.error}", rule.quality)
    if not readings:
        _nothing_but_a_state(profile, raw)
    return Decoded(_judged(profile, readings, raw), raw)


def _nothing_but_a_state(profile: Profile, raw: Mapping[str, Raw]) -> None:
    """A reply that brings no value but a reason for it is an error of that kind."""
    for rule in profile.rules:
        if rule.quality is not None and hold(rule.when, raw):
            raise DecodeError(rule.quality, rule.message or f"the instrument reports {rule.quality}", rule.quality)


def _needed(field: FieldBase) -> tuple[str, ...]:
    """The fields without whose values this one's cannot be told."""
    leant_on = (field.divide_by, field.times, field.decimals, field.scale_field, field.state)
    return (*(name for name in leant_on if name is not None), *field.also)


def _said(field: FieldBase, state: Raw | None, channel: Channel, value: Raw, raw: Mapping[str, Raw]) -> Reading:
    """The reading, in the light of the word that stands beside it."""
    if not field.states or state is None:
        return _reading(channel, field, value, raw)
    meant = field.states.get(str(state))
    if meant is None:
        return Reading(None, None, quality_of("invalid"), "invalid")
    if meant.value == "drop":
        return Reading(None, None, quality_of(meant.quality), meant.quality)
    scaled = field if meant.scale == 1 else field.model_copy(update={"scale": field.scale * meant.scale})
    reading = _reading(channel, scaled, value, raw)
    if reading.word != Quality.OK.word and meant.quality == Quality.OK.word:
        return reading
    return replace(reading, quality=quality_of(meant.quality), word=meant.quality)


def _is_invalid(invalid: Invalid, value: Raw) -> bool:
    if isinstance(value, float) and math.isnan(value):
        return invalid.nan
    if invalid.raw is not None and value == invalid.raw:
        return True
    if isinstance(value, str):
        return invalid.not_a_number
    if invalid.any_bit_of is not None and isinstance(value, int) and value & invalid.any_bit_of:
        return True
    return (invalid.at_least is not None and value >= invalid.at_least) or (
        invalid.at_most is not None and value <= invalid.at_most
    )


def _reading(channel: Channel, field: FieldBase, value: Raw, raw: Mapping[str, Raw]) -> Reading:
    for invalid in field.invalid:
        if _is_invalid(invalid, value):
            return Reading(None, None, quality_of(invalid.quality), invalid.quality)
    if channel.kind != "number":
        return _stated(channel, field, value)
    if isinstance(value, str):
        raise DecodeError("malformed", f"{value!r} is not a number")
    if isinstance(value, float) and not math.isfinite(value):
        return Reading(None, None, Quality.INVALID, "invalid")
    return _in_range(channel, _physical(field, Decimal(value), raw))


def _stated(channel: Channel, field: FieldBase, value: Raw) -> Reading:
    """What is not measured but said: a flag, a code, a word."""
    if channel.kind == "flag":
        stated: bool | int | str = bool(value)
    elif field.labels is not None:
        stated = field.labels.get(str(value), str(value))
    else:
        stated = value if isinstance(value, int | str) else str(value)
    return Reading(int(stated) if isinstance(stated, int) else None, stated, Quality.OK, Quality.OK.word)


def _physical(field: FieldBase, value: Decimal, raw: Mapping[str, Raw]) -> Decimal:
    value = _curved(field.curve, value) if field.curve is not None else value * field.scale
    value += sum((Decimal(raw[name]) * factor for name, factor in field.also.items()), Decimal(0))
    return _clipped(field, _scaled_along(field, value, raw), raw)


def _scaled_along(field: FieldBase, value: Decimal, raw: Mapping[str, Raw]) -> Decimal:
    """Scaled by what the instrument sends along: factor, divisor, number of decimals, unit letter."""
    if field.times is not None:
        value *= Decimal(raw[field.times])
    if field.divide_by is not None:
        divisor = Decimal(raw[field.divide_by])
        if not divisor:
            raise DecodeError("malformed", f"{field.divide_by} is zero")
        value /= divisor
    if field.decimals is not None:
        places = int(raw[field.decimals])
        if not 0 <= places <= 9:
            raise DecodeError("malformed", f"{field.decimals}: {places} decimals")
        value = value.scaleb(-places)
    if field.scale_field is not None and field.scale_from is not None:
        letter = str(raw[field.scale_field])
        if letter not in field.scale_from:
            raise DecodeError("unit_mismatch", f"{field.scale_field} {letter!r} is not in the profile")
        value *= field.scale_from[letter]
    return value


def _clipped(field: FieldBase, value: Decimal, raw: Mapping[str, Raw]) -> Decimal:
    if field.negative and hold(field.negative, raw):
        value = -value
    value += field.offset
    if field.clip_low is not None:
        value = max(value, field.clip_low)
    return value if field.clip_high is None else min(value, field.clip_high)


def _curved(curve: Curve, value: Decimal) -> Decimal:
    try:
        if curve.kind == "exponential":
            return curve.factor * ((value * curve.rate).exp() - 1)
        return curve.factor * value**curve.power
    except ArithmeticError as error:
        raise DecodeError("malformed", f"{value} has no place on the curve") from error


def _in_range(channel: Channel, value: Decimal) -> Reading:
    if value.adjusted() > _MOST_DIGITS:
        return Reading(None, None, Quality.INVALID, "invalid")
    scaled = int(value.scaleb(-channel.exponent).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    stated = Decimal(scaled).scaleb(channel.exponent)
    if not -_INT64 <= scaled < _INT64:
        return Reading(None, None, Quality.INVALID, "invalid")
    limits = channel.range
    if limits is not None and limits.low is not None and stated < limits.low:
        kept = limits.below == "keep"
        return Reading(scaled if kept else None, stated if kept else None, Quality.OUT_OF_RANGE, "out_of_range")
    if limits is not None and limits.high is not None and stated > limits.high:
        kept = limits.above == "keep"
        return Reading(scaled if kept else None, stated if kept else None, Quality.SATURATED, "saturated")
    return Reading(scaled, stated, Quality.OK, Quality.OK.word)


def _judged(profile: Profile, readings: dict[str, Reading], raw: Mapping[str, Raw]) -> dict[str, Reading]:
    """The rules over the readings. The first rule that fits a channel decides; what already has no value stays so."""
    decided: set[str] = set()
    for rule in profile.rules:
        if rule.quality is None or not hold(rule.when, raw):
            continue
        for name in rule.channels or _measured(profile, readings):
            if name in readings and name not in decided:
                decided.add(name)
                readings[name] = _doubted(readings[name], rule, profile.channels[name])
    return readings


def _measured(profile: Profile, readings: Mapping[str, Reading]) -> tuple[str, ...]:
    """What was measured; what is merely stated, where a reply brings nothing else."""
    measured = tuple(name for name in readings if profile.channels[name].role == "reading")
    return measured or tuple(readings)


def _doubted(reading: Reading, rule: Rule, channel: Channel) -> Reading:
    word = rule.quality or "invalid"
    if rule.value == "drop" and channel.role == "reading":
        return Reading(None, None, quality_of(word), word)
    return replace(reading, quality=quality_of(word), word=word)
