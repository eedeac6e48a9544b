"""The folder of an import: the file as it was, the sealed chain, and what a person should read first.

<first 16 of the SHA-256>/
    original/<name>    the file, byte for byte
    entries.bin        the sealed messages, each with its length (4 bytes, most significant first) in front
    import.json        what it is, whose key sealed it, and that its origin is not proven
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.imports.keeping import importer_id
from deploy.imports.sealing import EPOCH, seal_file, start_of
from firmware_profiles.decoding.exports import Logged, read_file
from telemetry.chain import Head, verify_chain
from telemetry.cose import VerifyKey
from telemetry.message import parse_message

if TYPE_CHECKING:
    from datetime import tzinfo

    from deploy.imports.sealing import SealedImport
    from firmware_profiles.loader import Loaded
    from telemetry.cose import SigningKey

_LENGTH_BYTES = 4
ORIGIN = "not proven: sealed when it was taken in, by the key of this installation, not by the instrument"


class NotTheFileError(Exception):
    """The folder is not what it says. The message names what differs."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in."""

    folder: Path
    digest: bytes
    logged: Logged
    messages: int


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8, else as such instruments write it (Latin-1)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def take_in(path: Path, loaded: Loaded, to: Path, key: SigningKey, zone: tzinfo | None) -> Taken:
    """Read, seal and keep a file. The same file again is the same folder. Raises LoggerFileError, SealError, FileExistsError."""
    data = path.read_bytes()
    logged = read_file(loaded.profile, text_of(data), zone)
    sealed = seal_file(loaded, logged, data, key, os.urandom)
    folder = to / sealed.file_digest.hex()[:16]
    if folder.exists():
        raise FileExistsError(f"{folder} is there already: this very file was imported before")
    about = _about(path.name, data, sealed, key.public) | _instrument(loaded, logged)
    _keep(folder, path.name, data, sealed.messages, about)
    return Taken(folder, sealed.file_digest, logged, len(sealed.messages))


def _keep(folder: Path, name: str, data: bytes, messages: tuple[bytes, ...], about: dict[str, Any]) -> None:
    """The folder is there whole or not at all."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    (unfinished / "original").mkdir(parents=True)
    (unfinished / "original" / name).write_bytes(data)
    (unfinished / "entries.bin").write_bytes(b"".join(_framed(message) for message in messages))
    (unfinished / "import.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
    unfinished.rename(folder)


def _about(name: str, data: bytes, sealed: SealedImport, key: VerifyKey) -> dict[str, Any]:
    return {
        "origin": ORIGIN,
        "file": name,
        "bytes": len(data),
        "sha256": sealed.file_digest.hex(),
        "importer": importer_id(key),
        "public_key": key.raw.hex(),
        "head": {"epoch": sealed.end.epoch, "seq": sealed.end.seq, "digest": sealed.end.digest.hex()},
    }


def _instrument(loaded: Loaded, logged: Logged) -> dict[str, Any]:
    return {
        "profile": loaded.profile.id,
        "variant": loaded.variant or "",
        "profile_sha256": loaded.digest.hex(),
        "form": logged.form,
        "instrument": {"maker": loaded.profile.maker, "model": loaded.profile.model, "serial": logged.serial_number},
        "firmware": logged.firmware,
        "calibrated": logged.calibrated,
        "rows": len(logged.rows),
        "from": logged.rows[0].start.isoformat(),
        "to": (logged.rows[-1].end or logged.rows[-1].start).isoformat(),
        "passed_over": list(logged.passed_over),
        "doubts": list(logged.doubts),
    }


def verify_folder(folder: Path, trusted: VerifyKey | None = None) -> int:
    """Prove that the entries are those of this file and key, whole and unaltered; returns how many there are.

    Raises NotTheFileError, and the errors of `telemetry.chain.verify_chain`.
    """
    about = json.loads((folder / "import.json").read_text("utf-8"))
    data = (folder / "original" / Path(about["file"]).name).read_bytes()
    digest = hashlib.sha256(data).digest()
    if digest.hex() != about["sha256"]:
        raise NotTheFileError(f"{about['file']} is not the file that was imported: its SHA-256 is {digest.hex()}")
    key = VerifyKey(bytes.fromhex(about["public_key"]))
    if trusted is not None and key != trusted:
        raise NotTheFileError("it was sealed by another key than the one of this installation")
    end = Head(about["importer"], EPOCH, about["head"]["seq"], bytes.fromhex(about["head"]["digest"]))
    if about["importer"] != importer_id(key):
        raise NotTheFileError("the importer's id is not that of its key")
    messages = [parse_message(wire) for wire in _messages(folder / "entries.bin")]
    verify_chain(messages, key, start_of(about["importer"], digest), end)
    return len(messages)


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(_LENGTH_BYTES, "big") + message


def _messages(path: Path) -> list[bytes]:
    data = path.read_bytes()
    found: list[bytes] = []
    place = 0
    while place < len(data):
        first = place + _LENGTH_BYTES
        place = first + int.from_bytes(data[place:first], "big")
        if place > len(data):
            raise NotTheFileError(f"{path.name} was cut off")
        found.append(data[first:place])
    return found
