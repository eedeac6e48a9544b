"""Files of the kernel → the raw values in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.decoding.results import DecodeError, Raw
from firmware_profiles.decoding.texts import to_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.schema.files import FileField, SysfsInterface


def take_files(interface: SysfsInterface, texts: Mapping[str, str]) -> dict[str, Raw]:
    """The raw values of the files that were read. A text that is the name of a kernel error (`EBUSY`) is that error.

    Raises DecodeError: the profile's kind for a kernel error, `read_error` for others, malformed, truncated.
    """
    for file, text in texts.items():
        if _is_errno(text):
            name = text.strip()
            raise DecodeError(interface.errors.get(name, "read_error"), f"the kernel answers {name} for {file}")
    raw = {name: _number(field, texts[field.file]) for name, field in interface.fields.items() if field.file in texts}
    if not raw:
        raise DecodeError("unsupported", f"the profile knows no file among {', '.join(sorted(texts)) or 'none'}")
    return raw


def files_in(interface: SysfsInterface, request: bytes, response: bytes) -> dict[str, str]:
    """What was read of which file: the request names files, the response has their lines; or lines of `file: text`.

    Raises DecodeError when it cannot be told which text belongs to which file.
    """
    names = request.decode("latin-1").replace(",", " ").split()
    lines = response.decode("latin-1").splitlines()
    if names:
        if len(names) != len(lines):
            raise DecodeError("truncated", f"{len(lines)} lines came from {len(names)} files")
        return {name.rpartition("/")[2]: line for name, line in zip(names, lines, strict=True)}
    pairs = [line.replace("=", " ").replace(": ", " ").split(maxsplit=1) for line in lines if line.strip()]
    if pairs and all(len(pair) == 2 for pair in pairs):
        return {name.rpartition("/")[2]: text for name, text in pairs}
    if len(lines) == 1 and _is_errno(lines[0]):
        return {next(iter(interface.fields.values())).file: lines[0]}
    raise DecodeError("malformed", "say which files were read: as the request, or as lines of 'file: text'")


def _is_errno(text: str) -> bool:
    word = text.strip()
    return len(word) > 2 and word[0] == "E" and word.isalnum() and word.isupper()


def _number(field: FileField, text: str) -> Raw:
    if not text.endswith("\n") and not text.strip():
        raise DecodeError("truncated", f"{field.file} is empty")
    return to_decimal(text.strip(), field.file)
