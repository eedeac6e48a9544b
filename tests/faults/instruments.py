"""The kits of the fault tests: instruments played by one process over real lines, gateways enrolled by token over HTTPS."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy.stack.ports import LOOPBACK, free_ports
from deploy.stack.process import Child
from deploy.stack.service import ROOT, Service, own_environment
from gateway_agent.enrol import enrol
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.office import RunningOffice

PERIOD_S = 0.1
SEAL_S = 0.25
REACH_S = 60.0
SOUND = {"file": "sound_level_1s.csv", "column": "LAeq_1s_dB", "interval_s": 1}
ROOM = {"file": "room_climate_1min.csv", "column": "co2_ppm", "interval_s": 60}


@dataclass(frozen=True)
class Instrument:
    """One instrument of a kit. `tcp`: it answers Modbus TCP, else a serial line. Channels with the recording that each plays."""

    name: str
    profile: str
    variant: str | None
    tcp: bool
    channels: dict[str, dict[str, Any]]


KITS: dict[str, tuple[Instrument, ...]] = {
    "kitchiuloi01": (
        Instrument("co", "honeywell.midas", "co", True, {"gas_concentration": ROOM | {"scale": "0.03"}}),
        Instrument("noise", "generic.rs485_noise", None, False, {"sound_level": SOUND}),
    ),
    "kitchiuloi02": (
        Instrument("room", "wirenboard.wb_msw_v4", None, False, {"sound_level": SOUND, "co2": ROOM}),
    ),
}  # fmt: skip

SHARED = KITS["kitchiuloi01"][:1]
"""What a kit that a fault adds is plugged into: Modbus TCP answers several kits at once."""


class Player(Child):
    """The process that plays every instrument of every kit."""

    def __init__(self, folder: Path) -> None:
        self.lines = folder / "lines"
        (self.tcp_port,) = free_ports(1)
        played = [self._played(kit, one) for kit, instruments in KITS.items() for one in instruments]
        file = folder / "player.yaml"
        file.write_text(json.dumps({"ports": str(self.lines), "speed": 20, "instruments": played}))
        super().__init__(
            [sys.executable, "-m", "deploy.simulate", file],
            folder / "player.log",
            environment=own_environment(),
            folder=ROOT,
        )

    def plug_in(self) -> None:
        """Start it and wait until every instrument answers."""
        self.start()
        self.await_true((self.lines / "control.sock").exists, 30, "the player")

    def plugged_in(self, kit: str) -> list[dict[str, Any]]:
        """The instruments of a kit, for its gateway's settings."""
        return [
            {
                "name": one.name,
                "profile": one.profile,
                "variant": one.variant,
                "connection": {"host": LOOPBACK, "port": self.tcp_port}
                if one.tcp
                else {"serial": str(self.lines / f"{kit}-{one.name}")},
                "channels": [*one.channels],
                "period_s": PERIOD_S,
            }
            for one in KITS.get(kit, SHARED)
        ]

    def _played(self, kit: str, one: Instrument) -> dict[str, Any]:
        name = f"{kit}-{one.name}"
        recordings = ROOT / "deploy" / "recordings"
        return {
            "name": name,
            "profile": one.profile,
            "variant": one.variant,
            "place": {"port": self.tcp_port} if one.tcp else {"serial": name},
            "sources": {
                channel: {**source, "kind": "recording", "file": str(recordings / source["file"])}
                for channel, source in one.channels.items()
            },
        }


class Gateway:
    """A kit's gateway: its state folder, the process that measures, and the one that only sends what is still there.

    `card` names the state folder where it is not the kit's own: a copy of its card.
    """

    def __init__(self, kit: str, folder: Path, player: Player, broker_port: int, card: str = "") -> None:
        self.kit = kit
        self.state = folder / (card or kit)
        self.shift_file = folder / f"{kit}-shift.json"
        self._folder = folder
        self._port = broker_port
        self.measuring = self._process(self.state.name, player.plugged_in(kit))
        self.sending = self._process(f"{self.state.name}-sending", [])

    async def enrol(self, office: RunningOffice) -> None:
        """As a person does it, with a token: for the first time, or again."""
        self.state.mkdir(mode=0o700, exist_ok=True)
        token = await office.token(self.kit)
        await asyncio.to_thread(enrol, token, self.state)

    def shift_clock(self, seconds: float, *, known: bool = True) -> None:
        """Move the UTC that this gateway sees."""
        fresh = self.shift_file.with_suffix(".new")
        fresh.write_text(json.dumps({"shift_s": seconds, "known": known}))
        fresh.replace(self.shift_file)

    def accounts(self) -> dict[str, int]:
        """What it counts itself; see gateway_agent.accounts."""
        try:
            found = json.loads((self.state / "state.json").read_text())
        except FileNotFoundError:
            return {}
        return {name: value for name, value in found.items() if isinstance(value, int)}

    def drained(self) -> bool:
        """Whether all that it ever sampled is sealed, and the server told it that it has it."""
        now = self.accounts()
        return now.get("sampled", 0) > 0 and now["sampled"] == now["sealed"] == now["committed"]

    async def reached(self, count: str, number: int) -> None:
        """Wait until `sampled`, `sealed` or `committed` is so high. AssertionError after a minute."""
        what = f"{self.kit}: {number} {count}"
        await eventually(lambda: self.accounts().get(count, 0) >= number, REACH_S, what)

    def _process(self, name: str, instruments: list[dict[str, Any]]) -> Service:
        settings = {
            "gateway": self.kit,
            "state_dir": str(self.state),
            "instruments": instruments,
            "seal": {"interval_s": SEAL_S},
            "clock": {"source": "host", "host_bound_s": 0.1, "shift_file": str(self.shift_file)},
            "broker": {"host": LOOPBACK, "port": self._port, "keepalive_s": 5},
            "uplink": {"progress_s": 2.0, "progress_max_s": 4.0, "status_s": 2.0},
        }
        return Service("gateway", settings, self._folder, instance=name)
