"""Every profile folder is whole: it loads, its variants load, its cases pass, a person can wire it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firmware_profiles.cases import case_files, run_case
from firmware_profiles.loader import claims, folders, load_folder
from firmware_profiles.schema.generate import FILE, schema_text

if TYPE_CHECKING:
    from pathlib import Path

CASES = [path for folder in folders() for path in case_files(folder)]


@pytest.mark.parametrize("folder", folders(), ids=lambda f: f.name)
def test_a_profile_and_all_its_variants_load(folder: Path) -> None:
    profile = load_folder(folder).profile
    assert folder.name == profile.id.replace(".", "_")
    for variant in profile.variants:
        load_folder(folder, variant)


@pytest.mark.parametrize("folder", folders(), ids=lambda f: f.name)
def test_a_profile_has_a_wiring_table_and_cases(folder: Path) -> None:
    readme = (folder / "README.md").read_text("utf-8")
    assert "## Wiring" in readme
    assert "|" in readme
    assert case_files(folder)


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parents[1].name}/{p.stem}")
def test_a_case_decodes_to_what_it_states(path: Path) -> None:
    assert run_case(path) == []


def test_no_two_profiles_answer_to_one_id() -> None:
    claimed = [name for folder in folders() for name in claims(load_folder(folder).profile)]
    assert len(claimed) == len(set(claimed))


def test_the_generated_schema_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == schema_text(), "run: python -m firmware_profiles.schema.generate"
