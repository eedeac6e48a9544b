"""What the models of heat share about humid air, and the check that humidity is a percentage."""

from __future__ import annotations

import numpy as np

from exposure.arrays import Floats, finite
from exposure.errors import OutOfDomainError

KELVIN = 273.15


def check_humidity(humidity_percent: Floats) -> None:
    """Refuse relative humidity outside 0 to 100 %."""
    wrong = (humidity_percent < 0) | (humidity_percent > 100)
    if wrong.any():
        value = humidity_percent[int(np.argmax(wrong))]
        raise OutOfDomainError(f"humidity_percent is {value}: it must lie between 0 and 100")


def saturation_kpa(air_c: Floats) -> Floats:
    """Saturation vapour pressure over water, kPa (Hardy 1998, ITS-90), as UTCI and the cases of ISO 7933:2004 take it."""
    kelvin = air_c + KELVIN
    powers = -2836.5744 / kelvin**2 - 6028.076559 / kelvin + 19.54263612 - 2.737830188e-2 * kelvin
    powers += 1.6261698e-5 * kelvin**2 + 7.0229056e-10 * kelvin**3 - 1.8680009e-13 * kelvin**4
    return np.asarray(np.exp(powers + 2.7150305 * np.log(kelvin)) / 1000.0)


def antoine_kpa(air_c: Floats) -> Floats:
    """The same by 0.6105·exp(17.27·t / (t + 237.3)), as ISO 7933:2023, Annex E has it."""
    return np.asarray(0.6105 * np.exp(17.27 * air_c / (air_c + 237.3)))


def vapour_kpa(air_c: float, humidity_percent: float) -> float:
    """Vapour pressure of air at a relative humidity, kPa."""
    air, humidity = finite(air_c, "air_c"), finite(humidity_percent, "humidity_percent")
    check_humidity(humidity)
    return float(saturation_kpa(air)[0] * humidity[0] / 100.0)
