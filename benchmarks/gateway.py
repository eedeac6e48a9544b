"""What a gateway costs the Raspberry Pi it runs on: processor, memory, card; and how fast a month without network is made good.

Steady: 30 Modbus channels of ten instruments on two serial lines at 1 Hz, sealed every 5 s, spooled and sent over TLS to a real
broker, ingest and database, which run beside it; only the gateway's own process is measured, by the kernel's count of it.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks._gateway_backlog import drained_in_s
from benchmarks._gateway_platform import Player, platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks._gateway_platform import Platform
    from deploy.stack.service import Service

ROUNDS: Final = 5
ROUND_S: Final = 30.0
WARM_S: Final = 30.0
"""Until instruments are identified, the connection stands and what was only needed for the start is gone."""
READINGS: Final = 300
DAY_S: Final = 86_400


def run(report_progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure; the results in the format of `./antoan bench`."""
    with platform() as running:
        cpu, memory, written, spooled = steady(running, report_progress)
    with platform() as running:
        report_progress("gateway: sealing a month of 10 s entries of 30 channels at 1 Hz")
        drained = [drained_in_s(running, report_progress)]
    return [
        _result("gateway.cpu_percent", "% of one core", 3, cpu),
        _result("gateway.memory_mib", "MiB resident", 64, memory),
        _result("gateway.backlog_drain_s", "s for a month, committed", 60, drained),
        _result("gateway.written_mib_per_day", "MiB a day handed to the card", None, written),
        _result("gateway.spool_mib_per_day", "MiB a day that the spool grows by", None, spooled),
    ]


def steady(running: Platform, report_progress: Callable[[str], None]) -> tuple[list[float], ...]:
    """Rounds of (CPU percent, MiB resident, MiB written a day, MiB spooled a day)."""
    player = Player(running.folder)
    player.plug_in()
    gateway = running.gateway(player.instruments())
    try:
        for _ in range(2):  # the first start compiles, as an installation does
            gateway.start()
            asyncio.run(gateway.until())
            _committed(running, READINGS)
            if _ == 0:
                gateway.stop()
        time.sleep(WARM_S)
        rounds = []
        for number in range(ROUNDS):
            report_progress(f"gateway: round {number + 1} of {ROUNDS}, steady")
            rounds.append(_round(running, gateway))
            report_progress("gateway: {:.2f} % of a core, {:.1f} MiB".format(*rounds[-1]))
    finally:
        gateway.stop()
        player.stop()
    return tuple(list(values) for values in zip(*rounds, strict=True))


def _round(running: Platform, gateway: Service) -> tuple[float, float, float, float]:
    before, began = _used(gateway.pid), time.monotonic()
    spool, sampled = running.account()["spool_bytes"], running.account()["sampled"]
    time.sleep(ROUND_S)
    after, took_s = _used(gateway.pid), time.monotonic() - began
    now = running.account()
    if now["sampled"] - sampled < 0.9 * READINGS * ROUND_S / 10:
        raise RuntimeError(f"{now['sampled'] - sampled} readings in {took_s:.0f} s: the gateway does not keep up")
    a_day = DAY_S / took_s / (1 << 20)
    return (
        100 * (after[0] - before[0]) / took_s,
        _resident_mib(gateway.pid),
        (after[1] - before[1]) * a_day,
        (now["spool_bytes"] - spool) * a_day,
    )


def _used(pid: int) -> tuple[float, int]:
    """(CPU seconds, bytes handed to the disk) of a process so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(io["write_bytes"])


def _resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))


def _committed(running: Platform, readings: int) -> None:
    end = time.monotonic() + 60
    while running.account().get("committed", 0) < readings:
        if time.monotonic() > end:
            raise TimeoutError(f"no {readings} readings committed within a minute: {running.account()}")
        time.sleep(0.1)


def _result(name: str, unit: str, bar: float | None, rounds: list[float]) -> dict[str, Any]:
    shown = [round(value, 3) for value in rounds]
    return {"name": name, "value": statistics.median(shown), "unit": unit, "bar": bar, "rounds": shown}
