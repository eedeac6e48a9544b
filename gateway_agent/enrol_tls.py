"""TLS contexts of a gateway: trust in one CA, host names checked, and what to do about a clock that is wrong for certain.

What makes keys and certificates is imported where it is used: a running gateway does that once in two months.
"""

from __future__ import annotations

import _ssl
import base64
import ssl
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name."""


def trusting(ca_pem: bytes, now_s: float | None = None) -> ssl.SSLContext:
    """A client context that trusts this CA alone.

    A Pi without a clock boots weeks or decades back. A time before the CA itself was made is wrong for certain; then
    periods of validity are not judged (an expired server key of ours could pass), all else is. Otherwise no kit without a
    clock would ever connect.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=ca_pem.decode("ascii"))
    now = time.time() if now_s is None else now_s
    if now < ssl.cert_time_to_seconds(str(context.get_ca_certs()[0]["notBefore"])):
        context.verify_flags |= NO_CHECK_TIME
    return context


def trusting_with_certificate(ca_pem: bytes, certificate: Path, key: Path) -> ssl.SSLContext:
    """The same, showing a client certificate."""
    context = trusting(ca_pem)
    context.load_cert_chain(certificate, key)
    return context


def validity_s(certificate: Path) -> tuple[float, float]:
    """Begin and end of a certificate in a PEM file, as UTC seconds. Raises OSError, ssl.SSLError."""
    shown: dict[str, Any] = _ssl._test_decode_cert(certificate)  # type: ignore[attr-defined]  # noqa: SLF001  (as SSLSocket.getpeercert)
    return ssl.cert_time_to_seconds(shown["notBefore"]), ssl.cert_time_to_seconds(shown["notAfter"])


def untrusting() -> ssl.SSLContext:
    """For one thing only: to fetch the CA's certificate, which the token's fingerprint then proves. Send nothing secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def new_tls_key() -> bytes:
    """A fresh P-256 private key as PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_request(tls_key_pem: bytes) -> bytes:
    """A request (PKCS #10, DER) that proves possession of the key; it names nobody, for the CA decides the name."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = serialization.load_pem_private_key(tls_key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the TLS key is not an elliptic curve key")
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.DER)


def fits(certificate_pem: bytes, tls_key_pem: bytes, ca_pem: bytes) -> bool:
    """Whether a certificate is of this key and issued by this CA."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization

    certificate = x509.load_pem_x509_certificate(certificate_pem)
    key = serialization.load_pem_private_key(tls_key_pem, password=None)
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca_pem))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return key.public_key() == certificate.public_key()


def base64url(data: bytes) -> str:
    """As the enrolment service's forms have bytes."""
    return base64.urlsafe_b64encode(data).decode()
