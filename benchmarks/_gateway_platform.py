"""The whole platform around one gateway: database, broker with TLS, ingest, enrolment; and ten Modbus instruments to read.

The gateway is enrolled by a token over HTTPS and runs as `./antoan gateway run` does on a kit; everything else is what it talks to.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import Encoding

from api.enrolment.authority_files import open_authority, open_server_key
from api.enrolment.service import serving
from api.enrolment.settings import EnrolmentSettings
from deploy.stack.broker_files import BrokerPlace, broker_files, service_passwords
from deploy.stack.debian import SERVER, ensure
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import LOOPBACK, free_ports
from deploy.stack.postgres import Postgres
from deploy.stack.process import Child
from deploy.stack.provision import login, provide, superuser
from deploy.stack.service import ROOT, Service, own_environment
from gateway_agent.enrol import enrol
from store.connection import connect, pool
from store.enrolment_tokens import TokenOffice, issue_token
from store.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.connection import DatabaseSettings

DATABASE: Final = "antoan_bench"
GATEWAY: Final = "kitdophong01"
LINES: Final = 2
INSTRUMENTS: Final = 10
CHANNELS: Final = ("sound_level", "temperature", "co2")
"""Of each instrument: 30 channels in all."""
PROFILE: Final = "wirenboard.wb_msw_v4"
_SOURCES: Final = {
    "sound_level": ("sound_level_1s.csv", "LAeq_1s_dB", 1),
    "temperature": ("room_climate_1min.csv", "temperature_degC", 60),
    "co2": ("room_climate_1min.csv", "co2_ppm", 60),
}


@dataclass
class Platform:
    """What is running, and where."""

    folder: Path
    database: Postgres
    broker: Mosquitto
    gateways_port: int
    ingest: Service

    @property
    def state(self) -> Path:
        """The gateway's state folder."""
        return self.folder / GATEWAY

    @property
    def volatile(self) -> Path:
        """What stands in /run on a kit: in memory, gone when the benchmark ends."""
        return Path("/dev/shm") / self.folder.name  # noqa: S108  (its name is as random as the folder's)

    def login(self, role: str) -> DatabaseSettings:
        """How a role reaches the database."""
        return login(superuser(self.database), self.folder / "passwords", role, DATABASE)

    def gateway(self, instruments: list[dict[str, Any]], **settings: object) -> Service:
        """The gateway's process, as on a kit: with the caches of compiled code that an installation has."""
        self.volatile.mkdir(exist_ok=True)
        given = {
            "gateway": GATEWAY,
            "state_dir": str(self.state),
            "run_dir": str(self.volatile),
            "instruments": instruments,
            "clock": {"source": "host", "host_bound_s": 0.1},
            "broker": {"host": LOOPBACK, "port": self.gateways_port},
            **settings,
        }
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(self.folder / "compiled")}
        return Service("gateway", given, self.folder, environment=compiled)

    def account(self) -> dict[str, Any]:
        """What the gateway counts; empty before its first state."""
        try:
            found: dict[str, Any] = json.loads((self.volatile / "state.json").read_text())
        except FileNotFoundError:
            return {}
        return found


class Player(Child):
    """The process that plays the instruments, on serial lines that several of them share."""

    def __init__(self, folder: Path) -> None:
        self.lines = folder / "lines"
        played = [
            {
                "name": f"room{number}",
                "profile": PROFILE,
                "place": {"serial": f"line{number % LINES}"},
                "address": number + 1,
                "sources": {channel: _source(channel, number) for channel in CHANNELS},
                "stated": {"serial": 1000 + number},
            }
            for number in range(INSTRUMENTS)
        ]
        file = folder / "player.yaml"
        file.write_text(json.dumps({"ports": str(self.lines), "instruments": played}))
        command: list[str | Path] = [sys.executable, "-m", "deploy.simulate", file]
        super().__init__(command, folder / "player.log", environment=own_environment(), folder=ROOT)

    def plug_in(self) -> None:
        """Start, and wait until every instrument answers."""
        self.start()
        self.await_true((self.lines / "control.sock").exists, 30, "the player")

    def instruments(self) -> list[dict[str, Any]]:
        """For the gateway's settings."""
        return [
            {
                "name": f"room{number}",
                "profile": PROFILE,
                "connection": {"serial": str(self.lines / f"line{number % LINES}")},
                "address": number + 1,
                "channels": list(CHANNELS),
                "period_s": 1.0,
            }
            for number in range(INSTRUMENTS)
        ]


def _source(channel: str, number: int) -> dict[str, Any]:
    file, column, interval_s = _SOURCES[channel]
    path = ROOT / "deploy" / "recordings" / file
    return {
        "kind": "recording",
        "file": str(path),
        "column": column,
        "interval_s": interval_s,
        "from_row": 600 * number,
    }


@contextmanager
def platform(**ingest: object) -> Iterator[Platform]:
    """Everything up and the gateway enrolled; gone afterwards. `ingest` are further settings of ingest."""
    packages = ensure(SERVER)
    folder = Path(tempfile.mkdtemp(prefix="antoan-gateway-"))
    folder.chmod(0o711)
    database = Postgres(packages, folder / "postgres")
    gateways_port, services_port = free_ports(2)
    broker = Mosquitto(packages, folder / "broker", [gateways_port, services_port])
    passwords = service_passwords(folder / "broker-passwords")
    place = BrokerPlace(broker.folder, gateways_port, services_port)
    broker.configure(broker_files(place, folder / "authority", passwords))
    open_server_key(folder / "authority")
    settings = {
        "broker": {
            "host": LOOPBACK,
            "port": services_port,
            "username": "ingest",
            "password_file": str(passwords["ingest"]),
        },
        "server_key_file": str(folder / "authority" / "server.key"),
        **ingest,
    }
    try:
        database.start()
        broker.start()
        asyncio.run(provide(superuser(database), folder / "passwords", DATABASE))
        owner = login(superuser(database), folder / "passwords", "antoan_owner", DATABASE)
        asyncio.run(migrate(owner))
        as_ingest = owner.model_copy(
            update={"user": "antoan_ingest", "password_file": folder / "passwords" / "antoan_ingest.password"}
        )
        running = Platform(
            folder,
            database,
            broker,
            gateways_port,
            Service("ingest", {"database": as_ingest.model_dump(mode="json"), **settings}, folder),
        )
        asyncio.run(_enrol(running))
        running.ingest.start()
        asyncio.run(running.ingest.until())
        yield running
    finally:
        if "running" in locals():
            running.ingest.stop()
            shutil.rmtree(running.volatile, ignore_errors=True)
        broker.stop()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _enrol(running: Platform) -> None:
    """By a token over HTTPS, as a person does it."""
    (port,) = free_ports(1)
    url = f"https://{LOOPBACK}:{port}"
    settings = EnrolmentSettings.model_validate({
        "host": LOOPBACK, "port": port, "url": url, "names": ["localhost"],
        "authority_dir": running.folder / "authority", "crl_file": running.folder / "revoked.pem",
        "broker_host": LOOPBACK, "broker_port": running.gateways_port,
    })  # fmt: skip
    owner = await connect(running.login("antoan_owner"), "bench")
    agency = await owner.fetchval("INSERT INTO agency (name) VALUES ('bench') RETURNING id")
    await owner.close()
    connections = await pool(running.login("antoan_api"), "bench", maximum=4)
    try:
        async with serving(settings, connections), connections.acquire() as connection:
            ca = open_authority(settings.authority_dir).certificate.public_bytes(Encoding.DER)
            office = TokenOffice(url, ca)
            token = await issue_token(connection, office, gateway=GATEWAY, agency=agency, now=datetime.now(UTC))
            running.state.mkdir(mode=0o700)
            await asyncio.to_thread(enrol, str(token), running.state)
    finally:
        await connections.close()
