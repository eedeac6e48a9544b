"""Which rules read which channel: rules in force, selected by site, point, gateway, channel and quantity. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from alerts.engine import ChainRule, ChannelRule, ClockRule, TogetherRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.engine import Rule, Select
    from store.alerts_engine import DescribedChannel, Placement


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule in force."""

    rule: Rule
    version: int

    @property
    def key(self) -> str:
        """Names the version in the engine's memory: another version starts with an empty one."""
        return f"{self.rule.id}@{self.version}"


_Key = tuple[str, str | int]
_ALL: _Key = ("all", "")


@dataclass(frozen=True)
class RuleBook:
    """The rules in force and where every kit is now."""

    rules: tuple[RuleVersion, ...] = ()
    sites: dict[str, int] = field(default_factory=dict)
    points: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Sequence[RuleVersion], placements: Sequence[Placement]) -> RuleBook:
        """Arrange rules and placements for look-up."""
        points = {(p.gateway, p.channel): p.point for p in placements if p.channel is not None and p.point is not None}
        return cls(tuple(rules), {p.gateway: p.site for p in placements}, points)

    @cached_property
    def _by_place(self) -> dict[_Key, list[tuple[int, RuleVersion]]]:
        """Every rule under the narrowest word of its selection, with its place in the book."""
        index: dict[_Key, list[tuple[int, RuleVersion]]] = defaultdict(list)
        for place, version in enumerate(self.rules):
            index[_key(version.rule.select)].append((place, version))
        return index

    @cached_property
    def _by_name(self) -> dict[str, RuleVersion]:
        return {version.rule.id: version for version in self.rules}

    def for_channel(self, gateway: str, channel: DescribedChannel) -> Iterator[tuple[RuleVersion, ChannelRule]]:
        """The rules that read this channel of this gateway, in the order of the book."""
        for version in self._near(gateway, channel.quantity):
            rule = version.rule
            if isinstance(rule, ChannelRule) and self._selects(rule.select, gateway, channel):
                yield version, rule

    def joint_for_channel(
        self, gateway: str, channel: DescribedChannel
    ) -> Iterator[tuple[RuleVersion, TogetherRule, int]]:
        """The joint rules that this channel takes part in, with the number of the part."""
        for version in self._near(gateway, channel.quantity):
            rule = version.rule
            if isinstance(rule, TogetherRule) and self._selects(rule.select, gateway, channel):
                for number, part in enumerate(rule.parts):
                    if self._selects(part.select, gateway, channel):
                        yield version, rule, number

    def for_chain(self, gateway: str) -> Iterator[tuple[RuleVersion, ChainRule]]:
        """The chain rules that concern this gateway."""
        for version in self._near(gateway):
            rule = version.rule
            if isinstance(rule, ChainRule) and self._selects_kit(rule.select, gateway):
                yield version, rule

    def for_clock(self, gateway: str) -> Iterator[tuple[RuleVersion, ClockRule]]:
        """The clock rules that concern this gateway."""
        for version in self._near(gateway):
            rule = version.rule
            if isinstance(rule, ClockRule) and self._selects_kit(rule.select, gateway):
                yield version, rule

    def named(self, rule_id: str) -> RuleVersion | None:
        """The version in force of a rule, None when there is none."""
        return self._by_name.get(rule_id)

    def _near(self, gateway: str, quantity: str | None = None) -> list[RuleVersion]:
        """The rules that can concern the gateway, and the quantity where one is given."""
        keys: list[_Key] = [_ALL, ("gateway", gateway)]
        if gateway in self.sites:
            keys.append(("site", self.sites[gateway]))
        if quantity is not None:
            keys.append(("quantity", quantity))
        found = [pair for key in keys for pair in self._by_place.get(key, ())]
        return [version for _, version in sorted(found, key=lambda pair: pair[0])]

    def _selects(self, select: Select, gateway: str, channel: DescribedChannel) -> bool:
        if not self._selects_kit(select, gateway):
            return False
        if select.channel is not None and select.channel != channel.gateway_channel:
            return False
        if select.point is not None and self.points.get((gateway, channel.gateway_channel)) != select.point:
            return False
        return select.quantity is None or select.quantity == channel.quantity

    def _selects_kit(self, select: Select, gateway: str) -> bool:
        if select.gateway is not None and select.gateway != gateway:
            return False
        return select.site is None or self.sites.get(gateway) == select.site


def _key(select: Select) -> _Key:
    if select.gateway is not None:
        return "gateway", select.gateway
    if select.site is not None:
        return "site", select.site
    return _ALL if select.quantity is None else ("quantity", select.quantity)
