"""What the gateway's tests share: an instrument that needs no line, an identity without files, a clock to turn, a small server."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from firmware_profiles.loader import load
from gateway_agent.clock import BOOT_ID_FILE, UtcReading
from gateway_agent.drivers.base import Identity as InstrumentIdentity
from gateway_agent.drivers.base import Sample, boot_clock_us
from gateway_agent.drivers.settings import InstrumentSettings, TcpConnection
from telemetry import topics
from telemetry.cose import SigningKey
from telemetry.link import ClockSource
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firmware_profiles.schema import Channel
    from gateway_agent.enrol import Identity

GATEWAY = "kit00000001"
SEALING_KEY = SigningKey(bytes(range(32)))
SERVER_KEY = SigningKey(bytes(range(32, 64)))
GENESIS = bytes(32)


@dataclass
class PlainIdentity:
    """An enrolled gateway on a broker without TLS."""

    state_dir: Path
    broker_port: int = 1
    epoch: int = 1
    digest: bytes = GENESIS
    gateway: str = GATEWAY
    broker_host: str = "127.0.0.1"
    sealing_key: SigningKey = SEALING_KEY
    server_key: Any = SERVER_KEY.public

    def tls_context(self) -> None:
        return None


def identity(folder: Path, **given: object) -> Identity:
    return cast("Identity", PlainIdentity(folder, **given))  # type: ignore[arg-type]


class TurnedClock:
    """Boot time that runs as the machine's, UTC as a test turns it."""

    def __init__(self, boot: bytes = b"b" * 16) -> None:
        self.boot_id = boot
        self.utc_offset_us = 1_790_000_000_000_000
        self.source = ClockSource.NTP

    def boot_us(self) -> int:
        return boot_clock_us()

    def look(self) -> UtcReading:
        now = self.boot_us()
        return UtcReading(now, now + self.utc_offset_us, self.source, 1000)


@dataclass
class Meter:
    """An instrument that answers at once: value n at its n-th sample, on every channel of a real profile."""

    settings: InstrumentSettings
    period_s: float = 0.05
    answers: Any = None
    identity: InstrumentIdentity | None = None
    count: int = 0
    profile_digest: bytes = b"p" * 32
    closed: bool = False
    delay_s: float = 0.0
    ledger: Path | None = None
    """Where every sample is noted as it is handed over, for those who kill the process."""
    profile: Any = field(default_factory=lambda: load("generic.rs485_noise").profile)

    @property
    def channels(self) -> Mapping[str, Channel]:
        return {name: channel for name, channel in self.profile.channels.items() if channel.role == "reading"}

    async def identify(self) -> InstrumentIdentity:
        return InstrumentIdentity()

    async def sample(self) -> list[Sample]:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if isinstance(self.answers, Exception):
            raise self.answers
        self.count += 1
        value, now_us = self.answers if isinstance(self.answers, int) else self.count, boot_clock_us()
        if self.ledger is not None:
            with self.ledger.open("ab", buffering=0) as file:
                file.write(f"{now_us} {value}\n".encode())
        return [Sample(name, value, Quality.OK, now_us) for name in self.channels]

    async def close(self) -> None:
        self.closed = True


def meter(name: str = "noise1", **given: Any) -> Meter:  # noqa: ANN401  (fields of Meter)
    settings = InstrumentSettings(name=name, profile="generic.rs485_noise", connection=TcpConnection(host="127.0.0.1"))
    return Meter(settings, **given)


def topic(leaf: topics.Leaf) -> str:
    return topics.topic(GATEWAY, leaf)


async def until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until condition() holds; the test fails by TimeoutError when it does not."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the condition did not come true")
        await asyncio.sleep(0.01)


def machine_boot() -> bytes:
    """The machine's own boot id: the same for every process that a test kills and starts."""
    return bytes.fromhex(BOOT_ID_FILE.read_text().strip().replace("-", ""))


def write(root: Path, name: str, text: str) -> None:
    """A file of a machine that a test makes up."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
