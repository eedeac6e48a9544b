"""COSE_Sign1 (RFC 9052 §4.2), untagged, with an attached payload and an empty unprotected header.

protected = {1: alg, 3: content type}; the external_aad names the purpose, so that one kind of signature never stands for another.
Algorithm agile: keys carry their COSE algorithm, and the key of (gateway, epoch) is what decides, never the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from telemetry import cbor
from telemetry.errors import BadSignature, Malformed, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Callable

EDDSA: Final = -8
"""COSE algorithm EdDSA with an Ed25519 key: what every COSE library knows."""

ES256: Final = -7
"""COSE algorithm ES256 with a P-256 key (uncompressed point): what secure elements for small boards can do."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a signature is for: `external_aad` and the content type (CoAP Content-Format, experimental range) of the payload."""

    external_aad: bytes
    content_type: int


ENTRY: Final = Purpose(b"antoan/1/entry", 65001)
COMMITTED: Final = Purpose(b"antoan/1/committed", 65002)
ALARM: Final = Purpose(b"antoan/1/alarm", 65003)
ENROLMENT: Final = Purpose(b"antoan/1/enrolment", 65004)
DESIRED: Final = Purpose(b"antoan/1/desired", 65005)


class _Verifier(Protocol):
    def verify(self, signature: bytes, data: bytes, /) -> None: ...


class _Es256:
    """ECDSA with P-256 and SHA-256; COSE's signatures are r ‖ s, 32 bytes each."""

    def __init__(self, raw: bytes) -> None:
        self._key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raises InvalidSignature."""
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        self._key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))


_PUBLIC: Final[dict[int, tuple[int, Callable[[bytes], _Verifier]]]] = {
    EDDSA: (64, Ed25519PublicKey.from_public_bytes),
    ES256: (64, _Es256),
}
"""The registry: COSE algorithm → (signature length, reader of raw public keys). A new algorithm is one line here."""


class VerifyKey:
    """A public key with its algorithm."""

    __slots__ = ("_key", "_signature_bytes", "algorithm", "raw")

    def __init__(self, raw: bytes, algorithm: int = EDDSA) -> None:
        """Read a raw public key (Ed25519: 32 bytes). Raises UnknownKey for an algorithm or key that is none of ours."""
        if algorithm not in _PUBLIC:
            raise UnknownKey(f"COSE algorithm {algorithm} is not in the registry")
        self._signature_bytes, reader = _PUBLIC[algorithm]
        try:
            self._key = reader(raw)
        except ValueError as error:
            raise UnknownKey(f"not a public key of algorithm {algorithm}: {error}") from error
        self.raw = raw
        self.algorithm = algorithm

    def verify(self, signature: bytes, data: bytes) -> None:
        """Raises BadSignature."""
        if len(signature) != self._signature_bytes:
            raise BadSignature(f"a signature of {len(signature)} bytes where the algorithm has {self._signature_bytes}")
        try:
            self._key.verify(signature, data)
        except InvalidSignature as error:
            raise BadSignature("the signature does not fit the signed bytes and this key") from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and (self.algorithm, self.raw) == (other.algorithm, other.raw)

    def __hash__(self) -> int:
        return hash((self.algorithm, self.raw))

    def __repr__(self) -> str:
        return f"VerifyKey({self.raw.hex()}, {self.algorithm})"


class SigningKey:
    """An Ed25519 private key. Its repr and pickle never show the secret."""

    __slots__ = ("_key", "algorithm", "public")

    def __init__(self, seed: bytes) -> None:
        """Read the 32-byte seed (RFC 8032 private key). Raises ValueError for another length."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.algorithm = EDDSA
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.public = VerifyKey(raw)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"SigningKey(of {self.public.raw.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("a signing key does not leave its process")


@dataclass(frozen=True, slots=True)
class Sign1:
    """A parsed COSE_Sign1; the signature is not verified yet."""

    protected: bytes
    payload: bytes
    signature: bytes

    def plain(self) -> list[Any]:
        """The array of the wire."""
        return [self.protected, {}, self.payload, self.signature]

    def encode(self) -> bytes:
        """The bytes of the wire."""
        return cbor.encode(self.plain())

    def verify(self, key: VerifyKey, purpose: Purpose) -> None:
        """Check header and signature. Raises UnknownKey (another algorithm than the key's), BadSignature."""
        if self.protected != protected_header(key.algorithm, purpose.content_type):
            raise BadSignature("the protected header is not that of this key's algorithm and this purpose")
        key.verify(self.signature, to_be_signed(self.protected, purpose.external_aad, self.payload))


@lru_cache(maxsize=64)
def protected_header(algorithm: int, content_type: int) -> bytes:
    """The encoded protected header {1: alg, 3: content type}."""
    return cbor.encode({1: algorithm, 3: content_type})


def to_be_signed(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052 §4.4 for COSE_Sign1."""
    return b"".join((
        b"\x84\x6aSignature1",
        cbor.head(2, len(protected)), protected,
        cbor.head(2, len(external_aad)), external_aad,
        cbor.head(2, len(payload)), payload,
    ))  # fmt: skip


def sign(payload: bytes, key: SigningKey, purpose: Purpose) -> Sign1:
    """Sign a payload for one purpose."""
    protected = protected_header(key.algorithm, purpose.content_type)
    return Sign1(protected, payload, key.sign(to_be_signed(protected, purpose.external_aad, payload)))


def parse_sign1(data: bytes, max_bytes: int) -> Sign1:
    """Parse an encoded COSE_Sign1; nothing is verified. Raises TooLarge, Malformed."""
    return sign1_from_plain(cbor.decode(data, max_bytes))


def sign1_from_plain(value: Any) -> Sign1:  # noqa: ANN401
    """Check the shape of a decoded COSE_Sign1. Raises Malformed."""
    if not isinstance(value, list) or len(value) != 4:
        raise Malformed("COSE_Sign1 is an array of four")
    protected, unprotected, payload, signature = value
    if unprotected != {} or not isinstance(unprotected, dict):
        raise Malformed("COSE_Sign1 of ours has an empty unprotected header")
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise Malformed("COSE_Sign1: protected header, payload and signature are byte strings")
    return Sign1(protected, payload, signature)
