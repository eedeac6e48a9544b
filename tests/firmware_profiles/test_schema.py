"""A profile that says something wrong is refused, with the name of what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_profiles.loader import UnknownProfileError, load, merge_patch
from firmware_profiles.schema import Profile
from telemetry.strict import SettingsError, validate


def profile(**changes: object) -> dict[str, Any]:
    base: dict[str, Any] = {
        "schema": 1,
        "id": "acme.one",
        "maker": "Acme",
        "model": "One",
        "summary": "A thing.",
        "channels": {"t": {"quantity": "air_temperature", "unit": "Cel", "exponent": -1}},
        "interfaces": {
            "rs485": {
                "protocol": "modbus",
                "links": [{"kind": "rtu"}],
                "blocks": [{"address": 0, "count": 2}],
                "fields": {"t": {"address": 0, "type": "float32", "order": "CDAB"}},
            }
        },
        "judgement": {"use": "screening"},
        "provenance": {"confidence": "low", "sources": ["nowhere"]},
    }
    return merge_patch(base, changes)  # type: ignore[no-any-return]


def in_field(**changes: object) -> dict[str, Any]:
    return {"interfaces": {"rs485": {"fields": {"t": changes}}}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"modle": "One"}, "unknown setting 'modle'; did you mean 'model'"),
        (in_field(adress=1), "unknown setting 'adress'; did you mean 'address'"),
        (in_field(order="ABDD"), "does not name each byte of float32 once"),
        (in_field(order=None), "needs its order in letters"),
        (in_field(invalid=[{"raw": 0, "quality": "odd"}]), "unknown quality 'odd'"),
        (in_field(invalid=[{"quality": "stuck"}]), "give `raw`, `at_least`"),
        (in_field(channel="u"), "unknown channel u"),
        (in_field(decimals="dp"), "unknown field dp"),
        (in_field(scale=0), "scale must not be zero"),
        ({"channels": {"t": {"unit": "degC"}}}, "unit 'degC' is not in"),
        ({"channels": {"u": {"quantity": "co", "unit": "[ppm]"}}}, "no field feeds the channels u"),
        ({"channels": {"t": {"range": {"low": 5, "high": 1}}}}, "low must be under high"),
        ({"rules": [{"when": [{"field": "x", "equals": 1}], "quality": "stuck"}]}, "unknown field x"),
        ({"rules": [{"when": [{"field": "t"}], "quality": "stuck"}]}, "asks exactly one of"),
        ({"rules": [{"when": [{"field": "t", "equals": 1}]}]}, "either a quality or an error"),
        ({"schema": 2}, "schema"),
        ({"interfaces": {"rs485": {"links": [{"kind": "can"}]}}}, "links"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        validate(profile(**changes), Profile, "profile.yaml")


def test_a_right_profile_is_taken() -> None:
    assert validate(profile(), Profile, "profile.yaml").id == "acme.one"


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownProfileError, match="did you mean"):
        load("honeywel.midas")


def test_a_patch_merges_and_null_removes() -> None:
    assert merge_patch({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None, "e": 3}, "d": [2]}) == {
        "a": {"c": 2, "e": 3},
        "d": [2],
    }
