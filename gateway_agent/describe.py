"""What stands in a descriptor for each channel of an instrument: from its profile, its settings and what it said of itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.scale import scaled
from gateway_agent.channels import ChannelIdentity
from telemetry.descriptor import Certificate, ChannelModel, Instrument, Range

if TYPE_CHECKING:
    from firmware_profiles.schema import Channel
    from gateway_agent.drivers.base import Driver


def serial_of(driver: Driver) -> str:
    """The serial number: what the instrument said, else what stands on its plate by the settings, else empty."""
    said = driver.identity.serial_number if driver.identity is not None else ""
    return said or driver.settings.serial_number


def identity_of(driver: Driver, name: str) -> ChannelIdentity:
    """What makes this channel the same one."""
    channel = driver.channels[name]
    return ChannelIdentity(
        instrument=driver.settings.name,
        profile=driver.profile.id,
        name=name,
        unit=channel.unit,
        exponent=channel.exponent,
        serial=serial_of(driver),
    )


def describe(driver: Driver, name: str) -> ChannelModel:
    """The descriptor of one channel."""
    channel = driver.channels[name]
    settings, profile, said = driver.settings, driver.profile, driver.identity
    return ChannelModel(
        name=name,
        quantity=channel.quantity,
        unit=channel.unit,
        exponent=channel.exponent,
        instrument=Instrument(
            maker=(said.maker if said else "") or profile.maker,
            model=(said.model if said else "") or profile.model,
            serial=serial_of(driver),
        ),
        profile=profile.id,
        profile_digest=driver.profile_digest,
        period_us=round(driver.period_s * 1_000_000),
        range=_range(channel),
        verification=None,
        calibration=None if settings.calibrated_on is None else Certificate(date=settings.calibrated_on.isoformat()),
    )


def _range(channel: Channel) -> Range | None:
    """The measuring range in scaled integers; None where the profile does not give both ends."""
    limits = channel.range
    if limits is None or limits.low is None or limits.high is None:
        return None
    return Range(low=scaled(limits.low, channel.exponent), high=-scaled(-limits.high, channel.exponent))
