"""A gateway in a process of its own, to be killed: `python -m tests.gateway_agent.child FOLDER PORT PERIOD_S`."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from gateway_agent.agent import serve
from gateway_agent.settings import GatewaySettings
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, machine_boot, meter

if TYPE_CHECKING:
    from collections.abc import Coroutine


def main() -> None:
    """Run until killed, or until SIGTERM."""
    folder, port, period_s = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    settings = GatewaySettings.model_validate(
        {
            "gateway": GATEWAY,
            "state_dir": folder,
            "seal": {"interval_s": 0.15},
            "uplink": {"progress_s": 1.0, "status_s": 1.0},
        }
    )
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    instrument = meter(period_s=period_s, ledger=folder / "ledger")
    asyncio.run(
        until_terminated(serve(settings, identity(folder, broker_port=port), TurnedClock(machine_boot()), [instrument]))
    )


async def until_terminated(work: Coroutine[None, None, None]) -> None:
    """Cancel on SIGTERM, as the command line does."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await asyncio.gather(task, return_exceptions=True)


if __name__ == "__main__":
    main()
