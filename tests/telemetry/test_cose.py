"""COSE_Sign1 against the examples of the COSE working group, Ed25519 against Wycheproof."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path
from typing import Any

import cbor2
import pytest

from telemetry import cose
from telemetry.cose import EDDSA, ES256, Sign1, SigningKey, VerifyKey
from telemetry.errors import BadSignature, Malformed, UnknownKey

VECTORS = Path(__file__).parent / "vectors"
EXAMPLES = sorted((VECTORS / "cose").glob("*/*.json"))
SIGN1 = [path for path in EXAMPLES if "sign0" in json.loads(path.read_text())["input"]]
GROUPS = json.loads((VECTORS / "wycheproof/ed25519_test.json").read_text())["testGroups"]
CASES = [(group["publicKey"]["pk"], test) for group in GROUPS for test in group["tests"]]
KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(32))


def octets(key: dict[str, str], name: str) -> bytes:
    if f"{name}_hex" in key:
        return bytes.fromhex(key[f"{name}_hex"])
    return base64.urlsafe_b64decode(key[name] + "==")


def verify_key(key: dict[str, str]) -> VerifyKey:
    if key["kty"] == "OKP":
        return VerifyKey(octets(key, "x"), EDDSA)
    return VerifyKey(b"\x04" + octets(key, "x") + octets(key, "y"), ES256)


def passes(example: dict[str, Any]) -> bool:
    """Whether the signature of an example verifies, headers of theirs as they are."""
    signer = example["input"]["sign0"]
    item = cbor2.loads(bytes.fromhex(example["output"]["cbor"]))
    if isinstance(item, cbor2.CBORTag):
        if item.tag != 18:
            return False
        item = item.value  # ours is untagged, as sign-pass-03 is
    protected, unprotected, payload, signature = item
    external = bytes.fromhex(signer.get("external", ""))
    key = verify_key(signer["key"])
    header = (cbor2.loads(protected) if protected else {}) | dict(unprotected)  # sign-pass-01; ours is always protected
    if header.get(1) != key.algorithm:
        return False
    # RFC 9052 §4.4: an empty map is signed as an empty string; ours is never empty
    to_be_signed = cose.to_be_signed(b"" if protected == b"\xa0" else protected, external, payload)
    if not example.get("fail"):
        assert to_be_signed.hex().upper() == example["intermediates"]["ToBeSign_hex"]
    try:
        key.verify(signature, to_be_signed)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("path", SIGN1, ids=lambda path: path.stem)
def test_examples_of_the_cose_working_group(path: Path) -> None:
    example = json.loads(path.read_text())
    if example["input"]["sign0"]["key"].get("crv") not in ("Ed25519", "P-256"):
        pytest.skip("a curve that is not in the registry")
    assert passes(example) is not bool(example.get("fail"))


def test_the_examples_were_found() -> None:
    assert len(SIGN1) >= 10


@pytest.mark.parametrize(("public", "case"), CASES, ids=lambda value: f"tc{value['tcId']}" if "tcId" in value else "")
def test_wycheproof(public: str, case: dict[str, Any]) -> None:
    key = VerifyKey(bytes.fromhex(public))
    signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
    if case["result"] == "valid":
        key.verify(signature, message)
    else:
        with pytest.raises(BadSignature):
            key.verify(signature, message)


def test_a_signature_verifies_for_its_own_purpose_only() -> None:
    signed = cose.sign(b"payload", KEY, cose.ENTRY)
    signed.verify(KEY.public, cose.ENTRY)
    for purpose in (cose.COMMITTED, cose.ALARM, cose.ENROLMENT, cose.DESIRED):
        with pytest.raises(BadSignature):
            signed.verify(KEY.public, purpose)


def test_another_key_payload_or_signature_is_refused() -> None:
    signed = cose.sign(b"payload", KEY, cose.ENTRY)
    for forged, key in (
        (signed, OTHER.public),
        (Sign1(signed.protected, b"payloae", signed.signature), KEY.public),
        (Sign1(signed.protected, signed.payload, bytes(64)), KEY.public),
        (Sign1(signed.protected, signed.payload, signed.signature + b"\0"), KEY.public),
        (Sign1(b"", signed.payload, signed.signature), KEY.public),
    ):
        with pytest.raises(BadSignature):
            forged.verify(key, cose.ENTRY)


def test_the_message_cannot_choose_the_algorithm() -> None:
    protected = cose.protected_header(ES256, cose.ENTRY.content_type)
    to_be_signed = cose.to_be_signed(protected, cose.ENTRY.external_aad, b"x")
    with pytest.raises(BadSignature, match="protected header"):
        Sign1(protected, b"x", KEY.sign(to_be_signed)).verify(KEY.public, cose.ENTRY)


def test_unknown_algorithms_and_keys_that_are_none() -> None:
    for raw, algorithm in ((bytes(32), -999), (bytes(31), EDDSA), (b"\x04" + bytes(64), ES256), (b"", ES256)):
        with pytest.raises(UnknownKey):
            VerifyKey(raw, algorithm)


def test_what_is_parsed_encodes_to_the_same_bytes() -> None:
    wire = cose.sign(b"payload", KEY, cose.COMMITTED).encode()
    assert cose.parse_sign1(wire, 1000).encode() == wire


@pytest.mark.parametrize(
    "plain",
    [[b"", {}, b""], [b"", {4: b"11"}, b"", b""], [b"", [], b"", b""], ["", {}, b"", b""], [b"", {}, None, b""], {}, 7],
    ids=str,
)
def test_other_shapes_are_malformed(plain: object) -> None:
    with pytest.raises(Malformed):
        cose.parse_sign1(cbor2.dumps(plain), 1000)


def test_a_signing_key_shows_its_public_part_only() -> None:
    assert bytes(range(32)).hex() not in repr(KEY)
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    assert VerifyKey(KEY.public.raw) == KEY.public
    assert hash(VerifyKey(KEY.public.raw)) == hash(KEY.public)
    assert VerifyKey(OTHER.public.raw) != KEY.public
