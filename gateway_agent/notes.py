"""Notes, placements and photos that an inspector makes at the kit.

They name places and may name people, so they stay outside the chain: there stands the digest of each, so that it can be shown later
that it was written then and not changed.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from gateway_agent.checks import CheckRefused
from gateway_agent.durable import write_durably
from telemetry.events import Note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from telemetry.events import EventBody

MAX_NOTES: Final = 2000
MAX_TEXT: Final = 2000
MAX_PHOTO: Final = 8 << 20
"""Bytes: a phone's photo, made smaller by the page before it is sent."""
_JPEG: Final = b"\xff\xd8\xff"


class Notes:
    """The folder `notes/` of the state folder."""

    def __init__(self, folder: Path, happened: Callable[[EventBody], None]) -> None:
        self._folder = folder / "notes"
        self._happened = happened

    def note(self, text: str) -> dict[str, Any]:
        """Keep a note. Raises CheckRefused when it is empty, too long, or one too many."""
        if not 0 < len(text.strip()) <= MAX_TEXT:
            raise CheckRefused(f"a note has 1 to {MAX_TEXT} characters")
        kept = self._read("notes.json", [])
        if len(kept) >= MAX_NOTES:
            raise CheckRefused("the kit holds no more notes")
        kept.append(text.strip())
        self._keep("notes.json", kept)
        self._say("note", text.strip().encode())
        return {"notes": len(kept)}

    def place(self, instrument: str, height_m: str = "", position: str = "", group: str = "") -> dict[str, Any]:
        """Say where an instrument hangs and whom it stands for. Codes and places, no names of people."""
        if any(len(text) > 200 for text in (instrument, height_m, position, group)):
            raise CheckRefused("a placement has at most 200 characters in each field")
        now = self._placed(instrument, height_m=height_m, position=position, group=group)
        self._say(f"placed {instrument}", json.dumps(now, sort_keys=True).encode())
        return now

    def photo(self, instrument: str, arrived: str) -> dict[str, Any]:
        """Take over a photo that the page has put down in the folder for them. Raises CheckRefused."""
        file = self._folder / "incoming" / arrived
        if "/" in arrived or not file.is_file():
            raise CheckRefused("the photo has not arrived: take it again")
        data = file.read_bytes()
        if not data.startswith(_JPEG) or len(data) > MAX_PHOTO:
            file.unlink()
            raise CheckRefused(f"a photo is a JPEG of at most {MAX_PHOTO >> 20} MiB")
        name = f"{hashlib.sha256(data).hexdigest()}.jpg"
        file.replace(self._folder / name)
        now = self._placed(instrument, photo=name)
        self._say(f"photo of {instrument}", data)
        return now

    def placements(self) -> dict[str, Any]:
        """By instrument."""
        found: dict[str, Any] = self._read("placements.json", {})
        return found

    def _placed(self, instrument: str, **given: str) -> dict[str, Any]:
        kept = self.placements()
        now: dict[str, Any] = {**kept.get(instrument, {}), **given}
        self._keep("placements.json", {**kept, instrument: now})
        return now

    def _read(self, name: str, empty: Any) -> Any:  # noqa: ANN401  (JSON)
        try:
            return json.loads((self._folder / name).read_bytes())
        except (FileNotFoundError, ValueError):
            return empty

    def _keep(self, name: str, value: object) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_durably(self._folder / name, json.dumps(value, ensure_ascii=False).encode())

    def _say(self, mark: str, data: bytes) -> None:
        self._happened(Note(mark=mark[:128], text_digest=hashlib.sha256(data).digest()))
