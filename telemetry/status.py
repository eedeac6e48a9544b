"""Retained status of a gateway: unsigned, for people and health pages; TLS and the topic ACL protect it, nothing rests on it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telemetry import limits
from telemetry.body import Body

Word = Annotated[str, Field(max_length=128)]


class Latest(Body):
    """The last measured reading of a channel."""

    channel: int = Field(ge=0, le=limits.CHANNEL_MAX)
    t_us: int = Field(description="µs since boot")
    value: int
    quality: int = Field(ge=0, le=255)


class Status(Body):
    """What a gateway says of itself. The last will is `Status(online=False)` with gateway and epoch only."""

    gateway: Annotated[str, Field(pattern=r"^[a-z0-9]{8,32}$")]
    epoch: int = Field(ge=0, le=limits.EPOCH_MAX)
    online: bool
    version: Word = ""
    boot: bytes = Field(default=b"", max_length=limits.BOOT_BYTES)
    t_us: int | None = Field(default=None, description="µs since boot when this was written")
    clock_source: int = Field(default=0, ge=0, le=255)
    utc_offset_us: int | None = None
    bound_us: int | None = None
    sealed_seq: int | None = Field(default=None, description="last sealed entry")
    committed_seq: int | None = Field(default=None, description="last entry known to be committed")
    spool_entries: int | None = Field(default=None, description="entries not yet known to be committed")
    spool_bytes: int | None = None
    fork: bool = Field(default=False, description="the server's digest differs: waits for a person to re-enrol it")
    configuration: int | None = Field(
        default=None, description="number of the wanted configuration in force, None: its own file"
    )
    faults: list[Word] = Field(default=[], max_length=32)
    latest: list[Latest] = Field(default=[], max_length=limits.LEAVES)


def read_status(wire: bytes) -> Status:
    """Read a status message. Raises TooLarge, Malformed, Undecodable."""
    return Status.decode(wire, limits.MESSAGE_BYTES)
