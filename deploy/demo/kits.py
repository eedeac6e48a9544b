"""The kits as processes: one player of all instruments, one gateway for each kit, enrolled by a token like any other."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from api.enrolment.authority_files import open_authority
from deploy.demo.story import KITS, Instrument, Kit, danger_rules
from deploy.simulate.control import order
from deploy.stack.process import Child
from deploy.stack.service import ROOT, Service, own_environment
from gateway_agent.enrol import enrol, load_identity
from gateway_agent.enrol_errors import NotEnrolledError
from store.connection import connect
from store.enrolment_tokens import TokenOffice, issue_token

if TYPE_CHECKING:
    from deploy.demo.folder import DemoFolder, Ports
    from deploy.demo.options import Pace
    from store.connection import DatabaseSettings

RECORDINGS = ROOT / "deploy" / "recordings"


def instrument_name(kit: Kit, instrument: Instrument) -> str:
    """The name of an instrument among those of all kits."""
    return f"{kit.gateway}-{instrument.name}"


class Player(Child):
    """The process that plays every instrument of every kit, and takes orders on a socket."""

    def __init__(self, folder: DemoFolder, ports: Ports, speed: float) -> None:
        self.ports = folder.path / "lines"
        file = folder.services / "player.yaml"
        detectors = iter(ports.detectors)
        places: dict[str, dict[str, Any]] = {}
        for kit in KITS:
            for instrument in kit.instruments:
                name = instrument_name(kit, instrument)
                places[name] = {"port": next(detectors)} if instrument.over == "tcp" else {"serial": name}
        settings = {
            "ports": str(self.ports),
            "speed": speed,
            "instruments": [
                _played(kit, instrument, places[instrument_name(kit, instrument)])
                for kit in KITS
                for instrument in kit.instruments
            ],
        }
        file.write_text(json.dumps(settings, indent=1) + "\n")
        self.places = places
        super().__init__(
            [sys.executable, "-m", "deploy.simulate", file],
            folder.services / "player.log",
            environment=own_environment(),
            folder=ROOT,
        )

    def connection(self, name: str) -> dict[str, Any]:
        """The `connection` of an instrument in its gateway's settings."""
        place = self.places[name]
        if "port" in place:
            return {"host": "127.0.0.1", "port": place["port"]}
        return {"serial": str(self.ports / name)}

    def ready(self) -> bool:
        """Whether every instrument is plugged in."""
        return (self.ports / "control.sock").exists()

    async def set(self, kit: Kit, instrument: Instrument, channel: str, value: str, over_s: float = 0.0) -> None:
        """Drive a channel to a value, away from its recording."""
        words = {"do": "set", "instrument": instrument_name(kit, instrument), "channel": channel, "value": value}
        await order(self.ports / "control.sock", **words, over_s=over_s)


def gateway(
    folder: DemoFolder, player: Player, kit: Kit, broker: tuple[str, int], pace: Pace, *, measuring: bool = True
) -> Service:
    """The gateway of a kit. Without `measuring` it only sends what it still has."""
    clock: dict[str, Any] = {"source": "host", "host_bound_s": 0.1}
    if pace.shifted_clocks:
        clock["shift_file"] = str(clock_file(folder, kit))
    instruments = [_plugged_in(kit, instrument, player, pace.period_s) for instrument in kit.instruments]
    settings = {
        "gateway": kit.gateway,
        "state_dir": str(folder.kit(kit.gateway)),
        "instruments": instruments if measuring else [],
        "seal": {"interval_s": pace.seal_s},
        "clock": clock,
        "broker": {"host": broker[0], "port": broker[1]},
        "uplink": {"progress_s": 5.0, "status_s": 5.0},
        "alarms": danger_rules(kit) if measuring else [],
        "output": {"command": ["tee", "--append", str(siren(folder, kit))]},
    }
    return Service("gateway", settings, folder.services, instance=f"gateway-{kit.gateway}")


def siren(folder: DemoFolder, kit: Kit) -> Path:
    """The file that stands for the kit's siren: every change of an edge alarm, as JSON."""
    return folder.services / f"siren-{kit.gateway}.jsonl"


def clock_file(folder: DemoFolder, kit: Kit) -> Path:
    """The file that shifts a kit's clock, where the pace asks for it."""
    return folder.services / f"clock-{kit.gateway}.json"


def accounts(folder: DemoFolder, kit: Kit) -> dict[str, Any]:
    """What the gateway counts: sampled, sealed, committed, lost …; empty before its first state."""
    try:
        found = json.loads((folder.kit(kit.gateway) / "state.json").read_text())
    except FileNotFoundError:
        return {}
    return dict(found)


async def enrol_kits(folder: DemoFolder, api: DatabaseSettings, authority: Path, url: str, agency: int) -> int:
    """Enrol the kits that are not yet, each with a token of its own over HTTPS. Returns how many were."""
    ca = open_authority(authority).certificate.public_bytes(Encoding.DER)
    connection = await connect(api, "antoan demo")
    enrolled = 0
    try:
        for kit in KITS:
            state = folder.kit(kit.gateway)
            if _is_enrolled(state):
                continue
            token = await issue_token(
                connection,
                TokenOffice(url, ca),
                gateway=kit.gateway,
                agency=agency,
                now=datetime.now(UTC),
                name=kit.name,
            )
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
            await asyncio.to_thread(enrol, str(token), state)
            enrolled += 1
    finally:
        await connection.close()
    return enrolled


def all_enrolled(folder: DemoFolder) -> bool:
    """Whether no kit needs a token."""
    return all(_is_enrolled(folder.kit(kit.gateway)) for kit in KITS)


def _is_enrolled(state: Path) -> bool:
    if not state.is_dir():
        return False
    try:
        load_identity(state)
    except NotEnrolledError:
        return False
    return True


def _played(kit: Kit, instrument: Instrument, place: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": instrument_name(kit, instrument),
        "profile": instrument.profile,
        "variant": instrument.variant,
        "place": place,
        "sources": {channel.name: channel.source(str(RECORDINGS)) for channel in instrument.channels},
    }


def _plugged_in(kit: Kit, instrument: Instrument, player: Player, period_s: float) -> dict[str, Any]:
    return {
        "name": instrument.name,
        "profile": instrument.profile,
        "variant": instrument.variant,
        "connection": player.connection(instrument_name(kit, instrument)),
        "serial_number": instrument.serial_number,
        "channels": [channel.name for channel in instrument.channels],
        "period_s": period_s,
    }
