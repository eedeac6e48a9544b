"""The page about adding an instrument is tested: its profile loads and its case passes."""

from __future__ import annotations

import re
from pathlib import Path

from firmware_profiles.cases import run_case

PAGE = Path(__file__).parents[2] / "docs" / "adding-an-instrument.md"


def test_the_example_of_the_page_is_a_profile_whose_case_passes(tmp_path: Path) -> None:
    profile, case, *_ = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    cases = tmp_path / "acme_th2" / "cases"
    cases.mkdir(parents=True)
    (tmp_path / "acme_th2" / "profile.yaml").write_text(profile)
    (cases / "good.yaml").write_text(case)
    assert run_case(cases / "good.yaml") == []
