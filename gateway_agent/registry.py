"""The channels of the kit as it is now: ids, descriptors, and whether they must be described anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway_agent.batch import MAX_CHANNELS
from gateway_agent.describe import describe, identity_of
from telemetry.limits import MESSAGE_BYTES
from telemetry.strict import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway_agent.channels import ChannelTable
    from gateway_agent.drivers.base import Driver
    from telemetry.content import ChannelDescriptor
    from telemetry.descriptor import ChannelModel

LEAF_BYTES = 48
"""A descriptor beside its body: channel, leaf, size."""


class Registry:
    """Channel ids by instrument."""

    def __init__(self, table: ChannelTable) -> None:
        self.table = table
        self._models: dict[str, dict[int, ChannelModel]] = {}
        self._ids: dict[str, dict[str, int]] = {}

    def enter(self, driver: Driver) -> bool:
        """(Re)describe an instrument, at start and when it has said who it is. True when that changed anything."""
        name = driver.settings.name
        ids = {channel: self.table.allocate(identity_of(driver, channel)) for channel in driver.channels}
        models = {ids[channel]: describe(driver, channel) for channel in driver.channels}
        changed = models != self._models.get(name)
        self._ids[name], self._models[name] = ids, models
        return changed

    def ids(self, driver: Driver) -> Mapping[str, int]:
        """Channel ids of an instrument by channel name."""
        return self._ids[driver.settings.name]

    def models(self) -> dict[int, ChannelModel]:
        """Every channel in use."""
        return {number: model for models in self._models.values() for number, model in models.items()}

    def descriptors(self) -> tuple[ChannelDescriptor, ...]:
        """The content of a descriptor entry. Raises SettingsError when it is more than one message holds."""
        contents = tuple(model.to_content(number) for number, model in sorted(self.models().items()))
        size = sum(len(content.body) + LEAF_BYTES for content in contents)
        if size > MESSAGE_BYTES - LEAF_BYTES * 16 or len(contents) > MAX_CHANNELS:
            raise SettingsError(
                f"instruments: {len(contents)} channels are more than one gateway can describe "
                f"({size} bytes of {MESSAGE_BYTES}); choose `channels` of the instruments, or use a second gateway"
            )
        return contents
