"""Well-formed and yet dead: values that never move, heartbeats that do not beat.

What an instrument holds (a frozen output, a wedged processor) passes every checksum. Two signs betray it: a heartbeat that its
profile names, and a quantity with natural noise that stays the same to the last digit. Pure but for what it remembers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import Profile
    from gateway_agent.drivers.base import Sample


@dataclass(slots=True)
class _Seen:
    value: Raw
    since_us: int
    times: int = 1


class Vigil:
    """Watches one instrument's samples."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._values: dict[str, _Seen] = {}
        self._beats: dict[str, _Seen] = {}

    def watch(self, samples: Sequence[Sample], raw: Mapping[str, Raw]) -> list[Sample]:
        """The samples, *stuck* where they must be doubted. A value that is doubtful already keeps its own doubt."""
        if not samples:
            return []
        frozen = self._frozen(raw, samples[-1].taken_us)
        return [self._judged(sample, frozen=frozen) for sample in samples]

    def _frozen(self, raw: Mapping[str, Raw], now_us: int) -> bool:
        still = False
        for beat in self._profile.heartbeats:
            if beat.field not in raw:
                continue
            seen = self._beats.get(beat.field)
            if seen is None or seen.value != raw[beat.field]:
                self._beats[beat.field] = _Seen(raw[beat.field], now_us)
            else:
                still = still or now_us - seen.since_us > beat.within_s * 1_000_000
        return still

    def _judged(self, sample: Sample, *, frozen: bool) -> Sample:
        limit = self._profile.channels[sample.channel].stuck_after
        if limit is not None and sample.value is not None:
            seen = self._values.get(sample.channel)
            if seen is None or seen.value != sample.value:
                self._values[sample.channel] = _Seen(sample.value, sample.taken_us)
            else:
                seen.times += 1
                frozen = frozen or seen.times >= limit
        return replace(sample, quality=Quality.STUCK) if frozen and sample.quality is Quality.OK else sample
