"""Typed bodies of event leaves: [3, type, t, body]. `to_event` makes the leaf, `read_event` reads it."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from telemetry import limits
from telemetry.body import Body
from telemetry.content import Event
from telemetry.errors import Undecodable

Word = Annotated[str, Field(max_length=128)]


class EventType(IntEnum):
    """The `type` of an event leaf; numbers never change their meaning."""

    ALARM = 1
    CLOCK = 2
    POWER_ON = 3
    INSTRUMENT_LOST = 4
    INSTRUMENT_FOUND = 5
    FIELD_CHECK = 6
    NOTE = 7
    TAMPER = 8
    LOST = 9
    MEASUREMENT = 10
    DOUBT = 11
    CONFIGURED = 12
    THINNED = 13


class EventBody(Body):
    """The base of event bodies."""

    type: ClassVar[EventType]

    def to_event(self, t_us: int) -> Event:
        """The leaf of this event at `t_us` µs since boot."""
        return Event(int(self.type), t_us, self.encode())


class Alarm(EventBody):
    """An edge alarm changed its state; `t` of the event is when."""

    type: ClassVar = EventType.ALARM
    rule: Word = Field(description="id of the rule on the gateway")
    episode: Word = Field(description="id of the episode, unique within the epoch")
    transition: int = Field(ge=0, description="0 for the first transition of the episode, then one more each")
    state: Word = Field(description="the state entered, a word of `alerts.engine.states`")
    priority: Word = Field(default="", description="such as `danger_to_life`, `high`, `low`")
    channel: int | None = Field(default=None, ge=0, le=limits.CHANNEL_MAX)
    value: int | None = Field(default=None, description="scaled integer of the channel that caused it")
    limit: int | None = Field(default=None, description="the set-point, scaled like the value")


class ClockChange(EventBody):
    """The mapping to UTC became known, was bettered, or was stepped by someone."""

    type: ClassVar = EventType.CLOCK
    source: int = Field(ge=0, le=255, description="`telemetry.link.ClockSource`")
    utc_offset_us: int | None = None
    bound_us: int | None = Field(default=None, ge=0)
    step_us: int | None = Field(default=None, description="new offset minus old; None when there was no old one")


class PowerOn(EventBody):
    """The gateway began to measure after a boot."""

    type: ClassVar = EventType.POWER_ON
    cause: Word = Field(description="`cold`, `reboot`, `watchdog`, `undervoltage`, `restart` (of the agent), `unknown`")
    version: Word = ""
    previous_boot: bytes = Field(default=b"", max_length=16)


class InstrumentLost(EventBody):
    """An instrument stopped answering."""

    type: ClassVar = EventType.INSTRUMENT_LOST
    channels: list[int] = Field(max_length=limits.LEAVES)
    cause: Word = Field(default="", description="`refused`, `timeout`, `silent`, `wrong_serial`, …")


class InstrumentFound(EventBody):
    """An instrument answers (again), and is the one it should be."""

    type: ClassVar = EventType.INSTRUMENT_FOUND
    channels: list[int] = Field(max_length=limits.LEAVES)
    serial: Word = ""


class FieldCheck(EventBody):
    """A check against a reference (acoustic calibrator, test gas), in scaled integers of the channel."""

    type: ClassVar = EventType.FIELD_CHECK
    channel: int = Field(ge=0, le=limits.CHANNEL_MAX)
    reference: int
    found: int
    passed: bool
    by: Word = ""
    device: Word = Field(default="", description="maker, model and serial of the reference")
    step: Word = Field(
        default="", description="`as_found`, before anything is adjusted, or `as_left`, after an adjustment"
    )
    tolerance: int | None = Field(default=None, ge=0, description="largest deviation that passes, scaled like `found`")


class Note(EventBody):
    """An operator's note. Chains hold no person: free text is kept outside, here stands its salted hash or a mark."""

    type: ClassVar = EventType.NOTE
    mark: Word = ""
    text_digest: bytes = Field(default=b"", max_length=32)


class Tamper(EventBody):
    """The kit was opened or moved, a configuration was changed by hand, a key file was touched."""

    type: ClassVar = EventType.TAMPER
    what: Word


class Lost(EventBody):
    """Entries that are truly gone from the spool before the server had them: seqs from-to of this epoch, both included."""

    type: ClassVar = EventType.LOST
    first_seq: int = Field(ge=0)
    last_seq: int = Field(ge=0)
    cause: Word = ""


class Measurement(EventBody):
    """A measurement began or ended at the kit. Whom it stands for is kept outside the chain."""

    type: ClassVar = EventType.MEASUREMENT
    name: Word = Field(description="its name at this kit, unique within the epoch")
    begun: bool = Field(description="True where it begins, False where it ends")
    use: Word = Field(description="`legal` or `screening`")
    channels: list[int] = Field(max_length=limits.LEAVES)


class Doubt(EventBody):
    """A field check failed as found: what the channels said since their last good check is in doubt.

    The interval ends at `t` of the event, in the boot of its entry. Nothing in the record is changed by it.
    """

    type: ClassVar = EventType.DOUBT
    channels: list[int] = Field(max_length=limits.LEAVES)
    from_boot: bytes = Field(
        default=b"", max_length=16, description="boot of the last good check; empty: there was none"
    )
    from_us: int = Field(default=0, ge=0, description="time of the last good check, µs since that boot")
    cause: Word = ""


class Configured(EventBody):
    """A wanted configuration was applied, refused, or taken back."""

    type: ClassVar = EventType.CONFIGURED
    number: int = Field(ge=0, description="of the configuration, strictly increasing")
    digest: bytes = Field(max_length=32, description="SHA-256 of the signed message")
    outcome: Word = Field(description="`applied`, `refused`, `rolled_back`, `waits` (for a confirmation at the kit)")
    cause: Word = ""
    loosened: list[Word] = Field(default_factory=list, max_length=64, description="edge alarms that it loosens")


class Thinned(EventBody):
    """Columns left the spool before the server had them; each is replaced by the hash that its link commits to.

    What went is summed up, per channel, as [count, min, max, sum] of the readings that had a value.
    """

    type: ClassVar = EventType.THINNED
    first_seq: int = Field(ge=0)
    last_seq: int = Field(ge=0)
    channels: list[int] = Field(max_length=limits.LEAVES)
    statistics: list[list[int]] = Field(max_length=limits.LEAVES)
    cause: Word = ""


AnyEvent = (
    Alarm | ClockChange | PowerOn | InstrumentLost | InstrumentFound | FieldCheck | Note | Tamper | Lost
    | Measurement | Doubt | Configured | Thinned
)  # fmt: skip

_BODIES: Final[dict[int, type[EventBody]]] = {
    int(body.type): body
    for body in (
        Alarm, ClockChange, PowerOn, InstrumentLost, InstrumentFound, FieldCheck, Note, Tamper, Lost,
        Measurement, Doubt, Configured, Thinned,
    )
}  # fmt: skip


def read_event(event: Event) -> EventBody:
    """The typed body of an event leaf. Raises Malformed, Undecodable (unknown type or fields): the entry stands, marked."""
    if event.type not in _BODIES:
        raise Undecodable(f"event type {event.type} is not known")
    return _BODIES[event.type].decode(event.body, limits.BODY_BYTES)
