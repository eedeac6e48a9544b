"""The words profiles use for doubtful readings, and the quality of the record that each stands for.

Profiles keep the finer word of the instrument (`power_on_default` says more than `invalid`); the record has the codes of
`telemetry.quality`.
"""

from __future__ import annotations

from telemetry.quality import Quality

WORDS: dict[str, Quality] = {
    **{quality.word: quality for quality in Quality},
    "good": Quality.OK,
    "overrange": Quality.SATURATED,
    "underrange": Quality.OUT_OF_RANGE,
    "overload": Quality.SATURATED,
    "calibrating": Quality.UNDER_CHECK,
    "unavailable": Quality.INVALID,
    "undefined": Quality.INVALID,
    "unsupported": Quality.INVALID,
    "no_data": Quality.INVALID,
    "power_on_default": Quality.INVALID,
    "low_battery": Quality.UNCALIBRATED,
    "maintenance": Quality.UNCALIBRATED,
    "calibration_required": Quality.UNCALIBRATED,
    "stuck_or_failed": Quality.SENSOR_FAULT,
    "frozen": Quality.STUCK,
}
"""Profile word → quality of the record."""


def quality_of(word: str) -> Quality:
    """The record's quality for a profile's word. Raises KeyError for a word that is not in WORDS."""
    return WORDS[word]
