"""Receipts of runs at rest come back as they were, in few bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.receipts import pack, unpack

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(INT64, INT64), max_size=200))
def test_positions_and_receive_times_come_back(rows: list[tuple[int, int]]) -> None:
    columns = np.array(rows, np.int64).reshape(-1, 2)
    positions, received = unpack(pack(columns[:, 0], columns[:, 1]))
    assert positions.tolist() == columns[:, 0].tolist()
    assert received.tolist() == columns[:, 1].tolist()


def test_an_hour_of_entries_takes_a_few_bytes_each() -> None:
    rng = np.random.default_rng(1)
    positions = np.cumsum(rng.integers(1, 40, 360))
    received = 1_795_000_000_000_000 + np.cumsum(10_000_000 + rng.integers(-20_000, 20_000, 360))
    assert len(pack(positions, received)) < 360 * 5


@pytest.mark.parametrize("broken", [b"", b"\x02\x01\x00\x00\x00", b"\x01\xff\xff\xff\xff", b"\x01\x01\x00\x00\x00xx"])
def test_what_is_no_receipt_is_refused(broken: bytes) -> None:
    with pytest.raises(StoreError):
        unpack(broken)
