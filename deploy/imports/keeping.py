"""The key that seals imports. It belongs to this installation, not to any gateway.

What it signs says that a file was taken in here as it was, not where it came from.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from telemetry.cose import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.cose import VerifyKey

_SEED_BYTES = 32


class ImportKeyError(Exception):
    """The key file is not one, or others may read it."""


def import_key(path: Path) -> SigningKey:
    """The key in a file, made at first use, readable by its owner alone. Raises ImportKeyError, OSError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return key_in(path)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(_SEED_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return key_in(path)


def key_in(path: Path) -> SigningKey:
    """The key in a file that is there. Raises ImportKeyError, OSError."""
    if path.stat().st_mode & 0o077:
        raise ImportKeyError(
            f"{path} may be read by others; `chmod 600 {path}`, and take a new key if it may have been copied"
        )
    seed = path.read_bytes()
    if len(seed) != _SEED_BYTES:
        raise ImportKeyError(f"{path} is no key of {_SEED_BYTES} bytes; name another file with --key")
    return SigningKey(seed)


def importer_id(key: VerifyKey) -> str:
    """The id under which this key seals: it begins with `import`, so that it is never taken for a gateway."""
    return "import" + hashlib.sha256(key.raw).hexdigest()[:16]
