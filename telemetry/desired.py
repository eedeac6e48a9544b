"""`desired`: the configuration that the server wants of one gateway: signed, bound to it, strictly increasing, expiring.

desired  [1, gateway, number, issued_us, expires_us, body]      body: JSON text, as a person's settings file has it
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry import cbor, cose, fields, topics
from telemetry.errors import Malformed

if TYPE_CHECKING:
    from telemetry.cose import SigningKey, VerifyKey

DESIRED_BYTES: Final = 15_000
"""Of the whole message: what a gateway lets a broker send it, with room for MQTT's header."""


@dataclass(frozen=True, slots=True)
class Desired:
    """A wanted configuration. `number` grows with each for a gateway; times are UTC µs."""

    gateway: str
    number: int
    issued_us: int
    expires_us: int
    body: bytes

    def seal(self, key: SigningKey) -> bytes:
        """The message: COSE_Sign1 by the server's key. Raises ValueError when it is larger than a gateway takes."""
        plain = [1, self.gateway, self.number, self.issued_us, self.expires_us, self.body]
        wire = cose.sign(cbor.encode(plain), key, cose.DESIRED).encode()
        if len(wire) > DESIRED_BYTES:
            raise ValueError(f"a configuration of {len(wire)} bytes where {DESIRED_BYTES} are allowed")
        return wire


def open_desired(wire: bytes, key: VerifyKey) -> Desired:
    """Verify and read. Raises TooLarge, Malformed, BadSignature."""
    signed = cose.parse_sign1(wire, DESIRED_BYTES)
    signed.verify(key, cose.DESIRED)
    body = fields.array(cbor.decode(signed.payload, DESIRED_BYTES), 6, "desired")
    if body[0] != 1 or not isinstance(body[1], str) or not topics.is_gateway_id(body[1]):
        raise Malformed("desired: version 1 and a gateway id are expected")
    return Desired(
        gateway=body[1],
        number=fields.uint(body[2], 2**62, "desired number"),
        issued_us=fields.int64(body[3], "desired issue"),
        expires_us=fields.int64(body[4], "desired expiry"),
        body=fields.octets(body[5], None, "desired body"),
    )


def digest(wire: bytes) -> bytes:
    """What the chain names a configuration by."""
    return hashlib.sha256(wire).digest()
