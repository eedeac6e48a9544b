"""Schedule, clock state, channel ids, batch: the small pure parts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway_agent.batch import Batch, Reading
from gateway_agent.channels import Allocation, ChannelIdentity, ChannelTable
from gateway_agent.clock import UtcReading
from gateway_agent.clock_state import SLEW_US, ClockState
from gateway_agent.schedule import Schedule
from telemetry.content import Times, Values
from telemetry.link import ClockSource

HOUR_US = 3_600_000_000
UTC_US = 1_790_000_000_000_000


@given(st.lists(st.integers(0, 3_500_000), min_size=1, max_size=200))
def test_lateness_never_adds_up(busy_us: list[int]) -> None:
    """Whatever each sample takes, every deadline is a whole multiple of the period, and none comes twice."""
    schedule, now_us, deadlines = Schedule(1_000_000, 123_456), 123_456, []
    for busy in busy_us:
        now_us += schedule.wait_us(now_us)
        deadlines.append(schedule.deadline_us)
        now_us += busy
        schedule.done(now_us)
    assert all(deadline % 1_000_000 == 0 for deadline in deadlines)
    steps = np.diff([*deadlines, schedule.deadline_us]) // 1_000_000
    assert steps.min() >= 1
    assert int(steps.sum()) - len(deadlines) == schedule.missed


def reading(utc_us: int, source: ClockSource = ClockSource.NTP, bound_us: int = 900, boot_us: int = 0) -> UtcReading:
    return UtcReading(boot_us, utc_us, source, bound_us)


def test_utc_becomes_known_steps_and_is_lost_each_with_an_event() -> None:
    state = ClockState()
    assert state.look(reading(0, ClockSource.NONE)) is None
    known = state.look(reading(UTC_US))
    assert known is not None
    assert (known.step, known.after.utc_offset_us) == (False, UTC_US)
    stepped = state.look(reading(UTC_US + 5 * HOUR_US))
    assert stepped is not None
    assert (stepped.step, state.clock.utc_offset_us) == (True, UTC_US + 5 * HOUR_US)
    lost = state.look(reading(0, ClockSource.NONE))
    assert lost is not None
    assert state.clock.utc_offset_us is None


def test_jitter_and_a_growing_bound_leave_the_state_of_entries_still() -> None:
    state = ClockState()
    state.look(reading(UTC_US))
    before = state.clock
    for jitter in (3, -1000, SLEW_US, -SLEW_US):
        assert state.look(reading(UTC_US + jitter, bound_us=900 + abs(jitter) // 10)) is None
        assert state.clock == before


def test_drift_is_followed_without_an_event() -> None:
    state = ClockState()
    for second in range(100):
        assert (state.look(reading(UTC_US + 2_000 * second)) is None) == (second > 0)
        offset = state.clock.utc_offset_us
        assert offset is not None
        assert abs(offset - UTC_US - 2_000 * second) <= SLEW_US


def test_the_stated_bound_covers_the_offset_that_is_held() -> None:
    state = ClockState()
    state.look(reading(UTC_US, bound_us=1000))
    assert state.clock.bound_us is not None
    assert state.clock.bound_us >= 1000 + SLEW_US


CHANNEL = ChannelIdentity("gas1", "maker.model", "co", "[ppm]", -1)


def test_a_channel_keeps_its_id_and_another_unit_serial_or_resolution_gets_a_new_one() -> None:
    table = ChannelTable()
    assert table.allocate(CHANNEL) == 0
    known = ChannelIdentity("gas1", "maker.model", "co", "[ppm]", -1, "A1")
    assert table.allocate(known) == 0
    assert table.allocate(CHANNEL) == 0
    assert table.allocate(ChannelIdentity("gas1", "maker.model", "co", "[ppm]", -1, "B2")) == 1
    assert table.allocate(ChannelIdentity("gas1", "maker.model", "co", "[ppm]", -2, "A1")) == 2
    assert table.allocate(ChannelIdentity("gas1", "maker.model", "co", "mg/m3", -1, "A1")) == 3
    assert ChannelTable(table.allocations).allocate(known) == 0


@given(
    st.lists(
        st.builds(
            ChannelIdentity, *[st.sampled_from(["a", "b"])] * 4, st.integers(0, 1), st.sampled_from(["", "1", "2"])
        )
    )
)
def test_an_id_is_never_given_to_two_known_instruments(identities: list[ChannelIdentity]) -> None:
    table, given_to = ChannelTable(), dict[int, ChannelIdentity]()
    for identity in identities:
        number = table.allocate(identity)
        table = ChannelTable(table.allocations)
        before = given_to.get(number)
        if before is not None and before.serial and identity.serial:
            assert before == identity
        if before is None or not before.serial:
            given_to[number] = identity
    assert [a.id for a in table.allocations] == list(range(len(given_to)))
    assert all(isinstance(a, Allocation) for a in table.allocations)


@given(
    st.lists(
        st.builds(Reading, st.integers(0, 3), st.integers(0, 5), st.integers(-(2**63), 2**63 - 1), st.integers(0, 12))
    )
)
def test_a_batch_gives_back_every_reading_once(readings: list[Reading]) -> None:
    batch = Batch()
    batch.add(readings)
    contents = batch.contents()
    times = {c.index: c.times for c in contents if isinstance(c, Times)}
    back = {
        c.channel: list(zip(times[c.times_index].tolist(), c.values.tolist(), _codes(c), strict=True))
        for c in contents
        if isinstance(c, Values)
    }
    assert back == {
        channel: [(r.t_us, r.value, r.quality) for r in readings if r.channel == channel]
        for channel in {r.channel for r in readings}
    }
    assert len({t.tobytes() for t in times.values()}) == len(times), "equal time columns are shared"


def _codes(values: Values) -> list[int]:
    return [code for length, code in values.quality or () for _ in range(length)]
