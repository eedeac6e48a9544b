"""`antoan test`: format, lint and types first, since they are quick; then the tests, on real services."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deploy.build_page import check_page

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy"],
}
WORKERS = min(4, (os.cpu_count() or 1) + 1)
"""Files of tests that run side by side: one more than processors, since tests of real services mostly wait."""


def run_tests(
    *pytest_arguments: Annotated[str, Parameter(allow_leading_hyphen=True)],
    faults: Annotated[bool, Parameter(negative="")] = False,
    rounds: int = 20,
    seed: int | None = None,
) -> None:
    """Check the code and run every test: real database, real broker, real browser; nothing of this machine is touched.

    Parameters
    ----------
    pytest_arguments
        Passed to pytest, which then runs one test after the other; with any given, the checks of format, lint and types
        are left out.
    faults
        Instead of the tests, run the fault tests in their long form and print a tally.
    rounds
        With --faults: how many rounds.
    seed
        With --faults: the seed of the random moments; printed, so that a run can be repeated.
    """
    if faults:
        sys.exit(_fault_rounds(rounds, seed))
    if not pytest_arguments:
        _check()
        pytest_arguments = ("-n", str(WORKERS), "--dist", "loadfile")
    sys.exit(_run([sys.executable, "-m", "pytest", *pytest_arguments]))


def _check() -> None:
    for name, command in CHECKS.items():
        print(f"checking {name} …", flush=True)  # noqa: T201
        if status := _run([sys.executable, "-m", *command]):
            sys.exit(status)
    print("checking the page's types …", flush=True)  # noqa: T201
    check_page(ROOT)


def _fault_rounds(rounds: int, seed: int | None) -> int:
    from tests.faults.rounds import main

    return main(rounds, seed)


def _run(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, check=False).returncode  # noqa: S603
