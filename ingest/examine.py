"""Is this message to be recorded, and as what? Pure: received bytes and known chains in, outcomes out.

The order of checks is that of docs/wire.md: size, topic, key, signature, chain; only then are data decoded. Heads advance here
ahead of the commit: when it fails, the examiner is thrown away with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ingest.keys import key_of
from ingest.timing import event_span
from store.chains import Loss, Move
from store.channels import Description
from store.quarantine import Quarantined
from store.record import NewMessage, State
from telemetry import limits
from telemetry.chain import Head
from telemetry.cose import VerifyKey
from telemetry.descriptor import read_descriptor
from telemetry.errors import Fork, Gap, Refused, Undecodable, UnknownKey, WrongTopic
from telemetry.events import EventType, Lost, read_event
from telemetry.link import Kind
from telemetry.message import Message, parse_message
from telemetry.topics import Leaf, is_gateway_id, parse_topic, partition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.publishes import Received
    from store.chains import Chain, ChainHead
    from store.enrolment import EpochKey
    from telemetry.opened import Opened

FORKS_KEPT: Final = 1000
"""Forks of one chain that one ownership records; more go to the quarantine. A cloned card must not fill the record."""

BATCH_VALUES: Final = 4 << 20
"""Values decoded in one batch: 32 MiB, whatever the messages claim."""


class Retained(Refused):
    """A retained entry: it would come again at every subscription, long after its place in the chain."""

    reason = "retained"


@dataclass(slots=True)
class ChainState:
    """What is known of one chain. `head` runs ahead of the commit by the batches under way."""

    partition: int
    head: Head
    ask: int
    key: VerifyKey
    epoch_key: EpochKey
    losses: list[tuple[int, int]] = field(default_factory=list)
    asked_at: int | None = None
    """Head at which a gap was met and `ask` was raised; once per gap."""
    forks: int = 0
    server_time_us: int = 0
    unreadable: bytes | None = None
    """An entry whose data did not open when it came first. It may have been spoiled on the way: it is asked for once more, and only
    the same bytes again are taken for what the gateway sealed, and recorded, marked."""

    @classmethod
    def of(cls, head: ChainHead, epoch_key: EpochKey, losses: list[tuple[int, int]]) -> ChainState:
        """From what the store knows. Raises UnknownKey for a key that is none."""
        key = key_of(epoch_key.public_key, epoch_key.algorithm)
        return cls(
            head.partition, Head(head.gateway, head.epoch, head.seq, head.digest), head.ask, key, epoch_key, losses
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that continues its chain (or a fork of it, which moves no head)."""

    new: NewMessage
    message: Message
    opened: Opened | None
    """None when it cannot be decoded."""
    descriptions: tuple[Description, ...] = ()


@dataclass(slots=True)
class Examined:
    """What became of a batch. All of `received` is acknowledged once this is committed."""

    received: list[Received] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    forked: list[Accepted] = field(default_factory=list)
    old: list[tuple[Received, Message]] = field(default_factory=list)
    """Lie before the head: the same as recorded, or a fork; the record decides."""
    refused: list[Quarantined] = field(default_factory=list)
    repeated: set[Chain] = field(default_factory=set)
    early: set[Chain] = field(default_factory=set)
    """Chains with a gap that was not asked for yet."""
    losses: list[Loss] = field(default_factory=list)
    before: dict[Chain, Head] = field(default_factory=dict)
    """Heads before this batch, of the chains that it moves."""
    values: int = 0

    def moves(self, after: dict[Chain, Head], forked: set[Chain]) -> list[Move]:
        """What to compare and set, given the heads after the batch and the chains found forked."""
        return [
            Move(
                gateway=chain[0],
                epoch=chain[1],
                old_seq=self.before.get(chain, after[chain]).seq,
                old_digest=self.before.get(chain, after[chain]).digest,
                seq=after[chain].seq,
                digest=after[chain].digest,
                asks=chain in self.early,
                forked=chain in forked,
            )
            for chain in sorted(self.before.keys() | self.early | forked)
        ]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A received message after the checks that need no key."""

    received: Received
    message: Message | None
    error: Refused | None


def parse(received: Iterable[Received]) -> list[Parsed]:
    """Size, shape and topic. Never raises: what is refused carries its error."""
    parsed = []
    for one in received:
        try:
            parsed.append(Parsed(one, _parse(one), None))
        except Refused as error:
            parsed.append(Parsed(one, None, error))
    return parsed


def _parse(received: Received) -> Message:
    message = parse_message(received.payload, limits.MESSAGE_BYTES)
    if received.retained:
        raise Retained("an entry is never published with the retain flag")
    topic = parse_topic(received.topic)
    if topic.leaf is not Leaf.ENTRY or topic.gateway != message.gateway:
        raise WrongTopic(f"an entry of {message.gateway} on {received.topic[:80]}")
    return message


class Examiner:
    """Examines batches against the chains it is given. Used by one thread at a time."""

    def __init__(self) -> None:
        self.chains: dict[Chain, ChainState] = {}

    def examine(self, parsed: list[Parsed]) -> tuple[Examined, list[Parsed]]:
        """Outcomes of the first messages, and the rest once the batch holds `BATCH_VALUES`."""
        examined = Examined()
        for number, one in enumerate(parsed):
            if examined.values >= BATCH_VALUES:
                return examined, parsed[number:]
            examined.received.append(one.received)
            try:
                if one.message is None:
                    raise one.error or Refused("not parsed")
                self._examine(one.received, one.message, examined)
            except Refused as error:
                examined.refused.append(quarantined(one.received, error))
        return examined, []

    def _examine(self, received: Received, message: Message, examined: Examined) -> None:
        chain = (message.gateway, message.epoch)
        state = self.chains.get(chain)
        if state is None:
            raise UnknownKey(f"gateway {message.gateway} has no epoch {message.epoch}, or its key is revoked")
        message.verify(state.key)
        head = _after_loss(state, message)
        try:
            known = message.check(head)
        except Gap:
            self._early(message, state, examined)
            return
        except Fork as error:
            self._fork(message, state, examined, error)
            return
        if known == message.count:
            if message.last_seq == state.head.seq:
                examined.repeated.add(chain)
            else:
                examined.old.append((received, message))
            return
        self._continue(message, state, known, examined)

    def _continue(self, message: Message, state: ChainState, known: int, examined: Examined) -> None:
        chain = (message.gateway, message.epoch)
        opened = _open(message)
        if opened is None and state.unreadable != message.wire:
            state.unreadable = message.wire
            examined.early.add(chain)
            raise Undecodable(
                f"seq {message.last_seq}: signed and linked, but its data do not open; asked for once more"
            )
        state.unreadable = None
        if known and opened is not None:
            try:
                opened.confirm(state.head)
            except Fork as error:
                self._fork(message, state, examined, error)
                return
        accepted = _accepted(message, opened, known, State.LINKED)
        examined.accepted.append(accepted)
        examined.values += accepted.new.readings
        examined.before.setdefault(chain, state.head)
        state.head = message.head
        state.asked_at = None

    def _early(self, message: Message, state: ChainState, examined: Examined) -> None:
        """A gap: ask once. A signed `lost` event that travels ahead of its turn bridges it."""
        chain = (message.gateway, message.epoch)
        if message.count == 1 and message.last.kind is Kind.EVENT and (opened := _open(message)) is not None:
            for loss in _losses(message, opened, state.head):
                examined.losses.append(loss)
                state.losses.append((loss.first_seq, loss.last_seq))
                state.asked_at = None
                return
        if state.asked_at != state.head.seq:
            state.asked_at = state.head.seq
            examined.early.add(chain)

    def _fork(self, message: Message, state: ChainState, examined: Examined, error: Fork) -> None:
        if state.forks >= FORKS_KEPT:
            raise error
        state.forks += 1
        examined.forked.append(fork_of(message))


def fork_of(message: Message) -> Accepted:
    """A message that is kept as a fork. Raises Refused for a run that does not open: nothing proves it."""
    opened = message.contents() if message.count > 1 else None
    return _accepted(message, opened, 0, State.FORK)


def _after_loss(state: ChainState, message: Message) -> Head:
    """Where the message must continue: the head, or beyond entries that were declared lost."""
    for first, last in state.losses:
        if first <= state.head.seq + 1 <= last + 1 and message.first_seq == last + 1 > state.head.seq + 1:
            return Head(message.gateway, message.epoch, last, message.prev)
    return state.head


def _losses(message: Message, opened: Opened, head: Head) -> list[Loss]:
    """Losses that the events of an early entry declare and that touch the head."""
    found = []
    for _, event in opened.events:
        if event.type != EventType.LOST:
            continue
        try:
            body = read_event(event)
        except Refused:
            continue  # it will be recorded in its turn, marked
        if isinstance(body, Lost) and body.first_seq <= head.seq + 1 <= body.last_seq < message.last_seq:
            found.append(Loss(message.gateway, message.epoch, head.seq + 1, body.last_seq, message.digest))
    return found


def _open(message: Message) -> Opened | None:
    """Decoded contents; None for a signed and linked entry whose data cannot be. Raises Refused for such a run."""
    try:
        return message.contents()
    except Refused:
        if message.count > 1:
            raise
        return None


def _accepted(message: Message, opened: Opened | None, skip: int, state: State) -> Accepted:
    descriptions: tuple[Description, ...] = ()
    if opened is not None and state is State.LINKED:
        try:
            descriptions = _descriptions(opened, skip)
        except Refused:
            opened = None
    if opened is None and state is State.LINKED:
        state = State.UNDECODABLE
    readings = _readings(opened, skip) if opened is not None else 0
    first_us, last_us = event_span(opened, skip) if opened is not None else (None, None)
    new = NewMessage(
        gateway=message.gateway,
        epoch=message.epoch,
        partition=partition(message.gateway),
        first_seq=message.first_seq,
        seq=message.last_seq,
        skip=skip,
        readings=readings,
        kind=int(message.last.kind),
        state=state,
        digest=message.digest,
        sealed=message.wire,
        event_from_us=first_us,
        event_to_us=last_us,
    )
    return Accepted(new, message, opened, descriptions)


def _readings(opened: Opened, skip: int) -> int:
    if not skip:
        return opened.readings
    return sum(
        len(block.channels) * int(end - start)
        for block in opened.columns
        for number, start, end in zip(block.entries, block.splits[:-1], block.splits[1:], strict=True)
        if number >= skip
    )


def _descriptions(opened: Opened, skip: int) -> tuple[Description, ...]:
    return tuple(
        Description(
            opened.links[number].gateway,
            opened.links[number].epoch,
            opened.links[number].seq,
            content.channel,
            read_descriptor(content),
        )
        for number, content in opened.descriptors
        if number >= skip
    )


def quarantined(received: Received, error: Refused) -> Quarantined:
    """What goes to the quarantine."""
    parts = received.topic.split("/")
    gateway = parts[3] if len(parts) > 3 and is_gateway_id(parts[3]) else None
    return Quarantined(error.reason, gateway, received.topic, str(error), received.payload)
