"""The page's sources: checked by the TypeScript compiler, locked by hash, built only when they have changed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from deploy.build_page import PageBuildError, build_page, check_page
from tests.browser.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser
WEB = ROOT / "api" / "web"


def test_the_typescript_compiler_has_nothing_to_say() -> None:
    check_page(ROOT)


def test_every_package_is_locked_by_hash_and_by_no_address() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
    wanted = lock["packages"][""]
    versions = (wanted["dependencies"] | wanted["devDependencies"]).values()
    assert [version for version in versions if not version[0].isdigit()] == []


def test_the_page_is_built_once_and_again_when_a_source_changes(tmp_path: Path) -> None:
    web = tmp_path / "api" / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("dist", "node_modules"))
    assert build_page(tmp_path)
    assert not build_page(tmp_path)
    (web / "src" / "clock.ts").write_text((web / "src" / "clock.ts").read_text() + "\n// changed\n")
    assert build_page(tmp_path)
    assert (web / "dist" / "index.html").is_file()


def test_a_page_that_cannot_be_built_says_why(tmp_path: Path) -> None:
    web = tmp_path / "api" / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("dist", "node_modules"))
    (web / "src" / "main.tsx").write_text("this is no TypeScript (", encoding="utf-8")
    with pytest.raises(PageBuildError, match=r"main\.tsx"):
        build_page(tmp_path)
    assert not (web / "dist" / ".sources").exists()


def test_the_page_asks_nothing_of_other_hosts() -> None:
    build_page(ROOT)
    html = (WEB / "dist" / "index.html").read_text(encoding="utf-8")
    assert "http" not in html
    assert "<style" not in html
    assert "<script>" not in html
