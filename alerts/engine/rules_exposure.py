"""Rules on exposure: TWA, STEL, dose, WBGT, and how soon one of them will be reached. The mathematics is exposure's."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alerts.engine.quality import QualityPolicy
from alerts.engine.rule_parts import BaseRule
from alerts.engine.shift import Shift
from telemetry.strict import StrictModel


class _Measured(StrictModel):
    """How readings become an exposure."""

    period_s: float = Field(
        gt=0, le=3600, description="how long one reading stands for at most; a longer distance of two leaves a gap"
    )
    quality: QualityPolicy = Field(default=QualityPolicy(), description="what readings of each quality count for")


class Twa(_Measured):
    """Time-weighted average of a shift: what was taken in so far over `base_h`; it never falls within a shift."""

    kind: Literal["twa"] = Field("twa", description="Kind of rule: twa")
    set_point: Decimal = Field(gt=0, description="the mean over base_h that is not to be reached, in `unit`")
    unit: str = Field(min_length=1, description="UCUM unit of the set-point; must equal the channel's")
    base_h: float = Field(default=8, gt=0, le=24, description="hours that the sum is divided by, 8 for a TWA")
    shift: Shift = Field(description="when the sum begins and ends")


class Dose(_Measured):
    """Noise dose of a shift, in percent, by any criterion, exchange rate and threshold."""

    kind: Literal["dose"] = Field("dose", description="Kind of rule: dose")
    set_point: Decimal = Field(default=Decimal(100), gt=0, description="the dose that is not to be reached, in percent")
    criterion_db: float = Field(default=85, description="level that gives 100 % in criterion_h")
    criterion_h: float = Field(default=8, gt=0, le=24, description="hours at the criterion level that give 100 %")
    exchange_db: float = Field(default=3, gt=0, description="each so many dB more halve the time allowed")
    threshold_db: float | None = Field(default=None, description="levels below count for nothing")
    shift: Shift = Field(description="when the dose begins and ends")


class _Mean(_Measured):
    """A mean over a sliding window."""

    set_point: Decimal = Field(description="the mean that is not to be reached, in `unit`")
    unit: str = Field(min_length=1, description="UCUM unit of the set-point; must equal the channel's")
    hysteresis: Decimal = Field(default=Decimal(0), ge=0, description="returns only below the set-point by more")
    least_coverage: float = Field(
        default=0.75, gt=0, le=1, description="part of a window that must be measured for its mean to count"
    )


class Stel(_Mean):
    """Short-term exposure: the mean of any sliding window of 15 minutes, not of clock quarters."""

    kind: Literal["stel"] = Field("stel", description="Kind of rule: stel")
    window_s: float = Field(default=900, ge=60, le=14_400, description="length of the window")


class Wbgt(_Mean):
    """Heat: the mean WBGT of any sliding hour (ISO 7243, 6.3), on a channel that gives WBGT."""

    kind: Literal["wbgt"] = Field("wbgt", description="Kind of rule: wbgt")
    window_s: float = Field(default=3600, ge=60, le=14_400, description="length of the window")
    unit: str = Field(default="Cel", min_length=1, description="UCUM unit of the set-point; must equal the channel's")


class TwaRule(BaseRule, Twa):
    """TWA of the shift has reached its limit."""


class DoseRule(BaseRule, Dose):
    """The noise dose of the shift has reached its limit."""


class StelRule(BaseRule, Stel):
    """The short-term mean has reached its limit."""


class WbgtRule(BaseRule, Wbgt):
    """The hourly mean WBGT has reached its limit."""


Measure = Annotated[Twa | Dose | Stel | Wbgt, Field(discriminator="kind")]
"""What a limit is about."""


class TimeToLimitRule(BaseRule):
    """A limit will be reached soon if the mean of the last `over_s` goes on: "chạm giới hạn lúc 14:20"."""

    kind: Literal["time_to_limit"] = Field("time_to_limit", description="Kind of rule: time_to_limit")
    of: Measure = Field(description="the limit: kind twa, dose, stel or wbgt with its settings")
    within_s: float = Field(gt=0, le=86_400, description="raised when the limit is no further away than this")
    over_s: float = Field(
        default=600, ge=10, le=14_400, description="the present is the mean of the last so many seconds"
    )

    @model_validator(mode="after")
    def _within_the_window(self) -> TimeToLimitRule:
        if isinstance(self.of, Stel | Wbgt) and self.within_s > self.of.window_s:
            raise ValueError(
                f"within_s is longer than the window of {self.of.window_s:g} s: no mean can tell so far ahead"
            )
        return self
