"""The enrolment token: one line that a person copies from the office's page to the kit. Pure.

    https://kits.example.vn:8443#0G3K7-…-…        URL of the enrolment service, '#', groups of Crockford base 32

The groups hold version (1 byte), secret (16), the first 16 bytes of the SHA-256 of the CA's certificate, and 2 bytes of
check that cover the URL too, so that a slip of the pen is told from a refusal. Case, blanks and hyphens do not matter,
O is read as 0, I and L as 1. A browser that is given the line sends the part before '#' only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urlsplit

from telemetry.errors import TelemetryError

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = 1
SECRET_BYTES: Final = 16
"""128 random bits: cannot be guessed, so a plain hash at rest is enough."""
FINGERPRINT_BYTES: Final = 16
"""128 bits against a second certificate with the same beginning of its hash."""
_CHECK_BYTES: Final = 2
_PAYLOAD_BYTES: Final = 1 + SECRET_BYTES + FINGERPRINT_BYTES
_GROUP: Final = 7
MAX_CHARACTERS: Final = 512
_SECRET_TAG: Final = b"antoan/1/token-secret\0"
_CHECK_TAG: Final = b"antoan/1/token-check\0"
_RFC4648: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD: Final = str.maketrans(_RFC4648, _CROCKFORD)
_FROM_CROCKFORD: Final = str.maketrans(_CROCKFORD + "OIL", _RFC4648 + "ABB")  # O as 0, I and L as 1
_IGNORED: Final = re.compile(r"[\s-]+")


class TokenError(TelemetryError):
    """A text that is no token: mistyped, cut off, or of another version. The message says which and never repeats it."""

    reason: ClassVar[str] = "token"


@dataclass(frozen=True, slots=True, repr=False)
class EnrolmentToken:
    """A token in parts. Its repr does not show the secret."""

    url: str
    """Base URL of the enrolment service, https, without a path."""
    secret: bytes
    ca_fingerprint: bytes

    def __repr__(self) -> str:
        return f"EnrolmentToken({self.url!r})"

    def __str__(self) -> str:
        """The line to copy."""
        payload = bytes((VERSION,)) + self.secret + self.ca_fingerprint
        text = base64.b32encode(payload + _check(self.url, payload)).decode().rstrip("=").translate(_TO_CROCKFORD)
        return f"{self.url}#{'-'.join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))}"

    @property
    def secret_hash(self) -> bytes:
        """What the server keeps instead of the secret."""
        return secret_hash(self.secret)


def new_token(url: str, ca_der: bytes, random_bytes: Callable[[int], bytes]) -> EnrolmentToken:
    """A token with a fresh secret. Raises TokenError for a URL that is not https://host[:port]."""
    return EnrolmentToken(check_url(url), random_bytes(SECRET_BYTES), ca_fingerprint(ca_der))


def parse_token(text: str) -> EnrolmentToken:
    """Read what a person pasted or typed. Raises TokenError."""
    if len(text) > MAX_CHARACTERS:
        raise TokenError(f"longer than {MAX_CHARACTERS} characters: not an enrolment token")
    url, mark, groups = text.strip().partition("#")
    if not mark:
        raise TokenError("no '#': paste the whole line, from https:// to the last group")
    url = check_url(_IGNORED.sub("", url) if " " in url else url)
    data = _decode(_IGNORED.sub("", groups).upper())
    payload, check = data[:_PAYLOAD_BYTES], data[_PAYLOAD_BYTES:]
    if not hmac.compare_digest(check, _check(url, payload)):
        raise TokenError("the check does not fit: a character is mistyped, or the address was changed")
    if payload[0] != VERSION:
        raise TokenError(f"token version {payload[0]}, this gateway knows {VERSION}: bring its software up to date")
    return EnrolmentToken(url, payload[1 : 1 + SECRET_BYTES], payload[1 + SECRET_BYTES :])


def check_url(url: str) -> str:
    """The URL without a trailing slash. Raises TokenError unless it is https://host[:port] and nothing more."""
    try:
        parts = urlsplit(url.rstrip("/"))
        port = parts.port
    except ValueError as error:
        raise TokenError(f"not an address: {error}") from error
    if parts.scheme != "https" or not parts.hostname or port == 0:
        raise TokenError("the address must begin with https:// and name a host")
    if parts.path or parts.query or parts.fragment or parts.username or parts.password or not url.isascii():
        raise TokenError("the address must be https://host:port and nothing more")
    return url.rstrip("/")


def secret_hash(secret: bytes) -> bytes:
    """SHA-256 under a tag of its own, 32 bytes."""
    return hashlib.sha256(_SECRET_TAG + secret).digest()


def ca_fingerprint(ca_der: bytes) -> bytes:
    """The part of a CA certificate's SHA-256 that tokens carry."""
    return hashlib.sha256(ca_der).digest()[:FINGERPRINT_BYTES]


def _check(url: str, payload: bytes) -> bytes:
    return hashlib.sha256(_CHECK_TAG + url.encode() + b"\0" + payload).digest()[:_CHECK_BYTES]


def _decode(groups: str) -> bytes:
    if not set(groups) <= set(_CROCKFORD + "OIL"):
        raise TokenError("the groups hold a character that no token has")
    if len(groups) * 5 != (_PAYLOAD_BYTES + _CHECK_BYTES) * 8:
        raise TokenError(f"{len(groups)} characters in the groups, a token has 56: part of it is missing or doubled")
    return base64.b32decode(groups.translate(_FROM_CROCKFORD))
