"""What a reading of each quality counts for in a rule: explicit, per rule, with defaults per kind of rule.

A doubtful reading neither raises nor clears: it is as if it were not there, so that delays do not run across it.
A saturated reading is a lower bound (DESIGN.md §3.4): it counts as at or above any set-point, and says nothing
about a rule that looks for too little.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from pydantic import Field, field_validator

from telemetry.quality import Quality
from telemetry.strict import StrictModel


class Use(StrEnum):
    """What a rule makes of a reading."""

    COUNTS = "counts"
    AT_LEAST = "at_least"
    IGNORED = "ignored"


_WORDS = {quality.name.lower(): quality for quality in Quality}


def known_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words, when each is one of telemetry.quality. Raises ValueError that names those that are not."""
    if unknown := sorted(set(words) - set(_WORDS)):
        raise ValueError(f"unknown quality {', '.join(unknown)}; valid: {', '.join(sorted(_WORDS))}")
    return words


# The value is sound; only its UTC time is doubtful, and delays run on the monotonic clock.
_SOUND = {"ok": Use.COUNTS, "clock_unsure": Use.COUNTS, "saturated": Use.AT_LEAST}


class QualityPolicy(StrictModel):
    """Quality word → use. Words left out are ignored: nothing counts that nobody decided upon."""

    uses: dict[str, Use] = Field(default=_SOUND, description="quality word → counts, at_least or ignored")

    @field_validator("uses")
    @classmethod
    def _known_words(cls, uses: dict[str, Use]) -> dict[str, Use]:
        known_words(tuple(uses))
        return uses

    @classmethod
    def danger(cls) -> QualityPolicy:
        """For danger to life an instrument out of calibration or warming up is still believed when it cries."""
        return cls(uses=_SOUND | {"uncalibrated": Use.COUNTS, "warming_up": Use.COUNTS})

    @classmethod
    def everything_with_a_value(cls) -> QualityPolicy:
        """Every reading that has a value of its own; those of a check or a transport are another's."""
        aside = {Quality.UNDER_CHECK, Quality.IN_TRANSIT, Quality.INHIBITED}
        return cls(uses={w: Use.COUNTS for w, quality in _WORDS.items() if quality.has_value and quality not in aside})

    @classmethod
    def silence(cls) -> QualityPolicy:
        """Every reading is a sign of life but those that say the instrument did not answer."""
        return cls(uses={word: Use.COUNTS for word in _WORDS if word != "comms_fault"})

    @cached_property
    def by_code(self) -> dict[int, Use]:
        """Quality code → use, for the codes that are used at all."""
        return {int(_WORDS[word]): use for word, use in self.uses.items() if use is not Use.IGNORED}

    def use(self, code: int) -> Use:
        """What a reading of this quality code counts for; a code unknown to this version is ignored."""
        return self.by_code.get(code, Use.IGNORED)
