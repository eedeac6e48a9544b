"""Reading taken → output set, on the gateway: its own service with journal, sealing and spool, and no network.

Thirty channels at 1 Hz, and one instrument that alternates between calm and danger twenty times a second. The output is
a program (as a siren's would be) that writes what it is told into a FIFO, where it is stamped on arrival; both stamps are of the
clock that readings carry.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks._percentiles import percentile
from firmware_profiles.loader import load
from gateway_agent.agent import serve
from gateway_agent.clock import SystemClock
from gateway_agent.drivers.base import Identity as InstrumentIdentity
from gateway_agent.drivers.base import Sample, boot_clock_us
from gateway_agent.drivers.settings import InstrumentSettings, TcpConnection
from gateway_agent.settings import ClockSettings, GatewaySettings
from telemetry.cose import SigningKey
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.schema import Channel
    from gateway_agent.enrol import Identity

GATEWAY = "bench0000001"
ALARMS = 200
ROUNDS = 3
PROFILE = "generic.rs485_noise"


@dataclass
class _Enrolled:
    """An enrolled gateway whose broker nobody answers for."""

    state_dir: Path
    gateway: str = GATEWAY
    epoch: int = 1
    digest: bytes = bytes(32)
    broker_host: str = "127.0.0.1"
    broker_port: int = 1
    sealing_key: SigningKey = field(default_factory=lambda: SigningKey(os.urandom(32)))
    server_key: Any = field(default_factory=lambda: SigningKey(os.urandom(32)).public)

    def tls_context(self) -> None:
        """No broker, no TLS."""


@dataclass
class _Meter:
    """An instrument that answers at once: always calm, or (`dangerous`) calm and danger in turn."""

    settings: InstrumentSettings
    period_s: float
    dangerous: bool = False
    count: int = 0
    identity: InstrumentIdentity | None = None
    profile_digest: bytes = bytes(32)
    profile: Any = field(default_factory=lambda: load(PROFILE).profile)

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Its readings, as the profile declares them."""
        return {name: channel for name, channel in self.profile.channels.items() if channel.role == "reading"}

    async def identify(self) -> InstrumentIdentity:
        """A new one."""
        return InstrumentIdentity()

    async def sample(self) -> list[Sample]:
        """One reading of each channel."""
        self.count += 1
        value = 1_000 if self.dangerous and self.count % 2 == 0 else 600
        return [Sample(name, value, Quality.OK, boot_clock_us()) for name in self.channels]

    async def close(self) -> None:
        """Nothing is open."""


def _meter(name: str, **given: Any) -> _Meter:  # noqa: ANN401  (fields of _Meter)
    connection = TcpConnection(host="127.0.0.1")
    return _Meter(InstrumentSettings(name=name, profile=PROFILE, connection=connection), **given)


def _settings(folder: Path, fifo: Path) -> GatewaySettings:
    channel = next(c for c in load(PROFILE).profile.channels.values() if c.role == "reading")
    rule = {
        "id": "bench-danger", "kind": "danger", "title": {"vi": "Thử", "en": "Test"}, "set_point": 90,
        "unit": channel.unit,
    }  # fmt: skip
    return GatewaySettings.model_validate(
        {
            "gateway": GATEWAY,
            "state_dir": folder,
            "alarms": [rule],
            "output": {"command": ["/bin/dd", f"of={fifo}", "status=none"]},
        }
    )


async def _measure(folder: Path) -> list[float]:
    """Latencies in ms of ALARMS changes of the output."""
    fifo = folder / "siren"
    os.mkfifo(fifo)
    descriptor = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    latencies: list[float] = []
    done = asyncio.Event()

    def arrived() -> None:
        now_us = boot_clock_us()
        lines = os.read(descriptor, 65_536).decode().replace("}{", "}\n{").splitlines()
        latencies.extend((now_us - json.loads(line)["t_us"]) / 1000 for line in lines)
        if len(latencies) >= ALARMS:
            done.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, arrived)
    meters = [_meter(f"calm{number}", period_s=1.0) for number in range(30)]
    meters.append(_meter("danger", period_s=0.05, dangerous=True))
    identity = cast("Identity", _Enrolled(folder))
    serving = asyncio.create_task(
        serve(_settings(folder, fifo), identity, SystemClock(ClockSettings(source="host")), meters)
    )
    waiting = asyncio.create_task(done.wait())
    try:
        async with asyncio.timeout(120):
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        serving.cancel()
        waiting.cancel()
        outcomes = await asyncio.gather(serving, waiting, return_exceptions=True)
    if not done.is_set():
        raise RuntimeError(f"the gateway ended before the alarms did: {outcomes[0]!r}")
    return latencies


def rounds() -> list[float]:
    """The 99th percentile in ms of each round."""
    found = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="antoan-bench-") as folder:
            found.append(percentile(asyncio.run(_measure(Path(folder))), 99))
    return found
