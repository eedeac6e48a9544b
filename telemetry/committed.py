"""`committed`: the server's signed acknowledgement by content. The gateway frees up to `seq` only if `digest` equals its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry import cbor, cose, fields, limits, topics
from telemetry.errors import Malformed

if TYPE_CHECKING:
    from telemetry.cose import SigningKey, VerifyKey


@dataclass(frozen=True, slots=True)
class Committed:
    """What the record holds of one chain. `seq` is -1 (digest: the enrolment record's) before the first entry.

    `ask` grows by one whenever the server wants the gateway to send again from `seq` + 1; `server_time_us` is UTC µs of the commit.
    """

    gateway: str
    epoch: int
    seq: int
    digest: bytes
    ask: int
    server_time_us: int

    def seal(self, key: SigningKey) -> bytes:
        """The message: COSE_Sign1 by the server's key."""
        body = [1, self.gateway, self.epoch, self.seq, self.digest, self.ask, self.server_time_us]
        return cose.sign(cbor.encode(body), key, cose.COMMITTED).encode()


def open_committed(wire: bytes, key: VerifyKey) -> Committed:
    """Verify and read. Raises TooLarge, Malformed, BadSignature."""
    signed = cose.parse_sign1(wire, limits.SMALL_MESSAGE_BYTES)
    signed.verify(key, cose.COMMITTED)
    body = fields.array(cbor.decode(signed.payload), 7, "committed")
    if body[0] != 1 or not isinstance(body[1], str) or not topics.is_gateway_id(body[1]):
        raise Malformed("committed: version 1 and a gateway id are expected")
    return Committed(
        gateway=body[1],
        epoch=fields.uint(body[2], limits.EPOCH_MAX, "committed epoch"),
        seq=fields.uint(fields.int64(body[3], "committed seq") + 1, limits.SEQ_MAX + 1, "committed seq") - 1,
        digest=fields.octets(body[4], limits.DIGEST_BYTES, "committed digest"),
        ask=fields.uint(body[5], limits.SEQ_MAX, "committed ask"),
        server_time_us=fields.int64(body[6], "committed server time"),
    )


def beacon(wire: bytes) -> bytes:
    """The beacon that entries carry after this message was seen: proof that they were sealed not before it."""
    return hashlib.sha256(b"antoan/1/committed\0" + wire).digest()[: limits.BEACON_BYTES]
