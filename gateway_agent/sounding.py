"""What siren, lamp and relays are to do: edge alarms, mutes and tests go in, which outputs are on comes out. Pure.

- An output is on while an alarm of a priority that it is for holds. Danger to life is latched: it stays on after the alarm returned
  until somebody acknowledges it *at the kit*; nothing that comes over the network can mute or acknowledge anything here.
- A mute is for a time, silences what may be muted (a siren, never a lamp), and ends early when another alarm is raised.
- Danger to life that still holds is muted for `DANGER_MUTE_S` at most, and only by hand at the kit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from telemetry.strict import StrictModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.alarms import EdgeTransition

Priority = Literal["danger_to_life", "high", "medium", "low"]
DANGER: Final = "danger_to_life"
DANGER_MUTE_S: Final = 60.0
MUTE_S: Final = 600.0
TEST_S: Final = 2.0


class OutputLine(StrictModel):
    """A siren, lamp or relay on a GPIO line."""

    name: str = Field(description="Its name: 'siren'", pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    chip: str = Field(default="/dev/gpiochip0", description="GPIO chip")
    line: int = Field(ge=0, le=511, description="Line of the chip (BCM number on a Raspberry Pi)")
    active_low: bool = Field(default=False, description="True for relay boards that switch on at 0 V")
    mutable: bool = Field(default=False, description="Whether a mute silences it: a siren, never a lamp")
    priorities: Annotated[tuple[Priority, ...], Field(min_length=1)] = Field(
        default=("danger_to_life", "high"), description="Alarms that switch it on"
    )


class Episode(StrictModel):
    """An alarm that sounds: it holds, or is latched."""

    priority: str
    holds: bool = True


class Sounds(StrictModel):
    """What survives a restart (sounding.json in the state folder)."""

    episodes: dict[str, Episode] = Field(default_factory=dict)


@dataclass(slots=True)
class Sounding:
    """The rules; times are seconds from any origin that only grows."""

    lines: Sequence[OutputLine]
    sounds: Sounds = field(default_factory=Sounds)
    muted_until_s: float = 0.0
    test_until_s: float = 0.0

    def changed(self, transition: EdgeTransition) -> None:
        """An edge alarm was raised (transition 0) or returned."""
        alarm = transition.alarm
        episodes = dict(self.sounds.episodes)
        if alarm.transition == 0:
            episodes[alarm.episode] = Episode(priority=alarm.priority)
            self.muted_until_s = 0.0
        elif alarm.episode in episodes:
            if alarm.priority == DANGER:
                episodes[alarm.episode] = Episode(priority=alarm.priority, holds=False)
            else:
                del episodes[alarm.episode]
        self.sounds = Sounds(episodes=episodes)

    def acknowledge(self) -> list[str]:
        """By hand at the kit: what is latched and holds no longer ends. Returns the episodes that ended."""
        ended = [name for name, episode in self.sounds.episodes.items() if not episode.holds]
        kept = {name: episode for name, episode in self.sounds.episodes.items() if episode.holds}
        self.sounds = Sounds(episodes=kept)
        return ended

    def mute(self, seconds: float, now_s: float) -> float:
        """By hand at the kit: silence what may be muted. Returns for how many seconds."""
        holds = any(episode.priority == DANGER for episode in self.sounds.episodes.values())
        granted = max(0.0, min(seconds, DANGER_MUTE_S if holds else MUTE_S))
        self.muted_until_s = now_s + granted
        return granted

    def test(self, now_s: float) -> None:
        """All outputs on for a moment."""
        self.test_until_s = now_s + TEST_S

    def on(self, now_s: float) -> list[bool]:
        """Which outputs are on, in the order of `lines`."""
        sounding = {episode.priority for episode in self.sounds.episodes.values()}
        testing, muted = now_s < self.test_until_s, now_s < self.muted_until_s
        return [
            testing or (bool(sounding.intersection(line.priorities)) and not (muted and line.mutable))
            for line in self.lines
        ]

    def next_change_s(self, now_s: float) -> float | None:
        """Seconds until a mute or a test ends; None while neither runs."""
        ends = [end - now_s for end in (self.muted_until_s, self.test_until_s) if end > now_s]
        return min(ends, default=None)
