"""The words that limit files may use: metrics, units, evidence. One place, so that verdict, page and files agree."""

from __future__ import annotations

from typing import Literal

Metric = Literal[
    "twa", "stel", "ceiling", "peak", "idlh", "alarm",
    "lex_8h", "laeq_by_duration", "laeq_position", "la_max", "lc_peak", "octave_level", "reference_duration",
    "noise_twa_osha_pel", "noise_twa_osha_hc", "noise_twa_niosh",
    "wbgt", "air_temperature", "air_temperature_difference", "air_velocity", "relative_humidity", "thermal_radiation",
    "weighted_acceleration", "a8", "vdv", "vibration_points", "octave_acceleration", "octave_velocity",
    "illuminance", "annual_dose", "field_strength", "concentration",
]  # fmt: skip
"""What is compared. A result is judged against a limit of the same metric only.

`laeq_by_duration`: LAeq over the exposure time against a table by duration; `laeq_position`: LAeq at a working position;
`noise_twa_*`: TWA with the exchange rate and threshold of that rule (exposure/noise/dose.py); `concentration`: the momentary
value of a dangerous atmosphere; `alarm`: set-points of instruments, never judged.
"""

PERSONAL: frozenset[str] = frozenset({
    "twa", "stel", "lex_8h", "laeq_by_duration", "noise_twa_osha_pel", "noise_twa_osha_hc", "noise_twa_niosh", "a8", "vdv",
    "vibration_points", "annual_dose",
})  # fmt: skip
"""Metrics that are a person's exposure: a level at a position is none unless occupancy times are stated."""

NEVER_JUDGED: frozenset[str] = frozenset({"alarm", "reference_duration"})

Category = Literal[
    "chemical", "dust", "noise", "vibration", "microclimate", "lighting", "radiation", "dangerous_atmosphere"
]

Evidence = Literal["official_copy", "secondary", "memory"]
"""How the value was seen: the official text or a direct copy; a summary by others; not seen at all (unverified)."""

Role = Literal["limit", "action", "guidance", "alarm", "reference"]
"""`limit`: may not be exceeded by law; `action`: obliges to act; `guidance`: recommended; `alarm`: set-point; `reference`: table."""

Compare = Literal["at_most", "at_least", "range"]
"""`at_most`: above it exceeds; `at_least`: below it exceeds; `range`: outside it exceeds. The value itself always complies."""

UNITS = frozenset({
    "dB[SPL]{A}", "dB[SPL]{C}", "dB[SPL]", "mg/m3", "[ppm]", "{fibers}/mL", "Cel", "K", "m/s", "m/s2", "m/s1.75", "W/m2",
    "%{RH}", "%{vol}", "%{LEL}", "lx", "mSv/a", "kV/m", "h", "{points}",
})  # fmt: skip
"""UCUM units of limits. A limit is compared in the unit it is printed in."""
