"""Intervals of doubt from the events of the record: a field check failed, and what came before it is marked, not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.marks import Mark
from telemetry.errors import TelemetryError
from telemetry.events import Doubt, EventType, read_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.feed import Followed
    from telemetry.content import Event
    from telemetry.link import Link


def marks_of(messages: Sequence[Followed]) -> list[Mark]:
    """Every mark that messages of the record say, those of skipped entries left out."""
    return [mark for message in messages for mark in _of_message(message)]


def _of_message(message: Followed) -> Iterator[Mark]:
    if message.opened is None or message.only is not None:
        return
    for number, event in message.opened.events:
        if event.type == EventType.DOUBT and number >= message.skip:
            yield from _of_event(message.opened.links[number], event)


def _of_event(link: Link, event: Event) -> Iterator[Mark]:
    try:
        doubt = read_event(event)
    except TelemetryError:  # committed as it is; it says nothing that can be kept
        return
    if not isinstance(doubt, Doubt) or link.descriptor is None:
        return
    for channel in dict.fromkeys(doubt.channels):
        yield Mark(
            gateway=link.gateway,
            epoch=link.epoch,
            seq=link.seq,
            gateway_channel=channel,
            descriptor_seq=link.descriptor,
            from_boot=doubt.from_boot or None,
            from_us=doubt.from_us,
            until_boot=link.boot,
            until_us=event.t,
            cause=doubt.cause,
        )
