"""Writes the golden vectors and their table in docs/wire.md: `python -m tests.telemetry.golden_make`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telemetry.content import ChannelDescriptor, Hidden, Times, Values
from telemetry.errors import Refused
from telemetry.leaves import salts_of
from telemetry.message import parse_message
from tests.telemetry.golden_cases import broken, valid
from tests.telemetry.making import KEY

if TYPE_CHECKING:
    from telemetry.chain import Head
    from telemetry.content import Content
    from telemetry.message import Message
    from tests.telemetry.golden_cases import Case

FOLDER = Path(__file__).parent / "golden"
DOCUMENT = Path(__file__).parents[2] / "docs/wire.md"
BEGIN, END = "<!-- golden:begin -->\n", "<!-- golden:end -->"


def files() -> dict[str, str]:
    """File name → content, of all vectors."""
    return {f"{case.name}.json": json.dumps(_describe(case), indent=1) + "\n" for case in (*valid(), *broken())}


def table() -> str:
    """The table of the document."""
    lines = ["| vector | bytes | what | digest of the last link, or why refused |", "|---|---|---|---|"]
    for case in (*valid(), *broken()):
        outcome = case.reason or f"`{parse_message(case.wire).digest.hex()}`"
        lines.append(f"| `{case.name}` | {len(case.wire)} | {case.about} | {outcome} |")
    return "\n".join(lines) + "\n"


def judge(wire: bytes, head: Head) -> Message:
    """All steps of a reader. Raises Refused."""
    message = parse_message(wire)
    message.verify(KEY.public)
    if message.check(head):
        raise Refused("lies before the head")
    message.contents()
    return message


def _describe(case: Case) -> dict[str, Any]:
    head = case.head
    described: dict[str, Any] = {
        "name": case.name,
        "about": case.about,
        "wire": case.wire.hex(),
        "public_key": KEY.public.raw.hex(),
        "head": {"gateway": head.gateway, "epoch": head.epoch, "seq": head.seq, "digest": head.digest.hex()},
    }
    if case.reason:
        return described | {"reason": case.reason}
    message = judge(case.wire, head)
    opened = message.contents()
    entries = []
    for number, link in enumerate(opened.links):
        entry: dict[str, Any] = {
            "link": link.encode().hex(),
            "digest": opened.digests[number].hex(),
            "leaves": [leaf.hex() for leaf in opened.leaf_hashes(number)],
            "contents": [_plain(content) for content in opened.entry_contents(number)],
        }
        if isinstance(message.salts, bytes) and message.hidden is None:
            entry["salts"] = salts_of(message.salts, link.seq, len(link.sizes)).hex()
        entries.append(entry)
    return described | {"entries": entries}


def _plain(content: Content | Hidden) -> list[Any]:
    if isinstance(content, Hidden):
        return ["hidden", content.leaf.hex()]
    if isinstance(content, Times):
        return [0, content.index, content.times.tolist()]
    if isinstance(content, Values):
        return [
            1,
            content.channel,
            content.times_index,
            content.values.tolist(),
            list(map(list, content.quality or ())),
        ]
    if isinstance(content, ChannelDescriptor):
        return [2, content.channel, content.body.hex()]
    return [3, content.type, content.t, content.body.hex()]


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for name, text in files().items():
        (FOLDER / name).write_text(text)
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
