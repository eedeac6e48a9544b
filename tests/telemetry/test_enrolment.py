"""Enrolment records, tokens and proofs: what goes in comes out, and any change is refused."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry import cbor, cose
from telemetry.cose import SigningKey
from telemetry.enrolment import (
    NO_ENTRY,
    EnrolmentRecord,
    PreviousHead,
    decode_record,
    mqtt_user,
    open_enrolment,
)
from telemetry.enrolment_request import (
    open_enrol,
    prove_enrol,
    prove_renew,
    renewal_claim,
    verify_renewal,
)
from telemetry.enrolment_token import EnrolmentToken, TokenError, new_token, parse_token
from telemetry.errors import BadSignature, Malformed, Refused
from telemetry.pem import KeyFileError, new_signing_key_pem, read_signing_key, read_verify_key, write_verify_key

SERVER, KIT, OTHER = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3))
RECORD = EnrolmentRecord(
    gateway="kitthanhtra1",
    epoch=2,
    algorithm=cose.EDDSA,
    sealing_key=KIT.public.raw,
    previous=PreviousHead(1, 41, b"d" * 32),
    enrolled_us=1_795_425_483_123_456,
)
heads = st.builds(
    PreviousHead,
    epoch=st.just(1),
    seq=st.integers(NO_ENTRY, 2**53 - 1),
    digest=st.binary(min_size=32, max_size=32),
)
records = st.builds(
    EnrolmentRecord,
    gateway=st.from_regex(r"[a-z0-9]{8,32}", fullmatch=True),
    epoch=st.integers(2, 2**32 - 1),
    algorithm=st.integers(-(2**31), 2**31),
    sealing_key=st.binary(min_size=32, max_size=32),
    previous=st.none() | heads,
    enrolled_us=st.integers(-(2**63), 2**63 - 1),
)
tokens = st.builds(
    EnrolmentToken,
    url=st.sampled_from(["https://kits.example.vn", "https://10.0.0.5:8443", "https://[::1]:8443"]),
    secret=st.binary(min_size=16, max_size=16),
    ca_fingerprint=st.binary(min_size=16, max_size=16),
)


@given(records)
def test_a_record_is_read_as_it_was_signed(record: EnrolmentRecord) -> None:
    assert open_enrolment(record.seal(SERVER), SERVER.public) == record


@given(st.data())
def test_any_changed_byte_of_a_signed_record_is_refused(data: st.DataObject) -> None:
    wire = bytearray(RECORD.seal(SERVER))
    place = data.draw(st.integers(0, len(wire) - 1))
    wire[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        open_enrolment(bytes(wire), SERVER.public)


def test_every_field_is_in_the_digest() -> None:
    changed = {
        "gateway": "kitthanhtra2",
        "epoch": 3,
        "algorithm": -19,
        "sealing_key": OTHER.public.raw,
        "previous": None,
        "enrolled_us": 0,
    }
    assert set(changed) == {field.name for field in dataclasses.fields(EnrolmentRecord)}
    digests = {dataclasses.replace(RECORD, **{name: value}).digest for name, value in changed.items()}  # type: ignore[arg-type]
    assert len(digests | {RECORD.digest}) == len(changed) + 1


def test_a_record_of_another_server_or_purpose_is_refused() -> None:
    with pytest.raises(BadSignature):
        open_enrolment(RECORD.seal(OTHER), SERVER.public)
    with pytest.raises(BadSignature):
        open_enrolment(cose.sign(RECORD.encode(), SERVER, cose.COMMITTED).encode(), SERVER.public)


@pytest.mark.parametrize(
    ("index", "value"),
    [(0, 2), (1, "KIT"), (2, 0), (2, 1), (3, "EdDSA"), (4, b"short"), (5, []), (5, [1, -2, b"d" * 32]), (6, None)],
)
def test_a_record_of_another_form_is_refused(index: int, value: object) -> None:
    plain = cbor.decode(RECORD.encode())
    plain[index] = value
    with pytest.raises(Malformed):
        decode_record(cbor.encode(plain))


def test_the_broker_knows_a_gateway_by_partition_and_id() -> None:
    assert mqtt_user("kitaaaaa1") == "7/kitaaaaa1"


@given(tokens, st.booleans(), st.booleans())
def test_a_token_is_read_however_it_was_copied(token: EnrolmentToken, lower: bool, spaced: bool) -> None:
    url, groups = str(token).split("#")
    groups = groups.lower().replace("0", "o").replace("1", "l") if lower else groups
    groups = groups.replace("-", " ") if spaced else groups.replace("-", "")
    assert parse_token(f"  {url}#{groups}\n") == token


@given(tokens, st.data())
def test_a_mistyped_character_is_noticed_before_anything_is_asked(token: EnrolmentToken, data: st.DataObject) -> None:
    """The check has 16 bits: one slip in 65,536 passes it, and is then refused by the server."""
    url, groups = str(token).split("#")
    at = data.draw(st.sampled_from([i for i, c in enumerate(groups) if c != "-"]))
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if c != groups[at]]))
    try:
        read = parse_token(f"{url}#{groups[:at]}{other}{groups[at + 1 :]}")
    except TokenError as error:
        assert token.secret.hex() not in str(error)  # noqa: PT017
    else:
        assert read != token


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://kits.example.vn",
        "http://kits.example.vn#0",
        "https://kits.example.vn/path#0",
        "https://user@kits.example.vn#0",
        "https://kits.example.vn#0123",
        "https://kits.example.vn#" + "U" * 56,
        "https://kits.example.vn:99999#0",
        "#" * 600,
    ],
)
def test_what_is_no_token_is_refused_with_a_word_of_help(text: str) -> None:
    with pytest.raises(TokenError):
        parse_token(text)


def test_a_token_whose_address_was_changed_is_noticed() -> None:
    token = str(new_token("https://kits.example.vn", b"ca", bytes))
    with pytest.raises(TokenError, match="address was changed"):
        parse_token(token.replace("kits", "evil"))


def test_neither_repr_nor_hash_shows_the_secret() -> None:
    token = new_token("https://kits.example.vn", b"ca", lambda n: b"s" * n)
    assert "s" * 8 not in repr(token)
    assert token.secret not in token.secret_hash


def test_proofs_hold_for_their_own_request_key_and_purpose_only() -> None:
    proof = prove_enrol(KIT, b"h" * 32, b"csr")
    assert open_enrol(proof, b"csr").sealing_key == KIT.public.raw
    with pytest.raises(BadSignature):
        open_enrol(proof, b"another csr")
    renewal = prove_renew(KIT, "kitthanhtra1", 2, b"c" * 40, b"csr")
    assert verify_renewal(renewal, KIT.public, b"csr") == renewal_claim(renewal)
    for key, csr in ((OTHER.public, b"csr"), (KIT.public, b"another csr")):
        with pytest.raises(BadSignature):
            verify_renewal(renewal, key, csr)
    with pytest.raises(Refused):
        open_enrol(renewal, b"csr")
    with pytest.raises(Refused):
        verify_renewal(proof, KIT.public, b"csr")


def test_a_proof_that_names_another_key_than_it_is_signed_with_is_refused() -> None:
    own = cose.parse_sign1(prove_enrol(KIT, b"h" * 32, b"csr"), 512)
    body = cbor.decode(own.payload)
    body[2] = OTHER.public.raw
    forged = cose.Sign1(own.protected, cbor.encode(body), own.signature).encode()
    with pytest.raises(BadSignature):
        open_enrol(forged, b"csr")


def test_keys_are_read_from_pem_as_they_were_written() -> None:
    key = read_signing_key(new_signing_key_pem())
    assert read_verify_key(write_verify_key(key.public)) == key.public
    for read in (read_signing_key, read_verify_key):
        with pytest.raises(KeyFileError):
            read(b"-----BEGIN NOTHING-----")
