"""How each worked example of gases, dust, statistics and dangerous atmospheres is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exposure.air import long_shift, safety, stel, twa, units
from exposure.gaps import GapPolicy
from exposure.series import Series, from_samples
from exposure.statistics import en689, lognormal, tolerance
from tests.exposure.example_noise import near

Case = dict[str, Any]


def c01(case: Case) -> None:
    values, hours = np.array(case["inputs"]["segments_ppm_h"], dtype=float).T
    near(twa.twa_8h(values, hours), case["expected"]["TWA"], abs=1e-9)


def c03(case: Case) -> None:
    value, hours = case["inputs"]["segments_ppm_h"][0]
    series = Series(np.array([0.0]), np.array([hours * 3600.0]), np.array([value], dtype=float), "[ppm]")
    shift_s = case["inputs"]["shift_h"] * 3600.0
    near(twa.twa(series, expected_s=shift_s, gaps=GapPolicy.ZERO).value, case["expected"]["TWA_if_zero"], abs=1e-9)
    same = twa.twa(series, expected_s=shift_s, gaps=GapPolicy.SAME_AS_MEASURED)
    near(same.value, case["expected"]["TWA_if_same"], abs=1e-9)
    assert not twa.twa(series, expected_s=shift_s).decidable


def c05(case: Case) -> None:
    values = case["inputs"]["minute_values"]
    series = from_samples(np.arange(len(values)) * 60.0, values, "[ppm]", period_s=60.0)
    near(stel.stel(series).value, case["expected"]["max_15min"], abs=1e-9)


def c10(case: Case) -> None:
    given = case["inputs"]
    for gas, values in given["mg_m3"].items():
        near(units.to_ppm(values, given["M"][gas], given["Vm"]), case["expected"]["ppm"][gas], abs=0.01)


def c12(case: Case) -> None:
    near(units.to_mg_m3(case["inputs"]["ppm"], 78.11, units.VM_20C), case["expected"]["mg_m3_printed"], rel=0.02)


def c20(case: Case) -> None:
    near(long_shift.brief_scala_daily(case["inputs"]["h"]), case["expected"]["RF"], abs=1e-9)


def c22(case: Case) -> None:
    near(long_shift.osha_lead(case["inputs"]["h"]), case["expected"]["PEL_ug_m3"], abs=0.5)


def s01(case: Case) -> None:
    values = case["inputs"]["x_mg_m3"]
    found = lognormal.fit(values)
    near(
        [found.gm, found.gsd, np.mean(values), np.std(values, ddof=1)],
        [case["expected"][name] for name in ("GM", "GSD", "mean", "SD")],
        abs=0.005,
    )


def s03(case: Case) -> None:
    near([tolerance.factor(n) for n in case["inputs"]["n"]], case["expected"]["K"], abs=0.001)


def s04(case: Case) -> None:
    near([tolerance.factor(n, 0.95, 0.70) for n in case["inputs"]["n"]], case["expected"]["UT"], abs=0.001)


def s06(case: Case) -> None:
    found = [en689.preliminary(values, case["inputs"]["OEL"]).value for values in case["inputs"]["sets"]]
    assert found == case["expected"]["result"]


def s08(case: Case) -> None:
    fitted = lognormal.Lognormal(case["inputs"]["GM"], case["inputs"]["GSD"], 6)
    near(fitted.exceedance(case["inputs"]["OEL"]), case["expected"]["fraction"], abs=1e-6)


def g01(case: Case) -> None:
    assert safety.oxygen_hazard(case["inputs"]["O2"]).tolist() == case["expected"]["O2_hazard"]
    assert safety.flammable_hazard(case["inputs"]["LEL"]).tolist() == case["expected"]["LEL_hazard"]


CHECKS: dict[str, Callable[[Case], None]] = {
    name.upper(): check for name, check in list(globals().items()) if name[0] in "csg" and name[1:].isdigit()
}
