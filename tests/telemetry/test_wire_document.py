"""docs/wire.md, the golden vectors, the code and the plain reader say the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import cbor2
import pytest
from hypothesis import given, settings

from telemetry import cose, limits
from telemetry.alarm_notice import AlarmNotice
from telemetry.chain import Head
from telemetry.committed import Committed
from telemetry.errors import Refused
from telemetry.events import Alarm, EventType
from telemetry.leaves import content_bytes
from telemetry.quality import Quality
from telemetry.run import merge
from tests.telemetry import plain_reader
from tests.telemetry.cddl import read_document
from tests.telemetry.golden_cases import Case, broken, valid
from tests.telemetry.golden_make import BEGIN, DOCUMENT, END, FOLDER, files, judge, table
from tests.telemetry.making import BOOT, CLOCK, GATEWAY, KEY, chains

if TYPE_CHECKING:
    from telemetry.message import Message

TEXT = DOCUMENT.read_text()
CDDL = read_document(TEXT)
MEND = "run: python -m tests.telemetry.golden_make"
FILES = sorted(FOLDER.glob("*.json"))


def test_the_golden_files_are_those_of_the_generator() -> None:
    assert {path.name: path.read_text() for path in FILES} == files(), MEND


def test_the_table_of_the_document_is_that_of_the_generator() -> None:
    assert TEXT.partition(BEGIN)[2].partition(END)[0] == table(), MEND


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_code_and_plain_reader_judge_every_vector_alike(path: Any) -> None:  # noqa: ANN401  (pytest's parameter)
    vector = json.loads(path.read_text())
    wire, public = bytes.fromhex(vector["wire"]), bytes.fromhex(vector["public_key"])
    head = vector["head"] | {"digest": bytes.fromhex(vector["head"]["digest"])}
    if "reason" in vector:
        with pytest.raises(Refused) as refused:
            judge(wire, Head(**head))
        assert refused.value.reason == vector["reason"]
        with pytest.raises((ValueError, TypeError, IndexError, KeyError, AttributeError)):
            plain_reader.read(wire, public, tuple(head.values()))
        return
    judge(wire, Head(**head))
    theirs: list[Any] = plain_reader.read(wire, public, tuple(head.values()))
    assert [link.hex() for link, _ in theirs] == [entry["link"] for entry in vector["entries"]]
    assert [_hex(leaves) for _, leaves in theirs] == [entry["contents"] for entry in vector["entries"]]


def _hex(item: Any) -> Any:  # noqa: ANN401
    if isinstance(item, list):
        return [_hex(inner) for inner in item]
    return item.hex() if isinstance(item, bytes) else item


@pytest.mark.parametrize("case", list(valid()), ids=lambda case: case.name)
def test_valid_vectors_are_what_the_cddl_says(case: Case) -> None:
    assert CDDL.matches("message", cbor2.loads(case.wire))
    opened = judge(case.wire, case.head).contents()
    for link in opened.links:
        assert CDDL.matches("link", cbor2.loads(link.encode()))


@given(chains())
@settings(max_examples=100)
def test_any_message_is_what_the_cddl_says(entries: list[Message]) -> None:
    for message in (*entries, merge(entries)):
        assert CDDL.matches("message", cbor2.loads(message.wire))
        opened = message.contents()
        for number in range(message.count):
            for content in opened.entry_contents(number):
                assert CDDL.matches("content", cbor2.loads(content_bytes(content)))  # type: ignore[arg-type]


def test_the_cddl_refuses_what_is_malformed() -> None:
    refused = [case.name for case in broken() if case.reason == "malformed" and not _matches(case.wire)]
    assert "broken-float" in refused
    assert "broken-version" in refused
    assert "broken-unprotected" in refused


def _matches(wire: bytes) -> bool:
    try:
        return CDDL.matches("message", cbor2.loads(wire))
    except cbor2.CBORError:
        return False


def test_committed_and_alarm_notice_are_what_the_cddl_says() -> None:
    for seq in (-1, 0, limits.SEQ_MAX):
        committed = Committed(GATEWAY, 1, seq, bytes(32), 0, 1).seal(KEY)
        assert CDDL.matches("committed", cbor2.loads(cose.parse_sign1(committed, 1000).payload))
    alarm = Alarm(rule="r", episode="e", transition=0, state="s")
    notice = AlarmNotice(GATEWAY, 1, 0, BOOT, CLOCK, 5, alarm).seal(KEY)
    assert CDDL.matches("alarm-notice", cbor2.loads(cose.parse_sign1(notice, 1000).payload))


def test_the_tables_of_codes_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\d+) \| ([a-z_ ]+) \|$", TEXT, re.MULTILINE)
    events = [(str(int(kind)), kind.name.lower().replace("_", " ")) for kind in EventType]
    qualities = [(str(int(code)), code.word) for code in Quality]
    assert rows == events + qualities


def test_the_table_of_purposes_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| [a-z, ]+ \| (\d{5}) \| `(.*?)` \|", TEXT, re.MULTILINE)
    purposes = (cose.ENTRY, cose.COMMITTED, cose.ALARM, cose.ENROLMENT, cose.DESIRED)
    assert rows == [(str(purpose.content_type), purpose.external_aad.decode()) for purpose in purposes]
