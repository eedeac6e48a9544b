"""What is wrong with a kit, in words, each with its cure: ports, permissions, clock, disk, power, broker, certificate.

Every check looks and changes nothing; none needs the gateway to be stopped. `Machine.root` lets tests bring a machine of their own.
"""

from __future__ import annotations

import os
import shutil
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway_agent.board import SPENT, WORN_FROM, low_voltage, wear, wear_words
from gateway_agent.clock import kernel_discipline, set_by_rtc
from gateway_agent.control import SOCKET, NotRunning, order
from gateway_agent.enrol import load_identity
from gateway_agent.enrol_errors import EnrolmentError
from gateway_agent.enrol_files import CERTIFICATE
from gateway_agent.enrol_tls import validity_s
from gateway_agent.power import THROTTLED, read_bits, states
from gateway_agent.reaching import certificate_refused, connect, why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway_agent.settings import GatewaySettings

FREE_MIB: Final = 512
"""Beside the spool's bound: logs, upgrades, and what SQLite writes before it is taken over."""
DAY_S: Final = 86_400


class State(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `cure` is empty where nothing is to be done."""

    what: str
    state: State
    seen: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look."""

    root: Path = Path("/")
    discipline: Callable[[], tuple[bool, int]] = kernel_discipline
    now_s: Callable[[], float] = time.time

    def path(self, name: str) -> Path:
        """A path of the machine."""
        return self.root / name.lstrip("/")


def examine(settings: GatewaySettings, machine: Machine | None = None) -> list[Finding]:
    """Look at everything."""
    at = machine or Machine()
    return [
        *_running(settings),
        *_ports(settings, at),
        *_outputs(settings, at),
        *_clock(settings, at),
        *_disk(settings),
        *_wear(at),
        *_power(at),
        *_enrolled(settings, at),
    ]


def _running(settings: GatewaySettings) -> Iterator[Finding]:
    try:
        state = order(settings.volatile_dir / SOCKET, "state")
    except NotRunning:
        yield Finding(
            "gateway", State.WARNING, "does not run, or not for this user",
            "sudo systemctl start antoan-gateway; then look again as its user",
        )  # fmt: skip
        return
    yield Finding("gateway", State.GOOD, f"runs, {len(state['instruments'])} instruments")
    for fault in state.get("faults", ()):
        yield Finding(
            "gateway", State.BAD, str(fault), "look at the plug and the power of what is named, then wait a minute"
        )


def _ports(settings: GatewaySettings, machine: Machine) -> Iterator[Finding]:
    for instrument in settings.instruments:
        port = getattr(instrument.connection, "serial", None)
        if port is not None:
            yield _device(f"port of {instrument.name}", machine.path(port), "dialout")
        bus = getattr(instrument.connection, "i2c", None)
        if bus is not None:
            yield _device(f"bus of {instrument.name}", machine.path(bus), "i2c")
        host = getattr(instrument.connection, "host", None)
        if host is not None:
            yield _host(instrument.name, host, getattr(instrument.connection, "port", None))


def _outputs(settings: GatewaySettings, machine: Machine) -> Iterator[Finding]:
    for chip in dict.fromkeys(line.chip for line in settings.output.lines):
        yield _device("outputs", machine.path(chip), "gpio")


def _device(what: str, path: Path, group: str) -> Finding:
    if not path.exists():
        there = sorted(found.name for found in path.parent.glob("*"))[:5] if path.parent.is_dir() else []
        seen = f"{path} is not there" + (f"; there are {', '.join(there)}" if there else "")
        return Finding(what, State.BAD, seen, "plug it in, or correct the path in the settings")
    if not os.access(path, os.R_OK | os.W_OK):
        return Finding(
            what, State.BAD, f"{path} may not be opened", f"sudo usermod -aG {group} antoan-gateway, restart it"
        )
    return Finding(what, State.GOOD, f"{path} is there")


def _host(name: str, host: str, port: int | None) -> Finding:
    if port is None:
        return Finding(f"host of {name}", State.GOOD, f"{host} (the profile's port is asked by the gateway)")
    try:
        connect(host, port).close()
    except OSError as error:
        seen, cure = why(error)
        return Finding(f"host of {name}", State.BAD, f"{host}:{port}: {seen}", cure)
    return Finding(f"host of {name}", State.GOOD, f"{host}:{port} accepts connections")


def _clock(settings: GatewaySettings, machine: Machine) -> Iterator[Finding]:
    if settings.clock.source != "kernel":
        yield Finding("clock", State.GOOD, f"by the settings: {settings.clock.source}")
        return
    has_rtc = any(machine.path("/sys/class/rtc").glob("rtc*"))
    try:
        disciplined, bound_us = machine.discipline()
    except OSError:
        yield Finding(
            "clock", State.BAD, "the kernel does not say whether it is disciplined", "allow adjtimex in the unit"
        )
        return
    if disciplined:
        yield Finding("clock", State.GOOD, f"disciplined, within {bound_us / 1000:.0f} ms")
    elif settings.clock.rtc_bound_s is not None and set_by_rtc(machine.path("/sys/class/rtc")):
        yield Finding("clock", State.GOOD, f"from the battery-backed clock, within {settings.clock.rtc_bound_s:g} s")
    else:
        yield Finding(
            "clock", State.WARNING, "nobody vouches for it: readings wait for their time",
            "connect to the network until chrony has synchronised, or give the kit a GNSS receiver",
        )  # fmt: skip
    if not has_rtc:
        yield Finding(
            "battery-backed clock", State.WARNING, "there is none",
            "fit a DS3231 (dtoverlay=i2c-rtc,ds3231) and set clock.rtc_bound_s",
        )  # fmt: skip


def _disk(settings: GatewaySettings) -> Iterator[Finding]:
    folder = settings.state_dir
    if not folder.is_dir():
        yield Finding("disk", State.BAD, f"{folder} is not there", "sudo ./antoan gateway install")
        return
    if not os.access(folder, os.W_OK):
        yield Finding(
            "disk", State.BAD, f"{folder} may not be written", "run this as the gateway's user, or mend its owner"
        )
        return
    free_mib = shutil.disk_usage(folder).free >> 20
    spool = folder / "spool.db"
    used_mib = spool.stat().st_size >> 20 if spool.exists() else 0
    wanted_mib = settings.spool.max_mib - used_mib + FREE_MIB
    if free_mib < wanted_mib:
        yield Finding(
            "disk", State.WARNING, f"{free_mib} MiB free, the spool may want {wanted_mib}",
            "lower spool.max_mib or fit a larger card",
        )  # fmt: skip
    else:
        yield Finding("disk", State.GOOD, f"{free_mib} MiB free, spool {used_mib} of {settings.spool.max_mib} MiB")
    for damaged in sorted(folder.glob("spool.db.damaged-*")):
        yield Finding(
            "disk", State.WARNING, f"{damaged.name}: a damaged spool was set aside", "keep it; fit a new card"
        )


def _wear(machine: Machine) -> Iterator[Finding]:
    for name, steps in wear(machine.root):
        state = State.BAD if steps >= SPENT else State.WARNING if steps >= WORN_FROM else State.GOOD
        yield Finding(
            "wear",
            state,
            f"{name}: {wear_words(steps)}",
            "" if state is State.GOOD else "copy the spool, fit a new card",
        )


def _power(machine: Machine) -> Iterator[Finding]:
    bits = read_bits(machine.path(str(THROTTLED)))
    alarm = low_voltage(machine.root)
    if bits is None and alarm is False:  # the sensor's alarm is not kept since boot, as the firmware's bits are
        yield Finding("power", State.GOOD, "no undervoltage now; this kernel does not say what was since boot")
        return
    if bits is None and alarm:
        bits = 0x1_0000
    if bits is None:
        yield Finding("power", State.GOOD, "this machine does not report its supply")
        return
    now, since = states(bits)
    cure = "use the 5.1 V supply made for the Pi and a short cable; power instruments by a hub of their own"
    if now:
        yield Finding("power", State.BAD, f"now: {', '.join(now)}", cure)
    elif since:
        yield Finding("power", State.WARNING, f"since boot: {', '.join(since)}", cure)
    else:
        yield Finding("power", State.GOOD, "no undervoltage since boot")


def _enrolled(settings: GatewaySettings, machine: Machine) -> Iterator[Finding]:
    try:
        identity = load_identity(settings.state_dir)
        begin_s, end_s = validity_s(settings.state_dir / CERTIFICATE)
    except (EnrolmentError, OSError) as error:
        yield Finding("enrolment", State.BAD, str(error), f"./antoan gateway enrol --state {settings.state_dir}")
        return
    yield Finding("enrolment", State.GOOD, f"{identity.gateway}, epoch {identity.epoch}")
    yield _certificate(begin_s, end_s, machine.now_s())
    host, port = settings.broker.host or identity.broker_host, settings.broker.port or identity.broker_port
    yield broker(host, port, identity.tls_context)


def _certificate(begin_s: float, end_s: float, now_s: float) -> Finding:
    if now_s < begin_s:
        return Finding("certificate", State.WARNING, "not valid yet: the clock is behind", "see clock")
    days = (end_s - now_s) / DAY_S
    if days < 0:
        return Finding(
            "certificate", State.WARNING, f"ended {-days:.0f} days ago",
            "connect the kit: it renews it by its sealing key; else enrol it again",
        )  # fmt: skip
    return Finding("certificate", State.GOOD, f"valid for {days:.0f} days")


def broker(host: str, port: int, context: Callable[[], ssl.SSLContext]) -> Finding:
    """Whether the broker can be reached, is ours, and takes this kit's certificate."""
    connected = False
    try:
        with connect(host, port) as plain:
            connected = True
            with context().wrap_socket(plain, server_hostname=host) as secured:
                if certificate_refused(secured):
                    cure = "it is revoked or ended: ask the administrator, then enrol the kit again"
                    return Finding("broker", State.BAD, f"{host}:{port} refuses this kit's certificate", cure)
                return Finding("broker", State.GOOD, f"{host}:{port} speaks {secured.version()}")
    except ssl.SSLCertVerificationError as error:
        cure = "the server's certificate or this kit's clock is wrong: see clock, then ask the administrator"
        return Finding("broker", State.BAD, f"{host}:{port}: {error.verify_message}", cure)
    except EnrolmentError as error:
        return Finding("broker", State.BAD, str(error), "enrol the kit again")
    except OSError as error:
        seen, cure = why(error, connected=connected)
        return Finding("broker", State.WARNING, f"{host}:{port}: {seen}", f"{cure}; the spool keeps all meanwhile")
