"""A gateway whose world a test turns: `python -m tests.gateway_agent.soak_child FOLDER PORT`.

`FOLDER/unplugged-NAME` pulls an instrument's plug, `FOLDER/clock.json` moves UTC or takes it away, SIGKILL kills.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from gateway_agent.agent import serve
from gateway_agent.clock import UtcReading
from gateway_agent.drivers.base import Unreachable
from gateway_agent.settings import GatewaySettings
from telemetry.link import ClockSource
from tests.gateway_agent.child import until_terminated
from tests.gateway_agent.parts import GATEWAY, Meter, TurnedClock, identity, machine_boot, meter

if TYPE_CHECKING:
    from gateway_agent.drivers.base import Sample

PERIOD_S = 0.05
"""A second of life: 20 times as fast as a kit."""
INSTRUMENTS = ("noise1", "noise2", "gas1")


@dataclass
class Plugged(Meter):
    """A meter with a plug."""

    folder: Path = Path()

    async def sample(self) -> list[Sample]:
        if (self.folder / f"unplugged-{self.settings.name}").exists():
            raise Unreachable("unplugged", "no such port")
        return await super().sample()


class FileClock(TurnedClock):
    """UTC as a file says."""

    def __init__(self, file: Path) -> None:
        super().__init__(machine_boot())
        self._file = file

    def look(self) -> UtcReading:
        said = json.loads(self._file.read_text())
        self.utc_offset_us, self.source = said["offset_us"], ClockSource[said["source"]]
        return super().look()


def main() -> None:
    """Run until killed, or until SIGTERM."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    settings = GatewaySettings.model_validate(
        {
            "gateway": GATEWAY,
            "state_dir": folder,
            "seal": {"interval_s": 0.25},
            "uplink": {"progress_s": 1.0, "progress_max_s": 2.0, "status_s": 1.0},
        }
    )
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    meters = [plugged(name, folder) for name in INSTRUMENTS]
    clock = FileClock(folder / "clock.json")
    asyncio.run(until_terminated(serve(settings, identity(folder, broker_port=port), clock, meters)))


def plugged(name: str, folder: Path) -> Plugged:
    """An instrument that notes every sample it hands over."""
    plain = meter(name)
    return Plugged(plain.settings, PERIOD_S, ledger=folder / f"ledger-{name}", folder=folder)


if __name__ == "__main__":
    main()
