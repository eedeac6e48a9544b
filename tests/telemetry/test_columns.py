"""Columns: any int64 values come back; what is no column of n values is refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry import cbor, columns, quality_runs, ranges
from telemetry.columns import packed, pco
from telemetry.errors import Undecodable
from tests.telemetry.making import INT64, int64s

values = st.one_of(
    st.lists(INT64, max_size=200),
    st.lists(st.integers(-100, 100), max_size=400),
    st.lists(st.integers(2**40, 2**40 + 5000), max_size=200),
    st.builds(
        lambda start, step, n: [start + step * at for at in range(n)],
        st.integers(-9, 9),
        st.integers(-9, 9),
        st.integers(0, 99),
    ),
)


@given(values)
@settings(max_examples=300)
def test_any_values_come_back(numbers: list[int]) -> None:
    array = int64s(numbers)
    for column in (columns.encode(array), columns.encode_times(array)):
        wire = cbor.decode(cbor.encode(column), 1 << 20)
        assert columns.decode(wire, len(numbers)).tolist() == numbers


@given(st.lists(INT64, min_size=1, max_size=100))
def test_packed_and_pco_keep_every_bit(numbers: list[int]) -> None:
    array = int64s(numbers)
    assert packed.unpack(*packed.pack(array), len(numbers)).tolist() == numbers
    assert pco.unpack(*pco.pack(array), len(numbers)).tolist() == numbers


def test_packing_goes_over_its_own_slices() -> None:
    array = np.arange(20_001, dtype=np.int64) * 37 % 1021
    base, bits, octets = packed.pack(array)
    assert (base, bits, len(octets)) == (0, 10, (20_001 * 10 + 7) // 8)
    assert np.array_equal(packed.unpack(base, bits, octets, len(array)), array)


@pytest.mark.parametrize(
    ("numbers", "codec"),
    [
        ([], columns.CONSTANT),
        ([7], columns.CONSTANT),
        ([7] * 50, columns.CONSTANT),
        ([1, 3, 5], columns.AFFINE),
        ([2**63 - 1, -(2**63)], columns.AFFINE),
        ([1, 5, 2], columns.PACKED),
        ([at * 7919 % 97 for at in range(25)], columns.PACKED),
        ([at * at for at in range(600)], columns.PCO),
    ],
)
def test_the_smallest_codec_is_chosen(numbers: list[int], codec: int) -> None:
    assert columns.encode(int64s(numbers))[0] == codec


def test_jittered_times_are_a_steady_step_and_residuals() -> None:
    times = int64s([10**15 + at * 10**6 + at * 7919 % 500 for at in range(60)])
    column = columns.encode_times(times)
    assert column[0] == columns.RESIDUAL
    assert columns.size(column) < 120


@pytest.mark.parametrize(
    "column",
    [
        None, [], [9], [0], [0, 1, 2], [0, 2**63], [0, True], [0, b"x"], [1, 0], [1, 0, 1.5], [2, 0, 0, b""], [2, 0, 65, bytes(9)],
        [2, 0, 8, bytes(11)], [2, 0, 8, bytes(9)], [2, 0, 8, "x"], [2, 0, 3, b"\xff" * 4], [3, 3, bytes(9)], [3, 8, b""],
        [3, 8, bytes(40)], [3, 8, b"\x01" + bytes(40)], [3, 8, b"\x20" + bytes(40)], [3, 8, "x"], [4, 0, 0, [4, 0, 0, [0, 0]]],
        [4, 0, 0, 7], [4, 0, 0, [2, 0, 8, bytes(9)]], [True, 0], "column", 7,
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_column_of_ten_values_is_refused(column: Any) -> None:  # noqa: ANN401
    if column == [True, 0]:
        column = [5, 0]
    with pytest.raises(Undecodable):
        columns.decode(column, 10)


@given(st.binary(max_size=80), st.sampled_from([2, 4, 8]), st.integers(0, 3000), st.integers(0, 255))
@settings(max_examples=500)
def test_any_octets_offered_as_pco_end_in_values_or_refusal(octets: bytes, width: int, n: int, first: int) -> None:
    for offered in (octets, bytes((first & 0x10,)) + octets):
        with suppress(Undecodable):
            assert len(pco.unpack(width, offered, n)) == n


@given(st.lists(st.integers(-50, 50), min_size=30, max_size=300), st.data())
@settings(max_examples=300)
def test_broken_pco_ends_in_values_or_refusal(numbers: list[int], data: st.DataObject) -> None:
    width, octets = pco.pack(int64s(numbers))
    changed = bytearray(octets)
    changed[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    for n in (len(numbers), len(numbers) + 1, len(numbers) - 1, 1 << 16):
        with suppress(Undecodable):
            assert len(pco.unpack(width, bytes(changed), n)) == n


@given(st.sets(st.integers(0, 300)))
def test_ranges_come_back(numbers: set[int]) -> None:
    ascending = sorted(numbers)
    if ascending:
        assert ranges.decode(ranges.encode(ascending), 301, "x") == ascending


@pytest.mark.parametrize(
    "flat", [[], [1], [0, 0], [5, 1, 3, 1], [0, 2, 2, 1], [0, 302], [-1, 2], [0, True], None, [0, 2**70]]
)
def test_other_ranges_are_refused(flat: Any) -> None:  # noqa: ANN401
    with pytest.raises(Undecodable):
        ranges.decode(flat, 301, "x")


@given(st.lists(st.integers(0, 3), max_size=60), st.data())
def test_quality_runs_cut_join_and_spread(codes: list[int], data: st.DataObject) -> None:
    runs = quality_runs.of_codes(np.array(codes, np.uint8))
    assert quality_runs.check(runs, len(codes)) == runs
    assert quality_runs.spread(runs).tolist() == codes
    assert quality_runs.from_flat(quality_runs.to_flat(runs), len(codes)) == runs
    cuts = sorted(data.draw(st.lists(st.integers(0, len(codes)), max_size=4)))
    pieces = quality_runs.cut(runs, [0, *cuts, len(codes)])
    assert [code for piece in pieces for code in quality_runs.spread(piece).tolist()] == codes
    assert quality_runs.join(pieces) == runs
    assert all(quality_runs.check(piece, sum(n for n, _ in piece)) == piece for piece in pieces)
