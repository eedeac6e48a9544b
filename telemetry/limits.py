"""Every bound of the wire, with its reason. What is over a bound is refused as TooLarge before anything is allocated."""

from __future__ import annotations

from typing import Final

MESSAGE_BYTES: Final = 64 * 1024
"""An MQTT payload; the broker's own limit is the same, so no gateway can fill it. Archive rows may be larger."""

ARCHIVE_BYTES: Final = 8 * 1024 * 1024
"""A run at rest: 2^20 values of 8 bytes that would not compress at all."""

LEAVES: Final = 1024
"""Leaves of an entry: 500 channels with a time column each; salts of one entry then take 16 KiB."""

ENTRY_VALUES: Final = 65_536
"""Sum of sizes of an entry: 512 KiB once decoded; an hour of 18 channels at 1 Hz."""

RUN_VALUES: Final = 1 << 20
"""Sum of sizes of a run: 8 MiB once decoded."""

RUN_ENTRIES: Final = 16_384
"""Entries of a run: an idle gateway's eleven days of one entry a minute."""

RUN_LEAVES: Final = 1 << 17
"""Leaves of a run: 128 K hashes, a tenth of a second."""

BODY_BYTES: Final = 16 * 1024
"""The body of one event or one channel descriptor."""

CBOR_DEPTH: Final = 12
"""Nesting of any CBOR of ours; the deepest honest message has 6 levels."""

SMALL_MESSAGE_BYTES: Final = 8 * 1024
"""Alarm notices, committed and status messages."""

BEACON_BYTES: Final = 8
"""Truncation of the digest of the last `committed`: 64 bits cannot be guessed before it was published."""

BOOT_BYTES: Final = 16
"""A boot id: random, so that two boots are never taken for one."""

DIGEST_BYTES: Final = 32
"""SHA-256."""

SALT_BYTES: Final = 16
"""A salt, and a block key (BK) from which salts of 256 seqs come."""

BLOCK_SEQS: Final = 256
"""Seqs that share a block key."""

EPOCH_MAX: Final = 2**32 - 1
CHANNEL_MAX: Final = 2**16 - 1
SEQ_MAX: Final = 2**53 - 1
"""Largest integer that every reader's number type holds exactly."""
