"""Deterministic CBOR against RFC 8949 appendix A, and against everything that is not deterministic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry import cbor, limits
from telemetry.errors import Malformed, Refused, TooLarge

APPENDIX_A = json.loads((Path(__file__).parent / "vectors/cbor/appendix_a.json").read_text())
OURS = {"00", "f4", "f5", "f6", "a0", "80"}

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(-(2**64), 2**64 - 1) | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=20,
)


def is_ours(value: object) -> bool:
    if isinstance(value, list):
        return all(map(is_ours, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_ours(item) for key, item in value.items())
    return value is None or isinstance(value, (bool, str)) or (isinstance(value, int) and -(2**64) <= value < 2**64)


@pytest.mark.parametrize("vector", APPENDIX_A, ids=lambda vector: vector["hex"][:24])
def test_appendix_a_is_read_where_deterministic_and_refused_elsewhere(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    integer_keys = vector["hex"] == "a201020304"
    byte_string = data[0] >> 5 == 2 and data[0] != 0x5F
    readable = "decoded" in vector and vector["roundtrip"] and is_ours(vector["decoded"]) and data[0] >> 5 < 6
    simple = vector["hex"] in OURS
    if readable or integer_keys or byte_string or simple:
        value = cbor.decode(data)
        assert cbor.encode(value) == data
        if readable:
            assert value == vector["decoded"]
    else:
        with pytest.raises(Malformed):
            cbor.decode(data)


@given(plain)
def test_what_is_encoded_decodes_to_the_same(value: object) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=60))
def test_what_is_decoded_encodes_to_the_same_bytes(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Refused:
        return
    assert cbor.encode(value) == data


@given(st.dictionaries(st.integers(-(2**64), 2**64 - 1) | st.text(max_size=4), st.none(), max_size=8))
def test_map_keys_stand_in_bytewise_order_of_their_encoding(value: dict[Any, None]) -> None:
    keys = list(cbor2.loads(cbor.encode(value)))
    assert keys == sorted(keys, key=cbor2.dumps)


@pytest.mark.parametrize(
    ("hexes", "what"),
    [
        ("1801", "a number in a longer form than needed"),
        ("0000", "bytes after the item"),
        ("a2020001 00".replace(" ", ""), "map keys out of order"),
        ("a2010001 00".replace(" ", ""), "a map key twice"),
        ("a1f400", "a boolean as map key"),
        ("9f01ff", "an indefinite array"),
        ("5f4101ff", "an indefinite byte string"),
        ("f93c00", "a float"),
        ("f97e00", "a NaN"),
        ("f7", "undefined"),
        ("f0", "a simple value"),
        ("c11a514b67b0", "a tagged date"),
        ("c249010000000000000000", "a big integer"),
        ("c4821a3b9aca0001", "a decimal fraction with a huge exponent"),
        ("c5821a0fffffff03", "a bigfloat with a huge exponent"),
        ("d81c81d81d00", "a shared reference to itself"),
        ("d9010283010203", "a set"),
        ("62c328", "text that is not UTF-8"),
        ("", "nothing"),
        ("9bffffffffffffffff", "an array of 2^64 - 1 items"),
        ("5bffffffffffffffff", "a byte string of 2^64 - 1 bytes"),
        ("bb7fffffffffffffff", "a map of 2^63 - 1 pairs"),
        ("81" * 5000 + "00", "nesting of 5,000 arrays"),
        ("a100" * 5000 + "00", "nesting of 5,000 maps"),
    ],
    ids=lambda value: value[:40],
)
def test_is_refused(hexes: str, what: str) -> None:
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(hexes))


def test_more_bytes_than_allowed_are_too_large() -> None:
    with pytest.raises(TooLarge):
        cbor.decode(bytes(limits.BODY_BYTES + 1))


def test_nesting_to_the_bound_is_read_and_one_more_is_refused() -> None:
    cbor.decode(b"\x81" * limits.CBOR_DEPTH + b"\x00")
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * (limits.CBOR_DEPTH + 1) + b"\x00")


@pytest.mark.parametrize("value", [1.0, 2**64, -(2**64) - 1, {True: 1}, {b"x": 1}, {1.5: 1}, object(), {1, 2}])
def test_what_our_cbor_does_not_hold_is_not_encoded(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.encode(value)


@given(st.integers(0, 7), st.integers(0, 2**64 - 1))
def test_heads_are_in_the_shortest_form(major: int, argument: int) -> None:
    if major == 0:
        assert cbor.head(0, argument) == cbor2.dumps(argument)
    if major == 1:
        assert cbor.integer(-1 - argument) == cbor2.dumps(-1 - argument)
    with pytest.raises(ValueError, match="fit"):
        cbor.head(major, 2**64)
