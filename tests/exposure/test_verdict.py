"""Verdicts: complies, exceeds or undetermined with the reason; by the law of the day, the strength of the limit, the rule of the set."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposure.errors import MismatchedError, WrongUnitError
from exposure.limits.allowed import allowed, converted
from exposure.limits.loader import book, own_book
from exposure.noise.exposure_level import lex_8h
from exposure.verdict import Caution, Checks, Measured, Outcome, Reason, Verdict, judge
from tests.exposure.test_limit_sets import OWN

EXAMPLES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "limit_examples.json").read_text("utf-8"))["examples"]
}
DAY = date(2026, 3, 2)
LEX = Measured(
    metric="lex_8h", unit="dB[SPL]{A}", value=87.4, day=DAY, legal=True, checks=Checks.PASSED, personal=True,
    expanded_uncertainty=2.0,
)  # fmt: skip
QCVN_LEX = "vn.qcvn_24_2016.lex_8h"
OWN_SEEN = own_book(OWN, "own.yaml").entry("own.set.lex_action")
OWN_UNSEEN = own_book(OWN.replace("official_copy", "memory"), "own.yaml").entry("own.set.lex_action")


def judged(limit: str = QCVN_LEX, measured: Measured = LEX, *, confirmed: bool = False, **changes: Any) -> Verdict:  # noqa: ANN401
    return judge(book().entry(limit), replace(measured, **changes), confirmed=confirmed)


def table(value: float, duration_s: float) -> Verdict:
    return judged("vn.qcvn_24_2016.laeq_by_duration", metric="laeq_by_duration", value=value, duration_s=duration_s)


def n20(case: dict[str, Any]) -> None:
    entry = book().entry("vn.qcvn_24_2016.laeq_by_duration")
    found = [allowed(entry, duration_s=seconds) for seconds in case["inputs"]["durations_s"]]
    assert [bounds and bounds.high for bounds in found] == case["expected"]["limit_dBA"]


def n22(case: dict[str, Any]) -> None:
    level, seconds = case["inputs"]["LAeq"], case["inputs"]["T_s"]
    assert (table(level, seconds).outcome is Outcome.COMPLIES) is case["expected"]["table_compliant"]
    value = lex_8h(level, seconds / 3600)
    assert value == pytest.approx(case["expected"]["LEX_8h"], abs=case["tolerance"]["abs"])
    assert judged(value=value).outcome is Outcome.EXCEEDS  # the two readings of the rule disagree: both are shown


def n23(case: dict[str, Any]) -> None:
    found = [judged("vn.qcvn_24_2016.la_max", metric="la_max", value=value) for value in case["inputs"]["LAmax"]]
    assert [verdict.outcome is Outcome.EXCEEDS for verdict in found] == case["expected"]["exceeds"]


def g03(case: dict[str, Any]) -> None:
    lux = []
    for task in case["inputs"]["task"]:
        [entry] = [
            e for e in book().select(on=DAY, jurisdiction="VN", category="lighting") if task in str(e.limit.when)
        ]
        assert entry.limit.value is not None
        lux.append(entry.limit.value)
        light = replace(LEX, metric="illuminance", unit="lx", personal=False, value=entry.limit.value)
        assert judge(entry, light).outcome is Outcome.COMPLIES
        assert judge(entry, replace(light, value=entry.limit.value - 1)).outcome is Outcome.EXCEEDS
    assert lux == case["expected"]["lux"]


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {"N20": n20, "N22": n22, "N23": n23, "G03": g03}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_worked_example_comes_out_as_its_source_has_it(name: str) -> None:
    CHECKS[name](EXAMPLES[name])


def test_a_legal_value_above_a_seen_limit_exceeds_with_margin_uncertainty_and_clause() -> None:
    verdict = judged()
    assert (verdict.outcome, verdict.reasons) == (Outcome.EXCEEDS, ())
    assert verdict.margin == pytest.approx(-2.4)
    assert verdict.measured.expanded_uncertainty == 2.0
    assert (verdict.clause, verdict.decision_rule) == ("QCVN 24:2016/BYT", "simple_acceptance")


def test_the_value_of_the_limit_itself_complies() -> None:
    assert judged(value=85.0).outcome is Outcome.COMPLIES


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"value": None}, Reason.NO_VALUE),
        ({"decidable": False}, Reason.MISSING_DATA),
        ({"checks": Checks.FAILED}, Reason.CHECK_FAILED),
        ({"personal": False}, Reason.WRONG_PLACEMENT),
        ({"day": date(2016, 11, 30)}, Reason.NOT_IN_FORCE),
        ({"situations": frozenset({"headphones"})}, Reason.OUT_OF_SCOPE),
        ({"unsettled": (Reason.REVISE_GROUP,)}, Reason.REVISE_GROUP),
        ({"legal": False}, Reason.SCREENING),
    ],
)
@pytest.mark.parametrize("value", [80.0, 99.0])
def test_what_cannot_be_defended_is_undetermined(changes: dict[str, Any], reason: Reason, value: float) -> None:
    verdict = judged(**{"value": value, **changes})
    if reason is Reason.SCREENING and value < 85:
        assert (verdict.outcome, Caution.SCREENING in verdict.cautions) == (Outcome.COMPLIES, True)
    else:
        assert (verdict.outcome, verdict.reasons) == (Outcome.UNDETERMINED, (reason,))


def test_a_screening_value_above_the_limit_is_shown_to_be_above_and_supports_no_breach() -> None:
    verdict = judged(legal=False)
    assert (verdict.outcome, verdict.inside) == (Outcome.UNDETERMINED, False)


def test_an_unverified_limit_supports_exceeds_only_once_an_administrator_has_confirmed_it() -> None:
    limit = "vn.qcvn_03_2019.hydrogen_sulfide_twa"
    gas = replace(LEX, metric="twa", unit="mg/m3", value=12.0)
    before = judged(limit, gas)
    assert (before.outcome, before.reasons) == (Outcome.UNDETERMINED, (Reason.LIMIT_UNVERIFIED,))
    assert Caution.LIMIT_UNVERIFIED in before.cautions
    after = judged(limit, gas, confirmed=True)
    assert (after.outcome, Caution.LIMIT_UNVERIFIED in after.cautions) == (Outcome.EXCEEDS, False)


def test_qcvn_26_leaves_out_work_outdoors() -> None:
    heat = replace(LEX, metric="wbgt", unit="Cel", value=33.0, personal=False)
    outside = judged("vn.qcvn_26_2016.wbgt_heavy_continuous", heat, confirmed=True, situations=frozenset({"outdoors"}))
    assert (outside.outcome, outside.reasons) == (Outcome.UNDETERMINED, (Reason.OUT_OF_SCOPE,))
    assert judged("vn.qcvn_26_2016.wbgt_heavy_continuous", heat, confirmed=True).outcome is Outcome.EXCEEDS


def test_qcvn_27_is_judged_by_axis() -> None:
    limit = "vn.qcvn_27_2016.whole_body_vibration_weighted_acceleration_x_y"
    rms = replace(LEX, metric="weighted_acceleration", unit="m/s2", value=0.4)
    assert judged(limit, rms).reasons == (Reason.AXIS_NOT_STATED,)
    assert judged(limit, rms, axis="z").reasons == (Reason.AXIS_NOT_STATED,)
    assert judged(limit, rms, axis="y").outcome is Outcome.EXCEEDS


@pytest.mark.parametrize(("hours", "high"), [(8, 20.0), (10, 14.0), (12, 10.0)])
def test_qcvn_03_lowers_a_long_shift_by_its_own_rule_which_counts_as_unseen(hours: float, high: float) -> None:
    carbon_monoxide = replace(LEX, metric="twa", unit="mg/m3", value=21.0, shift_h=hours)
    verdict = judged("vn.qcvn_03_2019.carbon_monoxide_twa", carbon_monoxide)
    assert verdict.allowed
    assert verdict.allowed.high == pytest.approx(high)
    assert (verdict.outcome is Outcome.EXCEEDS) == (hours == 8)
    assert (Caution.LOWERED_FOR_LONG_SHIFT in verdict.cautions) == (hours > 8)
    confirmed = judged("vn.qcvn_03_2019.carbon_monoxide_twa", carbon_monoxide, confirmed=True)
    assert confirmed.outcome is Outcome.EXCEEDS


def test_a_short_term_limit_is_never_lowered_for_a_long_shift() -> None:
    bounds = allowed(book().entry("vn.qcvn_03_2019.carbon_monoxide_stel"), shift_h=12)
    assert bounds
    assert bounds.high == 40.0


@pytest.mark.parametrize(("hours", "mg_m3"), [(8, 0.050), (10, 0.040), (12, 0.0333)])
def test_osha_lead_has_a_rule_of_its_own(hours: float, mg_m3: float) -> None:
    bounds = allowed(book().entry("us.osha_substances.lead_inorganic_twa"), shift_h=hours)
    assert bounds
    assert bounds.high == pytest.approx(mg_m3, abs=0.0005)


@pytest.mark.parametrize(("hours", "level"), [(8, 85.0), (10, 83.4), (12, 82.1)])
def test_the_osha_action_level_falls_with_the_shift(hours: float, level: float) -> None:
    bounds = allowed(book().entry("us.osha_noise.noise_twa_osha_hc_action"), shift_h=hours)
    assert bounds
    assert bounds.high == pytest.approx(level, abs=0.05)


@pytest.mark.parametrize(
    ("limit", "ppm", "mg_m3"),
    [
        ("vn.qcvn_03_2019.carbon_monoxide_twa", 17.46, 20.0),
        ("vn.qcvn_03_2019.nitrogen_dioxide_stel", 5.31, 10.0),
        ("eu.cmrd_2004_37.benzene_twa_mg_from_2026", 0.2, 0.650),
    ],
)
def test_ppm_are_converted_at_the_temperature_of_the_text(limit: str, ppm: float, mg_m3: float) -> None:
    assert converted(book().entry(limit), ppm, "[ppm]") == pytest.approx(mg_m3, rel=1e-3)
    assert converted(book().entry(limit), mg_m3 * 1000, "ug/m3") == pytest.approx(mg_m3)


def test_a_value_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(MismatchedError, match=r"a stel cannot be judged by vn\.qcvn_24_2016\.lex_8h"):
        judged(metric="stel")
    with pytest.raises(WrongUnitError, match=r"'\[ppm\]'.*printed in 'dB\[SPL\]\{A\}'"):
        judged(unit="[ppm]")
    with pytest.raises(MismatchedError, match="nothing is judged by it"):
        judged("industry.gas_detector_defaults.carbon_monoxide_alarm", metric="alarm", unit="[ppm]")
    with pytest.raises(WrongUnitError, match="cannot be compared"):
        converted(book().entry(QCVN_LEX), 1.0, "lx")


@pytest.mark.parametrize(("seconds", "level"), [(100, 109), (121, 106), (420, 103), (421, 100), (28800, 85)])
def test_between_two_printed_durations_the_longer_one_holds(seconds: float, level: float) -> None:
    assert table(level, seconds).outcome is Outcome.COMPLIES
    assert table(level + 0.1, seconds).outcome is Outcome.EXCEEDS


def test_a_duration_beyond_the_table_is_not_judged_by_it() -> None:
    assert table(70.0, 9 * 3600).reasons == (Reason.NO_ROW,)


def test_a_limit_of_zero_is_exceeded_by_any_detection() -> None:
    fibres = replace(LEX, metric="twa", unit="{fibers}/mL")
    assert judged("vn.qcvn_02_2019.asbestos_amphibole_twa", fibres, value=0.0).outcome is Outcome.COMPLIES
    assert judged("vn.qcvn_02_2019.asbestos_amphibole_twa", fibres, value=0.001).outcome is Outcome.EXCEEDS


@pytest.mark.parametrize(
    ("percent", "low", "high"),
    [(19.4, "exceeds", "complies"), (19.5, "complies", "complies"), (23.5, "complies", "complies"), (23.6, "complies", "exceeds")],
)  # fmt: skip
def test_a_dangerous_atmosphere_begins_strictly_beyond_its_bounds(percent: float, low: str, high: str) -> None:
    oxygen = replace(LEX, metric="concentration", unit="%{vol}", value=percent, personal=False)
    assert judged("us.osha_confined_space.oxygen_low", oxygen).outcome.value == low
    assert judged("us.osha_confined_space.oxygen_high", oxygen).outcome.value == high


def test_an_overload_below_the_limit_is_a_lower_bound_and_above_it_decides() -> None:
    assert judged(value=84.0, lower_bound=True).reasons == (Reason.LOWER_BOUND,)
    assert judged(value=86.0, lower_bound=True).outcome is Outcome.EXCEEDS


@pytest.mark.parametrize(
    ("value", "expanded", "outcome", "reasons"),
    [
        (79.9, 2.0, "complies", ()),
        (80.0, 2.0, "complies", ()),
        (81.0, 2.0, "undetermined", (Reason.WITHIN_UNCERTAINTY,)),
        (84.0, 2.0, "undetermined", (Reason.WITHIN_UNCERTAINTY,)),
        (84.1, 2.0, "exceeds", ()),
        (99.0, None, "undetermined", (Reason.NO_UNCERTAINTY,)),
    ],
)
def test_a_guarded_rule_concludes_only_outside_the_uncertainty(
    value: float, expanded: float | None, outcome: str, reasons: tuple[Reason, ...]
) -> None:
    entry = own_book(OWN.replace("simple_acceptance", "guarded"), "own.yaml").entry("own.set.lex_action")
    verdict = judge(entry, replace(LEX, value=value, expanded_uncertainty=expanded))
    assert (verdict.outcome.value, verdict.reasons) == (outcome, reasons)
    assert Caution.NOT_A_LEGAL_LIMIT in verdict.cautions


@given(
    value=st.floats(0, 140), legal=st.booleans(), personal=st.booleans(), decidable=st.booleans(),
    checks=st.sampled_from(Checks), seen=st.booleans(),
)  # fmt: skip
def test_exceeds_is_said_only_when_everything_holds(
    value: float,
    legal: bool,
    personal: bool,
    decidable: bool,
    checks: Checks,
    seen: bool,
) -> None:
    entry = OWN_SEEN if seen else OWN_UNSEEN
    measured = replace(LEX, value=value, legal=legal, personal=personal, decidable=decidable, checks=checks)
    verdict = judge(entry, measured)
    everything = legal and personal and decidable and seen and checks is not Checks.FAILED
    assert (verdict.outcome is Outcome.EXCEEDS) == (everything and value > 82)
    assert (verdict.outcome is Outcome.UNDETERMINED) == bool(verdict.reasons)
