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
    soak: Annotated[bool, Parameter(negative="")] = False,
    minutes: float = 3,
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
        With --faults or --soak: the seed of the random moments, so that a run can be repeated.
    soak
        Instead of the tests, live a kit's life under random faults, and account for every sample.
    minutes
        With --soak: how long; 3 minutes are an hour of samples.
    """
    if soak:
        sys.exit(_soak(minutes, seed))
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


def _soak(minutes: float, seed: int | None) -> int:
    """The soak test takes its length and its seed from the environment; pytest's own time-out follows the length."""
    given = {"ANTOAN_SOAK_S": f"{minutes * 60:g}"} | ({} if seed is None else {"ANTOAN_SOAK_SEED": str(seed)})
    return _run([sys.executable, "-m", "pytest", "-q", "tests/gateway_agent/test_soak.py"], given)


def _run(command: list[str], given: dict[str, str] | None = None) -> int:
    environment = os.environ | {"PYTHONHASHSEED": "0"} | (given or {})
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603
