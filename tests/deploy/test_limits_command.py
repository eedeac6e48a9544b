"""`antoan limits`: what it prints for people and programs, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.commands.limits import check, list_limits, show
from tests.exposure.test_limit_sets import OWN


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "ours.yaml"
    file.write_text(OWN, "utf-8")
    return file


def test_the_list_is_that_of_the_day_and_the_jurisdiction(capsys: pytest.CaptureFixture[str]) -> None:
    list_limits("benzene", on="2026-04-05", jurisdiction="EU", json_output=True)
    found = json.loads(capsys.readouterr().out)
    assert [(f["value"], f["unit"], f["verified"]) for f in found] == [(0.2, "[ppm]", True), (0.66, "mg/m3", True)]


def test_the_list_shows_what_is_unverified_and_what_is_still_to_be_entered(capsys: pytest.CaptureFixture[str]) -> None:
    list_limits(jurisdiction="VN", on="2026-01-01")
    shown = capsys.readouterr().out
    assert "NO" in shown
    assert "vn.qcvn_01_2025: QCVN 01:2025/BYT: in force since 1 October 2025" in shown
    list_limits(jurisdiction="VN", on="2025-01-01")
    assert "QCVN 01:2025" not in capsys.readouterr().out


def test_a_limit_is_shown_with_its_source_and_its_own_rules(capsys: pytest.CaptureFixture[str]) -> None:
    show("vn.qcvn_03_2019.carbon_monoxide_twa", json_output=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["clause"], found["value"], found["unit"], found["valid_from"]) == (
        "QCVN 03:2019/BYT",
        20,
        "mg/m3",
        "2019-12-09",
    )
    assert found["long_shift"]["compare"] == "mean_over_actual_hours"
    show("vn.qcvn_24_2016.lex_8h")
    assert "headphones" in capsys.readouterr().out


def test_an_unknown_limit_and_a_day_that_is_none_are_sentences() -> None:
    with pytest.raises(SystemExit, match="did you mean"):
        show("vn.qcvn_24_2016.lex")
    with pytest.raises(SystemExit, match="is no day; write it as"):
        list_limits(on="5/4/2026")


def test_a_set_of_ones_own_is_checked_and_set_beside_the_law(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(own)
    shown = capsys.readouterr().out
    assert "1 limits, no fault" in shown
    assert "vn.qcvn_24_2016.lex_8h, and replaces none of them" in shown
    check(own, json_output=True)
    assert "vn.qcvn_24_2016.lex_8h" in json.loads(capsys.readouterr().out)["beside"]["own.ours.lex_action"]


def test_a_faulty_set_ends_with_the_fault_its_place_and_the_nearest_key(own: Path) -> None:
    own.write_text(OWN.replace("value: 82", "vale: 82"), "utf-8")
    with pytest.raises(SystemExit, match=r"ours.yaml: limits.lex_action: unknown key 'vale'; did you mean 'value'\?"):
        check(own)
    with pytest.raises(SystemExit, match="No such file"):
        check(own.with_name("nothing.yaml"))
