"""Docs are tested: a setting without its meaning, a page that lags, a command without an example fails here."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from deploy.cli import COMMANDS, build_app
from deploy.settings_docs import PAGE, render, rows, settings_models

ROOT = Path(__file__).resolve().parents[2]
SUBCOMMANDS = {
    "gateway": ["run", "enrol"],
    "profile": ["list", "show", "check", "decode", "try", "new"],
    "import": ["", "verify"],
    "limits": ["list", "show", "check"],
    "ingest": ["run"],
    "alerts": ["run", "try"],
    "api": ["run"],
    "admin": ["agency", "person", "site", "deploy", "rules", "recipient"],
    "enrolment": ["token", "withdraw", "revoke"],
    "broker": ["configure"],
}


def commands() -> list[list[str]]:
    return [[name, sub] for name in COMMANDS for sub in SUBCOMMANDS.get(name, [""])]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(words: list[str]) -> None:
    line, shown = [word for word in words if word], io.StringIO()
    build_app().help_print(line, console=Console(file=shown, width=200))
    assert f"./antoan {' '.join(line)}" in " ".join(shown.getvalue().split())


@pytest.mark.parametrize("service", settings_models())
def test_every_setting_says_what_it_means(service: str) -> None:
    silent = [key for key, _, _, meaning in rows(settings_models()[service]) if not meaning]
    assert silent == []


def test_the_page_of_settings_is_what_the_program_reads() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m deploy.settings_docs"


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "./antoan demo" in text
    assert "./antoan test" in text


def test_ci_runs_the_command_of_the_readme() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "./antoan test"
