"""Keys as PEM text: PKCS #8 for private, SubjectPublicKeyInfo for public ones. Ed25519 only. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from telemetry.cose import SigningKey, VerifyKey
from telemetry.errors import TelemetryError

if TYPE_CHECKING:
    from typing import ClassVar


class KeyFileError(TelemetryError):
    """A text that should hold an Ed25519 key does not."""

    reason: ClassVar[str] = "key-file"


def new_signing_key_pem() -> bytes:
    """A fresh Ed25519 private key as unencrypted PEM; the file that holds it must be 0600."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_signing_key(pem: bytes) -> SigningKey:
    """Read an Ed25519 private key. Raises KeyFileError."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"not a private key in PEM: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("the private key is not Ed25519")
    return SigningKey(key.private_bytes_raw())


def write_verify_key(key: VerifyKey) -> bytes:
    """An Ed25519 public key as PEM."""
    return Ed25519PublicKey.from_public_bytes(key.raw).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def read_verify_key(pem: bytes) -> VerifyKey:
    """Read an Ed25519 public key. Raises KeyFileError."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"not a public key in PEM: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError("the public key is not Ed25519")
    return VerifyKey(key.public_bytes_raw())
