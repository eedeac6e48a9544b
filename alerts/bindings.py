"""Which rules read which channel: rules in force, selected by site, point, gateway, channel and quantity. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.engine import ChainRule, DangerRule, LevelRule, SilenceRule

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


@dataclass(frozen=True, slots=True)
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

    def for_channel(
        self, gateway: str, channel: DescribedChannel
    ) -> Iterator[tuple[RuleVersion, LevelRule | DangerRule | SilenceRule]]:
        """The rules that read this channel of this gateway."""
        for version in self.rules:
            rule = version.rule
            if isinstance(rule, ChainRule):
                continue
            if self._selects(rule.select, gateway, channel):
                yield version, rule

    def for_chain(self, gateway: str) -> Iterator[tuple[RuleVersion, ChainRule]]:
        """The chain rules that concern this gateway."""
        for version in self.rules:
            rule = version.rule
            if isinstance(rule, ChainRule) and self._selects_kit(rule.select, gateway):
                yield version, rule

    def named(self, rule_id: str) -> RuleVersion | None:
        """The version in force of a rule, None when there is none."""
        return next((version for version in self.rules if version.rule.id == rule_id), None)

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
