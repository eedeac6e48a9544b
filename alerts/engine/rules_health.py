"""Rules on the measurement itself: silence, stuck and out-of-range instruments, overdue checks, clocks and chains."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from alerts.engine.facts import ChainFactKind
from alerts.engine.quality import QualityPolicy, known_words
from alerts.engine.rule_parts import BaseRule
from alerts.engine.states import Cycle


class SilenceRule(BaseRule):
    """No readings: a gap between event times longer than `after_s`; its live form is provisional.

    A channel that was in transit or under check before it fell silent was put away, and pages nobody.
    """

    kind: Literal["silence"] = Field("silence", description="Kind of rule: silence")
    after_s: float = Field(gt=0, le=86_400 * 7, description="longest distance of two readings that is no silence")
    grace_s: float = Field(
        default=30, ge=0, description="live form only: how much later than that a reading may arrive (cellular link)"
    )
    quality: QualityPolicy = Field(
        default=QualityPolicy.silence(), description="which readings are a sign of life of the instrument"
    )


class StuckRule(BaseRule):
    """The same value for longer than this quantity can hold it, or the instrument's own word that it is stuck."""

    kind: Literal["stuck"] = Field("stuck", description="Kind of rule: stuck")
    same_for_s: float = Field(gt=0, le=7 * 86_400, description="longest time that the value may stay the same")
    max_gap_s: float = Field(
        gt=0, description="longest distance of two readings across which a value is still the same"
    )
    quality: QualityPolicy = Field(
        default=QualityPolicy.everything_with_a_value(), description="what readings of each quality count for"
    )


class OutOfRangeRule(BaseRule):
    """The instrument says that it cannot tell: out of range, saturated, a fault of the sensor."""

    kind: Literal["out_of_range"] = Field("out_of_range", description="Kind of rule: out_of_range")
    on: tuple[str, ...] = Field(
        default=("out_of_range", "saturated", "sensor_fault"),
        min_length=1,
        description="quality words that raise it",
    )
    on_delay_s: float = Field(default=0, ge=0, le=86_400, description="must hold so long before it is raised")
    off_delay_s: float = Field(default=0, ge=0, le=86_400, description="must be clear so long before it returns")
    max_gap_s: float = Field(default=60, gt=0, description="longest distance of two readings across which a delay runs")

    @field_validator("on")
    @classmethod
    def _known(cls, on: tuple[str, ...]) -> tuple[str, ...]:
        return known_words(on)


class DueRule(BaseRule):
    """Verification, calibration or a field check is due: judged at event time, by what the chain itself says."""

    kind: Literal["due"] = Field("due", description="Kind of rule: due")
    of: Literal["verification", "calibration", "check"] = Field(description="what is due")
    ahead_d: float = Field(
        default=0, ge=0, le=366, description="verification, calibration: so many days before it ends"
    )
    every_h: float | None = Field(
        default=None, gt=0, le=8784, description="check: longest time from one field check that passed to the next"
    )

    @model_validator(mode="after")
    def _checks_have_a_rhythm(self) -> DueRule:
        if (self.of == "check") != (self.every_h is not None):
            raise ValueError("every_h belongs to `of: check`, and is needed there")
        return self


class ClockRule(BaseRule):
    """A kit's clock is unsure: no UTC, or off by more than `bound_s`, for longer than `on_delay_s`. One a kit."""

    kind: Literal["clock"] = Field("clock", description="Kind of rule: clock")
    bound_s: float = Field(default=1, gt=0, le=86_400, description="how far off it may say that it is")
    on_delay_s: float = Field(default=600, ge=0, le=86_400, description="must hold so long before it is raised")


class ChainRule(BaseRule):
    """A chain is broken: fork, gap, bad, lost or refused entries. Selects by site or gateway."""

    kind: Literal["chain"] = Field("chain", description="Kind of rule: chain")
    on: tuple[ChainFactKind, ...] = Field(
        default=tuple(ChainFactKind), min_length=1, description="which findings raise it"
    )
    quiet_s: float = Field(
        default=3600, ge=0, description="findings of one kind that follow one another within this are one episode"
    )

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.LATCHING
