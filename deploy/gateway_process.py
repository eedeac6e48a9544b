"""The process that a running gateway is: nothing in memory that a kit on a beam does not use.

`antoan gateway run` becomes this (`exec`) once the command line is understood. It is the interpreter without docstrings and
asserts, one heap for all threads, one thread for linear algebra (none is done), and no terminal colours for a log that nobody reads
on a terminal. Measured by `./antoan bench gateway`; the numbers are in docs/decisions/0008-gateway-memory.md.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import Final, NoReturn

ENVIRONMENT: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
}
UNUSED: Final = ("rich", "greenlet")
"""structlog imports these where they are installed, for tracebacks in colour and for other event loops."""


def become(config: Path) -> NoReturn:
    """Replace this process by the gateway's own, once its settings are found to be right. Raises SettingsError, Misconfigured.

    Settings and profiles are handed over validated, in memory that both share: what reads and validates them is not needed again.
    """
    from deploy.service_runner import read_settings
    from firmware_profiles import loader
    from gateway_agent.atmosphere import check_atmosphere
    from gateway_agent.drivers.factory import build_drivers
    from gateway_agent.settings import GatewaySettings

    settings = read_settings(config, GatewaySettings)
    check_atmosphere(settings, build_drivers(settings.instruments, lambda: 0))
    handed = os.memfd_create("antoan-settings", 0)
    os.write(handed, pickle.dumps((settings, loader.parsed)))
    words = [sys.executable, "-OO", "-m", __name__, str(handed)]
    os.execve(sys.executable, words, {**os.environ, **ENVIRONMENT})  # noqa: S606  (our own interpreter)


def main() -> None:
    """Be the gateway until told to end."""
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]  # None: an import of it fails, as if not installed
    from deploy.commands.spoken import spoken
    from deploy.service_runner import run_with
    from firmware_profiles import loader
    from gateway_agent.enrol_errors import EnrolmentError
    from telemetry.strict import SettingsError

    handed = int(sys.argv[1])
    settings, parsed = pickle.loads(os.pread(handed, os.fstat(handed).st_size, 0))  # noqa: S301  (by the process this one was)
    os.close(handed)
    loader.parsed.update(parsed)
    try:
        with spoken(EnrolmentError):
            run_with("gateway", settings)
    except SettingsError as error:
        sys.exit(f"antoan: {error}")


if __name__ == "__main__":
    main()
