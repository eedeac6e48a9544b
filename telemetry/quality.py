"""Quality of a reading: the code that stands beside the value. Doubtful readings are flagged, kept and shown.

The words are the house's own (`facts` of instruments and Telegraf, EdgeX habits were read for them); the numbers are the wire's
and never change their meaning. Codes above 15 are reserved: a reader treats an unknown code as INVALID.
"""

from __future__ import annotations

from enum import IntEnum


class Quality(IntEnum):
    """What is known about one reading. 0 is the only code whose value counts without reserve."""

    OK = 0
    WARMING_UP = 1
    """The instrument says, or its profile knows, that it is not ready yet."""
    OUT_OF_RANGE = 2
    """Below the measuring range: an upper bound of what was there."""
    SATURATED = 3
    """Above the measuring range, overload: a lower bound, not a gap."""
    STUCK = 4
    """Identical for longer than this quantity can be."""
    SENSOR_FAULT = 5
    """The instrument reports a fault of its sensor."""
    COMMS_FAULT = 6
    """No answer, or none that passed its checks; the value is 0 and means nothing."""
    UNDER_CHECK = 7
    """A field check or calibration is under way."""
    IN_TRANSIT = 8
    """Between deployments."""
    UNCALIBRATED = 9
    """Verification or calibration is missing or overdue."""
    CLOCK_UNSURE = 10
    """The time is not yet tied to UTC within its stated bound."""
    INHIBITED = 11
    """The instrument holds its output on purpose (inhibit or hold mode)."""
    INVALID = 12
    """The instrument says no value is available; the value is 0 and means nothing."""

    @property
    def word(self) -> str:
        """The word of API, page and profiles, such as `warming_up`."""
        return self.name.lower()

    @property
    def has_value(self) -> bool:
        """Whether a number stands behind this code at all."""
        return self not in (Quality.COMMS_FAULT, Quality.INVALID)

    @classmethod
    def from_word(cls, word: str) -> Quality:
        """The code of a word. Raises KeyError for a word that is none."""
        return cls[word.upper()]

    @classmethod
    def of_code(cls, code: int) -> Quality:
        """The quality of a code from the wire; an unknown code is INVALID."""
        return cls(code) if code in cls._value2member_map_ else cls.INVALID
