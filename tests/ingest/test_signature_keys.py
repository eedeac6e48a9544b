"""libsodium decides about signatures as the published vectors say, and never accepts what OpenSSL refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.keys import SodiumKey, key_of
from telemetry.cose import EDDSA, ES256, SigningKey, VerifyKey
from telemetry.errors import BadSignature, UnknownKey

VECTORS = Path(__file__).parents[1] / "telemetry/vectors/wycheproof/ed25519_test.json"
GROUPS = json.loads(VECTORS.read_text())["testGroups"]
CASES = [(group["publicKey"]["pk"], case) for group in GROUPS for case in group["tests"]]


def accepts(key: VerifyKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize(("public", "case"), CASES, ids=[str(case["tcId"]) for _, case in CASES])
def test_wycheproof(public: str, case: dict[str, Any]) -> None:
    key = key_of(bytes.fromhex(public), EDDSA)
    assert isinstance(key, SodiumKey)
    found = accepts(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    assert found == (case["result"] == "valid")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511), st.booleans())
def test_both_libraries_agree_on_signatures_of_our_keys(seed: bytes, data: bytes, bit: int, spoil: bool) -> None:
    signing = SigningKey(seed)
    signature = bytearray(signing.sign(data))
    if spoil:
        signature[bit // 8] ^= 1 << bit % 8
    sodium = key_of(signing.public.raw, EDDSA)
    assert accepts(sodium, bytes(signature), data) == accepts(signing.public, bytes(signature), data) == (not spoil)


def test_a_point_of_small_order_is_nobodys_key() -> None:
    identity = (1).to_bytes(32, "little")
    forged = identity + bytes(32)
    assert accepts(VerifyKey(identity), forged, b"anything")  # OpenSSL, and so the difference is real
    assert not accepts(key_of(identity, EDDSA), forged, b"anything")


def test_other_algorithms_are_checked_as_everywhere() -> None:
    with pytest.raises(UnknownKey):
        key_of(bytes(32), 99)
    with pytest.raises(UnknownKey):
        key_of(bytes(65), ES256)
