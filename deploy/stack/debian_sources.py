"""Which Debian mirrors this machine uses, read from its own apt sources (deb822 and one-line form). Pure but for `read_sources`.

Nothing here names a mirror: whatever the machine's owner trusts and can reach is used, with the suite we want. A
mirror that is not Debian's (Raspberry Pi OS lists both) is told apart by the caller: its signature does not match
Debian's keyring.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CODENAMES = ("trixie", "bookworm", "bullseye", "forky", "stable", "oldstable", "testing", "sid", "unstable")
ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$")


def read_sources(etc: Path = Path("/etc/apt")) -> list[str]:
    """The mirror URIs of this machine, Debian's likeliest first, without doubles; empty if there are none."""
    found: list[tuple[int, str]] = []
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    for file in files:
        if file.suffix == ".sources" and file.is_file():
            found += parse_deb822(file.read_text(errors="replace"))
        elif file.suffix == ".list" and file.is_file():
            found += parse_one_line(file.read_text(errors="replace"))
    return list(dict.fromkeys(uri for _, uri in sorted(found, key=lambda pair: pair[0])))


def parse_one_line(text: str) -> list[tuple[int, str]]:
    """(rank, URI) of each usable `deb` line. A lower rank is likelier Debian's own archive."""
    matches = (ONE_LINE.match(line.split("#")[0].strip()) for line in text.splitlines())
    return [
        (_rank(match["options"] or ""), match["uri"])
        for match in matches
        if match and _usable(match["uri"], [match["suite"]], match["components"].split())
    ]


def parse_deb822(text: str) -> list[tuple[int, str]]:
    """(rank, URI) of each usable stanza. A lower rank is likelier Debian's own archive."""
    found = []
    for fields in _stanzas(text):
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").strip().lower() in {
            "no",
            "false",
        }:
            continue
        suites, components = fields.get("suites", "").split(), fields.get("components", "").split()
        for uri in fields.get("uris", "").split():
            if _usable(uri, suites, components):
                found.append((_rank(fields.get("signed-by", "")), uri))  # noqa: PERF401  (three conditions deep)
    return found


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    for block in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in {" ", "\t"} and name:
                fields[name] += "\n" + line.strip()
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if fields:
            yield fields


def _usable(uri: str, suites: list[str], components: list[str]) -> bool:
    return "main" in components and not uri.startswith("cdrom:") and any(suite in CODENAMES for suite in suites)


def _rank(signed_by: str) -> int:
    if "debian-archive" in signed_by:
        return 0
    return 2 if signed_by.strip() else 1
