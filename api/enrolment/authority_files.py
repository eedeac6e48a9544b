"""The CA's folder: root, the server's signing key, and the servers' certificates. Made on first use, checked on every one.

    root.key    0600  P-256 private key of the root          root.pem          the root's certificate (what tokens vouch for)
    server.key  0600  Ed25519: signs `committed`, `desired`   server.pub.pem    its public key
                      and enrolment records
    servers/{name}.key, servers/{name}.pem                   certificates of broker, API and enrolment service

Ingest reads `server.key` by its setting; the broker is given copies of its own pair, `root.pem` and the revocation list.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.enrolment.authority import SERVER_LIFE, Authority, issue_server, new_authority
from api.enrolment.errors import AuthorityError
from api.enrolment.private_files import private_folder, read_private, write_file
from telemetry.pem import KeyFileError, new_signing_key_pem, read_signing_key, write_verify_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from telemetry.cose import SigningKey

DEFAULT_NAME: Final = "AnToan"
ROOT_KEY, ROOT_PEM, SERVER_KEY, SERVER_PUBLIC = "root.key", "root.pem", "server.key", "server.pub.pem"
_RENEW_WHEN_LEFT: Final = SERVER_LIFE / 3


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """A server's certificate and private key on disk."""

    cert_file: Path
    key_file: Path


def open_authority(folder: Path, name: str = DEFAULT_NAME, now: datetime | None = None) -> Authority:
    """The CA of a folder, made on first use. Raises AuthorityError: others may read it, or it is damaged."""
    with _locked(folder):
        if not (folder / ROOT_PEM).exists():  # written last, so without it nothing was ever issued
            _write_root(folder, new_authority(name, now or datetime.now(UTC)))
        try:
            key = serialization.load_pem_private_key(read_private(folder / ROOT_KEY), password=None)
            certificate = x509.load_pem_x509_certificate((folder / ROOT_PEM).read_bytes())
        except ValueError as error:
            raise AuthorityError(f"{folder}: {ROOT_KEY} or {ROOT_PEM} is damaged: restore the backup") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise AuthorityError(f"{folder}: {ROOT_KEY} is not the key of {ROOT_PEM}: restore the backup")
    return Authority(certificate, key)


def open_server_key(folder: Path) -> SigningKey:
    """The key that signs `committed` and enrolment records, made on first use. Raises AuthorityError."""
    with _locked(folder):
        if not (folder / SERVER_KEY).exists():
            write_file(folder / SERVER_KEY, new_signing_key_pem())
        try:
            key = read_signing_key(read_private(folder / SERVER_KEY))
        except KeyFileError as error:
            raise AuthorityError(f"{folder / SERVER_KEY}: {error}: restore the backup") from error
        write_file(folder / SERVER_PUBLIC, write_verify_key(key.public), 0o644)
    return key


def ensure_server(folder: Path, server: str, names: Sequence[str], now: datetime | None = None) -> ServerFiles:
    """A server's certificate for these host names and addresses: the one there is, or a new one with a new key.

    New when there is none, when the names differ, or when a third of its life is left. Raises AuthorityError.
    """
    moment = now or datetime.now(UTC)
    authority = open_authority(folder)
    with _locked(folder):
        private_folder(folder / "servers")
        files = ServerFiles(folder / "servers" / f"{server}.pem", folder / "servers" / f"{server}.key")
        if not _still_good(files, authority, names, moment):
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = issue_server(authority, key.public_key(), names, moment)
            write_file(files.key_file, _private_pem(key))
            write_file(files.cert_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return files


def _still_good(files: ServerFiles, authority: Authority, names: Sequence[str], now: datetime) -> bool:
    if not (files.cert_file.exists() and files.key_file.exists()):
        return False
    try:
        certificate = x509.load_pem_x509_certificate(files.cert_file.read_bytes())
        key = serialization.load_pem_private_key(read_private(files.key_file), password=None)
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature, AuthorityError):
        return False  # any damage has one cure: issue it anew
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    present = {str(name.value) for name in alternatives}
    long_enough = certificate.not_valid_after_utc - now > _RENEW_WHEN_LEFT
    return key.public_key() == certificate.public_key() and present == set(names) and long_enough


def _write_root(folder: Path, authority: Authority) -> None:
    write_file(folder / ROOT_KEY, _private_pem(authority.key))
    write_file(folder / ROOT_PEM, authority.pem, 0o644)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time makes what is missing."""
    private_folder(folder)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
