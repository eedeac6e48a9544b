"""Lines of text: proven, matched whole, in linear time, never half a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from firmware_profiles.decoding.decode import decode
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.loader import load
from firmware_profiles.schema.lines import Pattern

WIND = b"\x02Q,229,002.74,M,00,\x0316\r\n"
PATTERN: TypeAdapter[str] = TypeAdapter(Pattern)


@pytest.mark.parametrize("pattern", ["a*b", "(a|b)+", "a{2,}", "(?=a)a", r"(a)\1", "a+?b", "(a", "(a|b){1,9}"])
def test_a_pattern_that_may_backtrack_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        PATTERN.validate_python(pattern)


@pytest.mark.parametrize("pattern", [r"\d++", "[+*]{1,3}", "(?P<a>x{0,3})", "a*+b", r"\+1"])
def test_a_pattern_in_linear_time_is_taken(pattern: str) -> None:
    assert PATTERN.validate_python(pattern) == pattern


@given(st.integers(0, len(WIND) - 1))
def test_a_line_cut_off_is_never_a_reading(size: int) -> None:
    with pytest.raises(DecodeError, match=r"not such an answer|no answer") as caught:
        decode(load("gill.windsonic").profile, WIND[:size])
    assert caught.value.kind == "truncated"


@given(st.integers(2, 18), st.integers(0, 6))
def test_a_flipped_bit_is_never_a_reading(place: int, bit: int) -> None:
    line = bytearray(WIND)
    line[place] ^= 1 << bit
    with pytest.raises(DecodeError):
        decode(load("gill.windsonic").profile, bytes(line))


def test_answers_that_do_not_fit_the_question_are_refused() -> None:
    with pytest.raises(DecodeError, match="1 values came, 2 were asked for"):
        decode(load("nti.xl2").profile, b"52.1 dB, OK\r\n", b"MEAS:SLM:123? LASMAX LAEQ\r\n")
