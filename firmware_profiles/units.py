"""Units: UCUM in profiles and records, and the words people read.

UCUM annotations in braces (`%{RH}`) say what a bare percent sign would hide and leave the unit valid UCUM.
"""

from __future__ import annotations

SHOWN: dict[str, str] = {
    "1": "",
    "Cel": "degC",
    "[degF]": "degF",
    "%": "%",
    "%{RH}": "%RH",
    "%{LEL}": "%LEL",
    "%{vol}": "%vol",
    "[ppm]": "ppm",
    "[ppb]": "ppb",
    "ug/m3": "ug/m3",
    "mg/m3": "mg/m3",
    "/cm3": "1/cm3",
    "um": "um",
    "dB[SPL]": "dB",
    "dB[SPL]{A}": "dB(A)",
    "dB": "dB",
    "Pa": "Pa",
    "hPa": "hPa",
    "kPa": "kPa",
    "mbar": "mbar",
    "lx": "lx",
    "m/s": "m/s",
    "m/s2": "m/s2",
    "m4/s7": "m4/s7",
    "mm/s": "mm/s",
    "[in_i]/s": "in/s",
    "m[g]": "mg",
    "[g]": "g",
    "mm": "mm",
    "mm/h": "mm/h",
    "W/m2": "W/m2",
    "Hz": "Hz",
    "deg": "deg",
    "kOhm": "kohm",
    "Ohm": "ohm",
    "mL/s": "ml/s",
    "V": "V",
    "mV": "mV",
    "mA": "mA",
    "s": "s",
    "d": "d",
    "uSv/h": "uSv/h",
    "nSv/h": "nSv/h",
    "nSv": "nSv",
    "Bq/m3": "Bq/m3",
    "{counts}/min": "cpm",
    "{counts}/s": "counts/s",
    "{counts}": "counts",
    "{index}": "index",
    "{code}": "enum",
    "{bool}": "bool",
    "{text}": "",
    "{configured}": "configured unit",
}
"""UCUM unit → the word of instrument makers' documents. A profile may use no unit that is not here."""


def shown(unit: str) -> str:
    """The word people read for a UCUM unit; the unit itself where none is known."""
    return SHOWN.get(unit, unit)
