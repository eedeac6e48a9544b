"""The alarm notice: a signed alarm transition sent ahead of everything, outside the window, so that no backlog delays it.

Notified once by (gateway, epoch, episode, transition); reconciled when the entry `seq` that carries the same event arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry import cbor, cose, fields, limits, topics
from telemetry.errors import Malformed
from telemetry.events import Alarm
from telemetry.link import Clock, clock_from_plain

if TYPE_CHECKING:
    from telemetry.cose import Sign1, SigningKey, VerifyKey


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    """An alarm transition at `t_us` µs since `boot`, and the seq of the entry that will carry it."""

    gateway: str
    epoch: int
    seq: int
    boot: bytes
    clock: Clock
    t_us: int
    alarm: Alarm

    def seal(self, key: SigningKey) -> bytes:
        """The message: COSE_Sign1 by the gateway's sealing key."""
        body = [
            1, self.gateway, self.epoch, self.seq, self.boot, self.clock.plain(), self.t_us, self.alarm.encode(),
        ]  # fmt: skip
        return cose.sign(cbor.encode(body), key, cose.ALARM).encode()


@dataclass(frozen=True, slots=True)
class UnverifiedNotice:
    """A parsed notice; `verify` with the key of (gateway, epoch) before anything else is done with it."""

    notice: AlarmNotice
    signed: Sign1

    def verify(self, key: VerifyKey) -> AlarmNotice:
        """The notice, proven. Raises BadSignature."""
        self.signed.verify(key, cose.ALARM)
        return self.notice


def parse_alarm_notice(wire: bytes) -> UnverifiedNotice:
    """Parse a notice to find its key; nothing is verified. Raises TooLarge, Malformed, Undecodable."""
    signed = cose.parse_sign1(wire, limits.SMALL_MESSAGE_BYTES)
    body = fields.array(cbor.decode(signed.payload), 8, "alarm notice")
    if body[0] != 1 or not isinstance(body[1], str) or not topics.is_gateway_id(body[1]):
        raise Malformed("alarm notice: version 1 and a gateway id are expected")
    notice = AlarmNotice(
        gateway=body[1],
        epoch=fields.uint(body[2], limits.EPOCH_MAX, "alarm epoch"),
        seq=fields.uint(body[3], limits.SEQ_MAX, "alarm seq"),
        boot=fields.octets(body[4], limits.BOOT_BYTES, "alarm boot"),
        clock=clock_from_plain(body[5]),
        t_us=fields.int64(body[6], "alarm time"),
        alarm=Alarm.decode(fields.octets(body[7], None, "alarm body"), limits.BODY_BYTES),
    )
    return UnverifiedNotice(notice, signed)
