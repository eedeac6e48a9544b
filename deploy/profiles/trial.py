"""`antoan profile try`: talk to a real instrument through the gateway's own drivers, and say in words what came."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from deploy.profiles.cures import cure
from deploy.profiles.wordorder import ORDERS, Readings, four_readings
from firmware_profiles.qualities import quality_of
from firmware_profiles.schema import ModbusInterface
from gateway_agent.drivers.base import DriverError, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.modbus import ModbusDriver
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import Channel, Profile
    from gateway_agent.drivers.base import Driver, Identity, Sample
    from gateway_agent.drivers.settings import InstrumentSettings

_WORDS = {
    Quality.OK: "good",
    Quality.WARMING_UP: "not ready yet",
    Quality.OUT_OF_RANGE: "under its measuring range",
    Quality.SATURATED: "over its measuring range: a lower bound",
    Quality.STUCK: "does not move",
    Quality.SENSOR_FAULT: "the sensor is faulty",
    Quality.COMMS_FAULT: "no answer",
    Quality.UNDER_CHECK: "under check or calibration",
    Quality.UNCALIBRATED: "calibration or maintenance is due",
    Quality.INHIBITED: "inhibited",
    Quality.INVALID: "the instrument has no value",
}


@dataclass(slots=True)
class Trial:
    """What was found out. `good`: at least one sample came and none was an error."""

    identity: Identity | None = None
    samples: list[Sequence[Sample]] = field(default_factory=list)
    errors: list[DriverError] = field(default_factory=list)
    orders: list[Readings] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the instrument can be used like this."""
        return bool(self.samples) and not self.errors


async def try_instrument(settings: InstrumentSettings, times: int, pause_s: float | None) -> tuple[Profile, Trial]:
    """Ask the instrument `times` times, as the gateway would. Raises Misconfigured when profile and wire do not fit."""
    driver = build_drivers([settings], boot_clock_us)[0]
    trial = Trial()
    try:
        for number in range(times):
            if number:
                await asyncio.sleep(driver.period_s if pause_s is None else pause_s)
            await _once(driver, trial)
        if trial.samples and isinstance(driver, ModbusDriver):
            trial.orders = await _orders(driver)
    except DriverError as error:
        trial.errors.append(error)
    finally:
        await driver.close()
    return driver.profile, trial


async def _once(driver: Driver, trial: Trial) -> None:
    try:
        trial.samples.append(await driver.sample())
    except DriverError as error:
        trial.errors.append(error)
    trial.identity = driver.identity or trial.identity


async def _orders(driver: ModbusDriver) -> list[Readings]:
    found: list[Readings] = []
    for interface in driver.profile.interfaces.values():
        if isinstance(interface, ModbusInterface):
            for block in interface.blocks:
                data = await driver.registers(block)
                found += four_readings(interface, driver.profile.channels, block.address, data)
            break
    return found


def told(profile: Profile, settings: InstrumentSettings, trial: Trial) -> list[str]:
    """The trial in sentences, for a person who stands before the instrument."""
    lines = [f"{profile.maker} {profile.model} ({profile.id}), asked {_where(settings)}", *_who(trial)]
    for number, samples in enumerate(trial.samples, 1):
        lines.append(f"sample {number}:")
        lines += [f"  {_sample(profile, sample)}" for sample in samples]
    lines += [line for readings in trial.orders for line in _side_by_side(readings)]
    for error in trial.errors:
        lines += [f"no reading: {error} ({error.kind})", f"  {cure(error.kind, str(error))}"]
    lines += [f"not confirmed: {fact}" for fact in profile.provenance.unverified]
    lines.append("It can be used like this." if trial.good else "It cannot be used like this yet.")
    return lines


def _where(settings: InstrumentSettings) -> str:
    place = settings.connection.model_dump(exclude_none=True)
    said = ", ".join(f"{key} {value}" for key, value in place.items())
    return said if settings.address is None else f"{said}, address {settings.address}"


def _who(trial: Trial) -> list[str]:
    identity = trial.identity
    if identity is None:
        return ["It has not said who it is."]
    known = [f"serial number {identity.serial_number}"] if identity.serial_number else []
    known += [f"firmware {identity.firmware}"] if identity.firmware else []
    return [f"It answers as {identity.maker} {identity.model}, {', '.join(known) or 'without a serial number'}."]


def _sample(profile: Profile, sample: Sample) -> str:
    channel = profile.channels[sample.channel]
    word = _WORDS.get(sample.quality, sample.quality.word)
    value = "no value" if sample.value is None else f"{_physical(channel, sample.value)} {channel.shown_unit}".rstrip()
    reasons = [] if sample.quality is Quality.OK else _reasons(profile, sample)
    return f"{sample.channel}: {value}, {word}" + (f" ({' Or: '.join(reasons)})" if reasons else "")


def _physical(channel: Channel, value: int) -> str:
    """The number without zeros behind its last digit."""
    return f"{Decimal(value).scaleb(channel.exponent).normalize():f}"


def _reasons(profile: Profile, sample: Sample) -> list[str]:
    """What the profile knows about this doubt."""
    return [
        rule.message
        for rule in profile.rules
        if rule.quality is not None
        and rule.message
        and quality_of(rule.quality) is sample.quality
        and (not rule.channels or sample.channel in rule.channels)
    ]


def _side_by_side(readings: Readings) -> list[str]:
    shown = "   ".join(
        f"{order} {readings.values[order]:.6g}{' *' if order == readings.declared else ''}" for order in ORDERS
    )
    return [
        f"{readings.field}: bytes {readings.data.hex(' ').upper()} read in each word order (* as the profile says):",
        f"  {shown}",
        f"  {readings.verdict}",
    ]
