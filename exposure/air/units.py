"""ppm and mg/m³. A limit is compared in the unit it is printed in: printed pairs are rounded and not always consistent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, positive
from exposure.errors import OutOfDomainError

GAS_CONSTANT = 8.314462618
"""J/(mol·K), CODATA 2018."""
ATMOSPHERE_KPA = 101.325
ZERO_CELSIUS_K = 273.15
VM_25C = 24.45
"""L/mol at 25 °C and 101.325 kPa as the US and Vietnam use it."""
VM_20C = 24.04
"""L/mol at 20 °C as the EU uses it."""


def molar_volume(temperature_c: float, pressure_kpa: float = ATMOSPHERE_KPA) -> float:
    """Molar volume of an ideal gas, L/mol."""
    kelvin = float(finite(temperature_c, "temperature_c")[0]) + ZERO_CELSIUS_K
    if kelvin <= 0:
        raise OutOfDomainError(f"temperature_c is {temperature_c}: below absolute zero")
    return GAS_CONSTANT * kelvin / positive(pressure_kpa, "pressure_kpa")


def to_mg_m3(ppm: ArrayLike, molar_mass: float, vm: float) -> Floats:
    """mg/m³ = ppm · M / Vm, with M in g/mol and Vm in L/mol at the limit's own conditions."""
    return np.asarray(finite(ppm, "ppm") * positive(molar_mass, "molar_mass") / positive(vm, "vm"))


def to_ppm(mg_m3: ArrayLike, molar_mass: float, vm: float) -> Floats:
    """Ppm = mg/m³ · Vm / M."""
    return np.asarray(finite(mg_m3, "mg_m3") * positive(vm, "vm") / positive(molar_mass, "molar_mass"))
