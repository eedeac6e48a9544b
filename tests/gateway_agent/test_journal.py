"""The journal: a reading is numbered once, survives the process, and a torn tail costs only itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from gateway_agent.batch import Reading
from gateway_agent.journal import COMPACT_BYTES, Journal
from telemetry.link import Clock, ClockSource

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BOOT = b"b" * 16
KNOWN = Clock(ClockSource.NTP, 1_790_000_000_000_000, 8192)


def readings(first: int, count: int) -> list[Reading]:
    return [Reading(n % 7, 1000 * n, -n, n % 3) for n in range(first, first + count)]


def filled(path: Path) -> Journal:
    journal = Journal(path, 0)
    journal.begin(BOOT, Clock())
    journal.append(readings(1, 4))
    journal.begin(BOOT, KNOWN)
    journal.append(readings(5, 3))
    return journal


def test_what_was_not_sealed_is_found_again_under_its_boot_and_clock(tmp_path: Path) -> None:
    filled(tmp_path / "j").close()
    again = Journal(tmp_path / "j", 2)
    first, second = again.recovered()
    assert (first.clock, first.readings, first.last_number) == (Clock(), tuple(readings(3, 2)), 4)
    assert (second.clock, second.readings, second.last_number) == (KNOWN, tuple(readings(5, 3)), 7)
    assert again.number == 7
    again.close()


def test_sealed_readings_are_never_found_again(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j")
    journal.sealed(7)
    journal.append(readings(8, 2))
    journal.close()
    again = Journal(tmp_path / "j", 7)
    (part,) = again.recovered()
    assert (part.clock, part.readings) == (KNOWN, tuple(readings(8, 2)))
    again.close()
    lagging = Journal(tmp_path / "j", 9)
    assert lagging.recovered() == []
    lagging.close()


def test_a_torn_tail_is_cut_and_writing_goes_on_behind_it(tmp_path: Path) -> None:
    filled(tmp_path / "j").close()
    data = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(data[:-5])
    journal = Journal(tmp_path / "j", 0)
    assert journal.recovered()[-1].readings == tuple(readings(5, 2))
    journal.begin(BOOT, KNOWN)
    journal.append(readings(7, 1))
    journal.close()
    again = Journal(tmp_path / "j", 0)
    assert [r for part in again.recovered() for r in part.readings] == readings(1, 7)
    again.close()


@given(st.binary(max_size=300))
def test_no_content_makes_it_fail(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("j") / "j"
    path.write_bytes(data)
    journal = Journal(path, 0)
    assert journal.recovered() == []
    journal.close()


def test_a_file_that_never_runs_empty_is_written_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", 0)
    journal.begin(BOOT, KNOWN)
    count = COMPACT_BYTES // 20
    journal.append(readings(1, count))
    journal.sealed(count - 10)
    assert (tmp_path / "j").stat().st_size < 1000
    journal.append(readings(count + 1, 1))
    journal.close()
    again = Journal(tmp_path / "j", count - 10)
    (part,) = again.recovered()
    assert part.readings == tuple(readings(count - 9, 11))
    again.close()
