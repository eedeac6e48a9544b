"""The uplink's state machine: over any link that loses, doubles and breaks, everything is committed once; and when it goes back."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway_agent.uplink.protocol import Gone, Notice, Protocol, Verdict

SIZE = 100
WINDOW = 1000


def digest(seq: int) -> bytes:
    return seq.to_bytes(32, "big", signed=True)


def notice(seq: int, ask: int = 1, at_us: int = 0, content: bytes | None = None) -> Notice:
    return Notice(seq, digest(seq) if content is None else content, ask, at_us)


def online(tip: int = 9, committed: int = -1, ask: int | None = 1) -> Protocol:
    protocol = Protocol(tip=tip, committed=committed, ask=ask, window_bytes=WINDOW, patience_s=10, patience_max_s=40)
    protocol.connected(0)
    return protocol


def send(protocol: Protocol, count: int = 1, now_s: float = 0) -> list[tuple[int, int]]:
    """Send up to `count` messages of one entry; (seq, token)."""
    sent = []
    while count and (seq := protocol.wanted()) is not None:
        sent.append((seq, protocol.sent(seq, SIZE, now_s)))
        count -= 1
    return sent


def seqs(sent: list[tuple[int, int]]) -> list[int]:
    return [seq for seq, _ in sent]


def test_entries_go_in_order_until_the_window_is_full() -> None:
    protocol = online(tip=30)
    assert seqs(send(protocol, 100)) == list(range(10))
    assert protocol.wanted() is None
    assert protocol.heard(notice(4), digest(4), 1) is Verdict.ADVANCED
    assert seqs(send(protocol, 100)) == [10, 11, 12, 13, 14]


def test_a_message_larger_than_the_window_still_goes_alone() -> None:
    protocol = online()
    protocol.sent(3, 10 * WINDOW, 0)
    assert protocol.wanted() is None
    protocol.heard(notice(3), digest(3), 1)
    assert protocol.wanted() == 4


def test_nothing_is_wanted_while_offline() -> None:
    protocol = online()
    protocol.disconnected()
    assert protocol.wanted() is None


def test_a_new_connection_goes_on_with_what_the_broker_never_took() -> None:
    protocol = online()
    sent = send(protocol, 5)
    for _, token in sent[:3]:
        protocol.taken(token)
    protocol.disconnected()
    protocol.connected(1)
    assert seqs(send(protocol, 2)) == [3, 4]


def test_a_new_ask_goes_back_once_and_the_same_ask_never() -> None:
    protocol = online()
    send(protocol, 6)
    assert protocol.heard(notice(1, ask=2), digest(1), 1) is Verdict.ADVANCED
    assert seqs(send(protocol, 2)) == [2, 3]
    assert protocol.heard(notice(1, ask=2), digest(1), 1) is Verdict.CONFIRMED
    assert protocol.wanted() == 4


def test_a_server_restored_from_a_backup_gets_again_what_it_lost() -> None:
    protocol = online(committed=7)
    assert protocol.heard(notice(2, ask=9), digest(2), 1) is Verdict.REGRESSED
    assert protocol.wanted() == 3


def test_an_older_committed_on_the_same_connection_changes_nothing() -> None:
    protocol = online()
    send(protocol, 6)
    protocol.heard(notice(5, at_us=100), digest(5), 1)
    assert protocol.heard(notice(2, ask=0, at_us=50), digest(2), 1) is Verdict.STALE
    assert (protocol.committed, protocol.wanted()) == (5, 6)


def test_patience_goes_back_and_doubles_up_to_its_bound() -> None:
    protocol = online()
    waits, now_s = [], 0.0
    for _ in range(4):
        send(protocol, 3, now_s)
        began_s = now_s
        while not protocol.tick(now_s):
            now_s += 1
        waits.append(now_s - began_s)
        assert protocol.wanted() == 0
    assert waits == [10, 20, 40, 40]
    send(protocol, 3, now_s)
    protocol.heard(notice(0), digest(0), now_s)
    assert not protocol.tick(now_s + 9)
    assert protocol.tick(now_s + 10)


def test_waiting_with_nothing_under_way_is_no_lack_of_progress() -> None:
    protocol = online(tip=-1)
    assert not protocol.tick(1000)
    protocol.sealed(0)
    send(protocol, 1, 1000)
    assert not protocol.tick(1009)


@pytest.mark.parametrize(
    ("seq", "own"), [(3, b"ours" * 8), (10, None), (50, None)], ids=["other content", "one further", "far further"]
)
def test_a_fork_stops_the_chain_and_frees_nothing(seq: int, own: bytes | None) -> None:
    protocol = online()
    send(protocol, 5)
    assert protocol.heard(notice(seq), own, 1) is Verdict.FORK
    assert (protocol.committed, protocol.forked) == (-1, True)
    assert protocol.heard(notice(1), digest(1), 2) is Verdict.FORK
    assert protocol.committed == -1
    assert not protocol.tick(1000)


def test_a_forked_chain_is_offered_once_entry_by_entry_from_what_was_confirmed_on() -> None:
    protocol = online(tip=9)
    send(protocol, 5)
    protocol.heard(notice(2), digest(2), 1)
    protocol.heard(notice(12), None, 2)
    offered = []
    while (seq := protocol.wanted()) is not None:
        assert protocol.single()
        offered.append(seq)
        protocol.taken(protocol.sent(seq, 100, 3))
    assert offered == list(range(3, 10))
    protocol.disconnected()
    protocol.connected(4)
    assert protocol.wanted() is None


def test_what_the_broker_did_not_take_of_a_forked_chain_is_offered_again_and_what_is_gone_is_passed_over() -> None:
    protocol = online(tip=9)
    protocol.fork()
    protocol.trimmed(2)
    assert (protocol.gone(), protocol.wanted()) == (None, 2)
    taken = protocol.sent(2, 100, 0)
    protocol.sent(3, 100, 0)
    protocol.taken(taken)
    protocol.disconnected()
    protocol.connected(1)
    assert protocol.wanted() == 3


def test_what_is_gone_is_declared_and_its_event_goes_first() -> None:
    protocol = online(tip=9, committed=1)
    protocol.trimmed(5)
    assert protocol.gone() == Gone(2, 4)
    assert protocol.wanted() is None
    protocol.sealed(10)
    protocol.declare_lost(Gone(2, 4), 10)
    assert protocol.gone() is None
    assert (protocol.wanted(), protocol.single()) == (10, True)
    protocol.sent(10, SIZE, 0)
    assert seqs(send(protocol, 9)) == [5, 6, 7, 8, 9, 10]


def test_what_goes_while_a_loss_is_declared_makes_it_one_longer_loss() -> None:
    protocol = online(tip=40, committed=1)
    protocol.trimmed(5)
    protocol.declare_lost(Gone(2, 4), 40)
    protocol.trimmed(9)
    protocol.sent(40, SIZE, 0)
    assert protocol.gone() == Gone(2, 8)
    protocol.declare_lost(Gone(2, 8), 41)
    protocol.sent(41, SIZE, 0)
    assert protocol.wanted() == 9
    protocol.heard(notice(20), digest(20), 1)
    protocol.trimmed(25)
    assert protocol.gone() == Gone(21, 24)


def test_an_entry_that_went_ahead_of_its_turn_does_not_hold_the_window() -> None:
    protocol = online(tip=40, committed=1)
    protocol.trimmed(5)
    protocol.declare_lost(Gone(2, 4), 40)
    protocol.sent(40, SIZE, 0)
    send(protocol, 100)
    protocol.heard(notice(12), digest(12), 1)
    assert protocol.wanted() == 14


class Link:
    """A server behind a link that loses, doubles and breaks; it takes only what continues its chain."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  (a test's dice)
        self.record: list[int] = []
        self.ask = 1
        self.clock_us = 0
        self.to_server: list[tuple[int, int, int]] = []
        self.to_gateway: list[Notice] = []

    def carry(self, protocol: Protocol, message: tuple[int, int, int]) -> None:
        if self.dice.random() < 0.7:
            self.to_server.append(message)
        if self.dice.random() < 0.1:
            self.to_server.append(message)
        if self.dice.random() < 0.8:
            protocol.taken(message[2])

    def deliver(self) -> None:
        while self.to_server:
            first, last, _ = self.to_server.pop(0)
            head = len(self.record) - 1
            if first > head + 1:
                self.ask += 1
            self.record += range(max(first, head + 1), last + 1) if first <= head + 1 else []
            self.say()

    def say(self) -> None:
        self.clock_us += 1
        if self.dice.random() < 0.7:
            self.to_gateway.append(notice(len(self.record) - 1, self.ask, self.clock_us))

    def restore(self) -> None:
        """The server comes back from an older backup, on a new session."""
        del self.record[self.dice.randint(0, len(self.record)) :]
        self.ask += 1
        self.say()


def live(link: Link, protocol: Protocol, now_s: float) -> None:
    """One step of a life with a bad link."""
    match link.dice.randrange(10):
        case 0:
            protocol.disconnected()
            link.to_gateway.clear()
            protocol.connected(now_s)
            link.to_gateway.append(notice(len(link.record) - 1, link.ask, link.clock_us))  # retained
        case 1:
            protocol.sealed(protocol.tip + 1)
        case 2 | 3:
            link.deliver()
        case _:
            for said in link.to_gateway:
                assert protocol.heard(said, digest(said.seq), now_s) is not Verdict.FORK
            link.to_gateway.clear()
    transmit(link, protocol, now_s)
    protocol.tick(now_s)


def transmit(link: Link, protocol: Protocol, now_s: float) -> None:
    while (first := protocol.wanted()) is not None:
        last = min(protocol.tip, first + link.dice.randrange(4))
        link.carry(protocol, (first, last, protocol.sent(last, SIZE * (last - first + 1), now_s)))
        assert protocol.room() > -4 * SIZE, "the window is a bound"


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=200, deadline=None)
def test_over_any_link_everything_is_committed_exactly_once(seed: int, restored: bool) -> None:
    link, protocol, now_s = Link(seed), online(tip=0, ask=None), 0.0
    for step in range(300):
        now_s += 1
        live(link, protocol, now_s)
        if restored and step == 150:
            link.restore()
    for _ in range(2000):
        now_s += 5
        live(link, protocol, now_s)
        if protocol.committed == protocol.tip == len(link.record) - 1:
            break
    assert link.record == list(range(protocol.tip + 1))
    assert protocol.committed == protocol.tip
