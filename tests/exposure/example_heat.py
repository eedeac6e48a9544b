"""How each worked example of heat, beyond WBGT from its readings, is computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from exposure.heat import indices, strain
from exposure.heat.comfort import pmv_ppd
from exposure.heat.humid_air import antoine_kpa, vapour_kpa
from exposure.heat.strain_exchange import Climate
from exposure.heat.strain_person import MET_W_M2, Edition, Person
from exposure.heat.utci import utci
from exposure.heat.weather import estimate_wbgt
from tests.exposure.example_noise import near

Case = dict[str, Any]


def liljegren(case: Case) -> None:
    given = case["inputs"]
    found = estimate_wbgt(
        air_c=given["t2_K"] - 273.15,
        humidity_percent=given["rh_pct"],
        pressure_hpa=given["p_hPa"],
        wind_10m_m_s=given["va10_m_s"],
        sun_w_m2=given["ssrd_W_m2"],
        direct_fraction=given["fdir"],
        zenith_cosine=given["cos_zenith"],
    )
    near(found.wbgt + 273.15, [case["expected"]["WBGT_K"]], abs=case["tolerance"]["abs"])


def strain_2004(case: Case) -> None:
    given, expected, tolerance = case["inputs"], case["expected"], case["tolerance"]
    climate = Climate(
        air_c=given["ta"],
        radiant_c=given["tr"],
        vapour_kpa=vapour_kpa(given["ta"], given["rh"]),
        air_speed_m_s=given["va"],
        metabolic_w_m2=given["met"] * MET_W_M2,
        clothing_clo=given["clo"],
        posture=given["posture"],
    )
    person = Person(acclimatised=given["acclimatised"])
    found = strain.predicted_heat_strain([strain.Spell(climate, given["duration_min"])], person, Edition.ISO_2004)
    near(found.rectal_c, expected["t_re_final"], abs=tolerance["t_re"])
    near(found.water_loss_g, expected["water_loss_g"], abs=tolerance["water_loss_g"])
    near(
        [found.minutes_rectal, found.minutes_loss_50, found.minutes_loss_95],
        [expected[name] for name in ("Dlim_tre_min", "Dlim_loss50_min", "Dlim_loss95_min")],
        abs=tolerance["minutes"],
    )


def strain_2023(case: Case) -> None:
    given, expected, tolerance = case["inputs"], case["expected"], case["tolerance"]
    person = Person(weight_kg=75.0, height_m=1.80, acclimatised=given["acclimatised"])
    climate = Climate(
        air_c=given["ta"],
        radiant_c=given["tr"],
        vapour_kpa=float(antoine_kpa(np.array(given["ta"]))) * given["rh"] / 100,
        air_speed_m_s=given["va"],
        metabolic_w_m2=given["M_W"] / person.area_m2,
        clothing_clo=given["clo"],
    )
    found = strain.predicted_heat_strain([strain.Spell(climate, 480)], person, Edition.ISO_2023)
    near(found.water_loss_g, expected["sweat_loss_g"], rel=tolerance["rel_sweat"])
    near(found.core_c, expected["t_cr"], abs=tolerance["abs_t"])
    near(found.minutes_loss_95, expected["Dlim_loss95"], abs=tolerance["abs_min"])


def comfort(case: Case) -> None:
    given, expected, tolerance = case["inputs"], case["expected"], case["tolerance"]
    found = pmv_ppd(
        air_c=given["ta"],
        radiant_c=given["tr"],
        relative_speed_m_s=given["v"],
        humidity_percent=given["rh"],
        metabolic_met=given["met"],
        clothing_clo=given["clo"],
    )
    near(found.pmv, [expected.get("PMV", expected.get("PMV_computed"))], abs=tolerance["PMV"])
    near(found.ppd, [expected.get("PPD", expected.get("PPD_computed"))], abs=tolerance.get("PPD", 0.05))


def t361(case: Case) -> None:
    air, humidity, clothing = np.array(case["inputs"]["rows_ta=tr_rh_clo"]).T
    found = pmv_ppd(
        air_c=air,
        radiant_c=air,
        relative_speed_m_s=case["inputs"]["v"],
        humidity_percent=humidity,
        metabolic_met=case["inputs"]["met"],
        clothing_clo=clothing,
    )
    near(found.pmv, case["expected"]["PMV"], abs=case["tolerance"]["PMV"])


def climate_index(case: Case) -> None:
    found = utci(*np.array(case["inputs"]["ta_tr_rh_v10"], dtype=float).T)
    expected = [math.nan if value is None else value for value in case["expected"]["UTCI"]]
    assert np.isnan(found).tolist() == np.isnan(expected).tolist()
    there = ~np.isnan(expected)
    near(found[there], np.array(expected)[there], abs=case["tolerance"].get("abs", 0.0))


def t43(case: Case) -> None:
    air, humidity = np.array(case["inputs"]["T_RH"], dtype=float).T
    near(indices.heat_index_f(air, humidity), case["expected"]["HI_F"], abs=case["tolerance"]["abs"])


def t45(case: Case) -> None:
    given, expected, within = case["inputs"], case["expected"], case["tolerance"]["abs"]
    near(indices.heat_index_f(given["T_F"], given["RH"]), [expected["without_adjustment"]], abs=within)
    adjusted = indices.heat_index_f(given["T_F"], given["RH"], nws_adjustments=True)
    near(adjusted, [expected["with_adjustment"]], abs=within)


def t46(case: Case) -> None:
    found = indices.heat_index(case["inputs"]["ta_C"], case["inputs"]["rh"])
    near(found, [case["expected"]["HI_C"]], abs=case["tolerance"]["abs"])


def t48(case: Case) -> None:
    found = indices.wind_chill(case["inputs"]["ta_C"], case["inputs"]["v_km_h"])
    near(found, case["expected"]["WCT_C"], abs=case["tolerance"]["abs"])


CHECKS: dict[str, Callable[[Case], None]] = {
    "T10": liljegren, "T12": liljegren, "T40": climate_index, "T42": climate_index, "T43": t43, "T45": t45, "T46": t46, "T48": t48,
    **dict.fromkeys(("T201", "T202", "T205", "T207", "T209"), strain_2004),
    **dict.fromkeys(("T231", "T233"), strain_2023),
    **dict.fromkeys(("T301", "T303", "T305", "T307", "T308", "T310", "T312", "T350"), comfort),
    "T361": t361,
}  # fmt: skip
