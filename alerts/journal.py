"""Two files for when the database is down: what is at hand (keys, recipients, places), and the notices that were told meanwhile.

A notice is written down, and on the disk, before the broker is told that it was taken; whom it was told follows. When the
database answers again the notices are applied as if they had just come, and whoever was told is not told twice.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from store.enrolment import EpochKey
from telemetry.cose import VerifyKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_LINES = 100_000
"""Of the journal; one outage does not write so many."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that was taken while the database was down, and the recipients that were told."""

    topic: str
    payload: bytes
    received: datetime
    recipients: tuple[str, ...]


@dataclass
class Journal:
    """The folder with both files; only this service reads and writes there."""

    folder: Path
    _told: dict[tuple[str, bytes], tuple[datetime, list[str]]] = field(default_factory=dict)

    def save_at_hand(self, known: dict[str, Any]) -> None:
        """Replace what is at hand, whole or not at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text, new = json.dumps(known, ensure_ascii=False, default=str), self.folder / "at_hand.new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / "at_hand.json")

    def at_hand(self) -> dict[str, Any] | None:
        """What was at hand last; None when nothing ever was, or it cannot be read."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "at_hand.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def take(self, topic: str, payload: bytes, received: datetime) -> bool:
        """Write a notice down; False when it was before."""
        if (topic, payload) in self._told:
            return False
        self._told[topic, payload] = received, []
        self._append({"topic": topic, "payload": payload.hex(), "received": received.isoformat()})
        return True

    def note(self, topic: str, payload: bytes, recipient: str) -> None:
        """A recipient was told of the notice."""
        self._told[topic, payload][1].append(recipient)
        self._append({"topic": topic, "payload": payload.hex(), "told": recipient})

    def _append(self, line: dict[str, str]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "told.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def load(self) -> list[Told]:
        """What is written down, in order; a line that a crash cut is left out."""
        self._told = {}
        try:
            lines = (self.folder / "told.jsonl").read_text(encoding="utf-8").splitlines()[:MOST_LINES]
        except OSError:
            return []
        for text in lines:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            key = line["topic"], bytes.fromhex(line["payload"])
            if "received" in line:
                self._told.setdefault(key, (datetime.fromisoformat(line["received"]), []))
            elif key in self._told:
                self._told[key][1].append(line["told"])
        return [Told(topic, payload, at, tuple(names)) for (topic, payload), (at, names) in self._told.items()]

    def clear(self) -> None:
        """All of it is in the database now."""
        self._told = {}
        (self.folder / "told.jsonl").unlink(missing_ok=True)


def keys_as_json(keys: Sequence[EpochKey]) -> list[dict[str, Any]]:
    """The keys of all chains as plain JSON."""
    return [
        {
            "gateway": key.gateway,
            "epoch": key.epoch,
            "algorithm": key.algorithm,
            "public_key": key.public_key.hex(),
            "valid_until": key.valid_until.isoformat() if key.valid_until else None,
            "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
        }
        for key in keys
    ]


def key_at_hand(known: dict[str, Any], gateway: str, epoch: int, received: datetime) -> VerifyKey | None:
    """The key of a chain if it is in force at that time, out of what is at hand."""
    for key in known["keys"]:
        if key["gateway"] == gateway and key["epoch"] == epoch:
            until, revoked = (key[word] and datetime.fromisoformat(key[word]) for word in ("valid_until", "revoked_at"))
            ended = (until is not None and received > until) or (revoked is not None and received >= revoked)
            return None if ended else VerifyKey(bytes.fromhex(key["public_key"]), key["algorithm"])
    return None
