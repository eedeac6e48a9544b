"""How each worked example of noise is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from exposure.filters.acoustic import sound_weighting
from exposure.filters.peak import PeakHold
from exposure.filters.stream import filtered
from exposure.noise import dose, exposure_level, hearing_loss, iso9612, levels, protector, weighting
from exposure.noise.iso9612_table import sampling_contribution

Case = dict[str, Any]
THIRDS_HZ = 1000.0 * 10.0 ** (np.arange(-19, 14) / 10.0)


def near(found: object, expected: object, *, abs: float | None = None, rel: float | None = None) -> None:  # noqa: A002 - pytest's word
    assert np.asarray(found, dtype=float) == pytest.approx(np.asarray(expected, dtype=float), abs=abs, rel=rel)


def tasks(case: Case) -> list[iso9612.Task]:
    return [
        iso9612.Task(
            task.get("label", ""),
            np.array(task["LpAeqT"], dtype=float),
            task["T_h"],
            tuple(task["T_range_h"]) if "T_range_h" in task else None,
        )
        for task in case["inputs"]["tasks"]
    ]


def n01(case: Case) -> None:
    found, expected = iso9612.task_based(tasks(case)), case["expected"]
    near(found.value, expected["LEX_8h"], abs=0.1)
    by_name = {task.name: task.level for task in tasks(case)}
    for name, level in expected["task_levels"].items():
        near(by_name[name], level, abs=0.1)
    for share in found.shares:
        near(share.contribution, expected["contributions"][share.name], abs=0.1)


def n02(case: Case) -> None:
    found = iso9612.task_based(tasks(case), with_durations=False).uncertainty
    near(found.expanded, case["expected"]["U_k1.65"], abs=0.05)
    near(found.standard**2, case["expected"]["u_squared"], abs=0.07)


def n04(case: Case) -> None:
    given = {task.name: task for task in tasks(case)}
    shares = {share.name: share for share in iso9612.task_based(list(given.values())).shares}
    expected = case["expected"]
    for name in expected["u1a"]:
        near(given[name].u1a, expected["u1a"][name], abs=0.05)
        near(given[name].u1b, expected["u1b_h"][name], abs=0.05)
        near(shares[name].c1a, expected["c1a"][name], abs=0.05)
        near(shares[name].c1b, expected["c1b"][name], abs=0.05)


def n06(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = iso9612.full_day(given["samples"], given["Te_h"], instrument_db=given["u2"], position_db=given["u3"])
    near(levels.energy_average(given["samples"]), expected["LpAeqTe"], abs=0.05)
    near(
        [found.u1, found.c1u1, found.value, found.uncertainty.standard, found.uncertainty.expanded],
        [expected[name] for name in ("u1", "c1u1", "LEX_8h", "u", "U")],
        abs=0.05,
    )


def n07(case: Case) -> None:
    near([sampling_contribution(n, u1) for n, u1 in case["inputs"]["cells"]], case["expected"]["c1u1"], abs=1e-9)


def n09(case: Case) -> None:
    found = iso9612.task_based(tasks(case))
    near(found.value, case["expected"]["LEX_8h"], abs=1e-6)
    near(found.uncertainty.expanded, case["expected"]["U_k1.65"], abs=1e-6)


def n10(case: Case) -> None:
    pairs = zip(case["inputs"]["LpAeq"], case["inputs"]["T_h"], strict=True)
    near([exposure_level.lex_8h(level, hours) for level, hours in pairs], case["expected"]["LEX_8h"], abs=1e-6)


def n12(case: Case) -> None:
    near(levels.energy_average(case["inputs"]["LpAeq_1h_each"]), case["expected"]["Leq"], abs=0.01)


def n30(case: Case) -> None:
    found = dose.reference_duration_h(case["inputs"]["L"], dose.OSHA_PEL)
    # the printed 0.031 h for 130 dB is 0.03125 h, the others are rounded to three figures
    near(found, case["expected"]["T_h"], rel=case["tolerance"]["rel"])


def n31(case: Case) -> None:
    near(dose.dose(case["inputs"]["L"], case["inputs"]["C_h"], dose.OSHA_PEL), case["expected"]["dose_pct"], abs=1.0)


def n32(case: Case) -> None:
    held, hours = np.array(case["inputs"]["exposures"], dtype=float).T
    found = dose.dose(held, hours, dose.OSHA_HC)
    near(found, case["expected"]["dose_pct"], abs=0.01)
    near(dose.twa(found, dose.OSHA_HC), [case["expected"]["TWA"]], abs=0.01)


def n34(case: Case) -> None:
    near(dose.twa(case["inputs"]["dose_pct"], dose.OSHA_PEL), case["expected"]["TWA"], abs=0.051)


def n36(case: Case) -> None:
    found = dose.long_shift_action_level(case["inputs"]["shift_h"])
    near(found, case["expected"]["action_level_dBA"], abs=0.05)
    assert np.round(found).tolist() == case["expected"]["published_rounded"]


def n40(case: Case) -> None:
    near(dose.reference_duration_h(case["inputs"]["L"], dose.NIOSH) * 60, case["expected"]["minutes"], rel=1e-6)


def n42(case: Case) -> None:
    halving = dose.DoseRule("EU limit by halves", "SCENIHR", 87.0, 3.0)  # its table halves by 3 dB, not by 3.01
    found = dose.reference_duration_h(case["inputs"]["L"], halving) * 60
    near(found, case["expected"]["duration_min"], rel=0.003)


def n50(case: Case) -> None:
    days = case["inputs"]["LEPd"]
    near(exposure_level.points(days, [8.0] * len(days)), case["expected"]["points_exact"], abs=1e-6)


def n52(case: Case) -> None:
    near(exposure_level.lex_40h(case["inputs"]["LEPd"]), case["expected"]["LEPw"], abs=0.01)


def n60(case: Case) -> None:
    near(levels.energy_average(case["inputs"]["L"]), case["expected"]["Leq"], abs=1e-6)


def n62(case: Case) -> None:
    near(levels.energy_sum(case["inputs"]["sum"]), case["expected"]["sum"], abs=1e-4)
    near(levels.energy_difference(*case["inputs"]["difference"]), case["expected"]["difference"], abs=1e-4)


def n63(case: Case) -> None:
    near(exposure_level.lex_8h_of_exposure(case["inputs"]["E_Pa2h"]), case["expected"]["LEX_8h"], abs=0.01)


def n65(case: Case) -> None:
    near(levels.peak_level(case["inputs"]["p_peak_Pa"]), case["expected"]["LCpeak_dB"], abs=0.15)


def n66(case: Case) -> None:
    sections = sound_weighting("C", 96_000)
    for (kind, frequency), expected in zip(case["inputs"]["signals"], case["expected"]["difference_dB"], strict=True):
        length = (0.5 if "half" in kind else 1.0) / frequency
        times = np.arange(-0.01, length + 0.2, 1 / 96_000)
        wave = np.where((times >= 0) & (times < length), np.sin(2 * np.pi * frequency * times), 0.0)
        peak = PeakHold().process(filtered(-wave if "negative" in kind else wave, sections))
        steady = float(np.abs(sections.response(frequency))[0]) / np.sqrt(2.0)
        near(20 * np.log10(peak / steady), expected, abs=case["tolerance"]["abs"])


def n68(case: Case) -> None:
    found = levels.burst_maximum(np.array(case["inputs"]["Tb_ms"]) / 1000.0, 1.0)
    near(found, case["expected"]["LASmax_minus_LA"], abs=0.1)


def n70(case: Case) -> None:
    centres = weighting.exact_centre(case["inputs"]["f_Hz"])
    near(weighting.a_weighting(centres), case["expected"]["A_dB"], abs=0.1)
    near(weighting.c_weighting(centres), case["expected"]["C_dB"], abs=0.1)


def n72(case: Case) -> None:
    found = case["inputs"]["band_level_dB"] + weighting.a_weighting(THIRDS_HZ)
    near(found, case["expected"]["A_levels"], abs=0.06)


def n80(case: Case) -> None:
    net = case["inputs"]["net_A_levels"]
    near(protector.octave_band_method(net, [0.0] * len(net)), case["expected"]["LpA84"], abs=0.05)


def n82(case: Case) -> None:
    near(protector.snr_method(case["inputs"]["LpC"], case["inputs"]["SNR84"]), case["expected"]["LpA84"], abs=0.01)


def n90(case: Case) -> None:
    given = case["inputs"]
    found = [
        hearing_loss.threshold_shift(given["LEX"], given["years"], percent / 100).value
        for percent in given["fractiles_pct_with_worse"]
    ]
    near(np.array(found).T, case["expected"]["NIPTS"], abs=case["tolerance"]["abs"])


def n92(case: Case) -> None:
    given, expected, within = case["inputs"], case["expected"], case["tolerance"]["abs"]
    shift = hearing_loss.compressed_shift(given["H"], given["N"])
    near(shift[2], expected["N_4k_compressed"], abs=within)
    near(shift.mean(), expected["N_mean"], abs=within)
    near(np.mean(given["H"]), expected["H_mean"], abs=within)
    near(np.mean(given["H"]) + shift.mean(), expected["HTLAN"], abs=within)


CHECKS: dict[str, Callable[[Case], None]] = {
    name.upper(): check for name, check in list(globals().items()) if name[0] == "n" and name[1:].isdigit()
}
