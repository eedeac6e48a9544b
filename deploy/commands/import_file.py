"""`antoan import …`: take in the file of a logger that was read out after the shift."""

from __future__ import annotations

import json
import re
import sys
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cyclopts import App, Parameter

from deploy.commands.spoken import spoken

if TYPE_CHECKING:
    from datetime import tzinfo

    from deploy.imports.folder import Taken

app = App(name="import", help="Files of loggers: take one in and seal it, verify one that was taken in.")
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_IMPORTS = Path("imports")


@app.default
def take(
    file: Path,
    /,
    *,
    profile: str,
    variant: str | None = None,
    zone: str | None = None,
    to: Path = _IMPORTS,
    key: Path | None = None,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Read a logger's file strictly, seal it with its SHA-256 by the import key, keep it with what it holds.

    Its origin is not proven and shown as such: a file may have been edited before it came here.

    Example: `./antoan import 2026-03-02_SLM_004_123_Rpt_Report.txt --profile nti.xl2 --zone Asia/Ho_Chi_Minh`

    Parameters
    ----------
    file
        The file, as the instrument or its program wrote it.
    profile
        The instrument's id, `maker.model`.
    variant
        Variant of the profile.
    zone
        Time zone of the instrument's clock, where the file does not state it: Asia/Ho_Chi_Minh, or +07:00.
    to
        Folder in which the import's folder is made.
    key
        The key of imports; made at first use. `import.key` in the folder of imports when absent.
    json_output
        Print what was taken in as JSON.
    """
    from deploy.imports.folder import take_in
    from deploy.imports.keeping import ImportKeyError, import_key
    from firmware_profiles.decoding.exports import LoggerFileError
    from firmware_profiles.loader import UnknownProfileError, load
    from telemetry.errors import SealError

    with spoken(OSError, UnknownProfileError, LoggerFileError, ImportKeyError, SealError):
        to.mkdir(parents=True, exist_ok=True)
        taken = take_in(file, load(profile, variant), to, import_key(key or to / "import.key"), _zone(zone))
    if json_output:
        print((taken.folder / "import.json").read_text("utf-8"), end="")  # noqa: T201
    else:
        print("\n".join(_told(file, taken)))  # noqa: T201


@app.command
def verify(folder: Path, /, *, key: Path | None = None) -> None:
    """Prove that an import is whole and unaltered since it was taken in; ends with 1 when it is not.

    Example: `./antoan import verify imports/3f1c9a2b7d604e58`

    Parameters
    ----------
    folder
        The folder of one import.
    key
        The key of imports that must have sealed it; any key when absent.
    """
    from deploy.imports.folder import ORIGIN, NotTheFileError, verify_folder
    from deploy.imports.keeping import ImportKeyError, key_in
    from telemetry.errors import TelemetryError

    with spoken(OSError, json.JSONDecodeError, KeyError, NotTheFileError, ImportKeyError, TelemetryError):
        trusted = key_in(key).public if key is not None else None
        count = verify_folder(folder, trusted)
    print(f"{folder}: {count} entries, unaltered since they were sealed. Origin {ORIGIN}.")  # noqa: T201


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if (offset := _OFFSET.fullmatch(text)) is not None:
        east = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-east if offset[1] == "-" else east)
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        sys.exit(f"antoan: {text!r} is no time zone; write it as Asia/Ho_Chi_Minh or +07:00")


def _told(file: Path, taken: Taken) -> list[str]:
    logged = taken.logged
    first, last = logged.rows[0], logged.rows[-1]
    lines = [
        f"{file.name}: {len(logged.rows)} rows, {first.start.isoformat()} to {(last.end or last.start).isoformat()}",
        f"instrument: serial number {logged.serial_number or 'not stated'}, calibrated {logged.calibrated or 'not stated'}",
        f"SHA-256 {taken.digest.hex()}, sealed in {taken.messages} entries: {taken.folder}",
        "origin not proven: it is as it was when it was taken in here",
    ]
    lines += [f"passed over, not in the profile: {head}" for head in logged.passed_over]
    return lines + [f"doubtful: {doubt}" for doubt in logged.doubts]
