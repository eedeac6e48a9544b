"""Whatever stands where, a hostile message ends in a typed refusal: nothing else may reach the caller."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import cbor2
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry import cose
from telemetry.errors import Refused
from telemetry.message import parse_message
from telemetry.redacting import redact
from telemetry.run import merge
from tests.telemetry.golden_cases import readings, story
from tests.telemetry.making import KEY, seal, sealer

STORY = story()
RUN = merge(STORY[1:])
MESSAGES = [STORY[3], STORY[4], STORY[8], RUN, redact(RUN, lambda number, at: (number + at) % 3 == 1), merge([
    seal(maker, readings(at * 10**7, 5)) for maker in [sealer()] for at in range(4)
])]  # fmt: skip
NUMBERS = st.sampled_from(
    [0, 1, 2, 3, 9, 10, 255, 1023, 65_536, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -1, -(2**63), -(2**64)]
)
ANYTHING = st.recursive(
    NUMBERS
    | st.integers().filter(lambda n: -(2**64) <= n < 2**64)
    | st.none()
    | st.booleans()
    | st.binary(max_size=40)
    | st.text(max_size=4)
    | st.floats(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NUMBERS | st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


def paths(item: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:  # noqa: ANN401
    """Every place in a nested array."""
    found = [path]
    if isinstance(item, list):
        for at, inner in enumerate(item):
            found += paths(inner, (*path, at))
    return found


def put(item: Any, path: tuple[int, ...], value: Any) -> Any:  # noqa: ANN401
    """A copy with `value` at `path`."""
    if not path:
        return value
    copy = list(item)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy


@given(st.sampled_from(MESSAGES), st.data())
@settings(max_examples=800)
def test_anything_anywhere_beside_the_link_is_read_or_refused(message: Any, data: st.DataObject) -> None:  # noqa: ANN401
    body = cbor2.loads(message.wire)
    for _ in range(data.draw(st.integers(1, 3))):
        places = [path for path in paths(body) if path[:1] != (1,) and path]
        body = put(body, data.draw(st.sampled_from(places)), data.draw(ANYTHING))
    with suppress(Refused):
        offered = parse_message(cbor2.dumps(body))
        offered.verify(KEY.public)
        offered.contents()


@given(st.sampled_from(MESSAGES), st.data())
@settings(max_examples=800)
def test_anything_anywhere_in_a_signed_link_is_read_or_refused(message: Any, data: st.DataObject) -> None:  # noqa: ANN401
    body = cbor2.loads(message.wire)
    link = cbor2.loads(body[1][2])
    link = put(link, data.draw(st.sampled_from(paths(link))), data.draw(ANYTHING))
    body[1] = cose.sign(cbor2.dumps(link), KEY, cose.ENTRY).plain()
    with suppress(Refused):
        offered = parse_message(cbor2.dumps(body))
        offered.verify(KEY.public)
        offered.contents()


@given(ANYTHING)
def test_anything_at_all_is_refused(value: Any) -> None:  # noqa: ANN401
    with suppress(Refused):
        parse_message(cbor2.dumps(value))
        raise AssertionError("accepted")
