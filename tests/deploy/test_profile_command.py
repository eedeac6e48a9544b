"""`antoan profile`: the vectors of the field through the command, and what it says to people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.commands.profile import check, decode, list_profiles, show
from firmware_profiles.loader import PROFILES, ids

FILE = Path(__file__).parents[1] / "firmware_profiles" / "vectors" / "instrument_vectors.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["vectors"]
KNOWN = set(ids())
VARIANT = {"wordorder.cdab": "cdab", "wordorder.negative_u32_cdab": "int32_cdab"}
"""Vectors whose `decode_params` are a variant of the profile here."""


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_a_vector_gives_what_it_states(vector: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    decode(
        vector["instrument"],
        vector.get("response_hex"),
        variant=VARIANT.get(vector["id"]),
        request=vector.get("request_hex", ""),
        frames=json.dumps(vector["frames"]) if "response_hex" not in vector and "frames" in vector else None,
        json_output=True,
    )
    shown, expected = printed(capsys), vector["expected"]
    if "error" in expected:
        assert shown["error"]["kind"] == expected["error"]
        assert shown["error"]["message"]
        return
    for name, wanted in expected["values"].items():
        got = shown["values"][name]
        assert set(got) == {"value", "unit", "quality"}
        assert got["unit"] == wanted["unit"]
        if wanted["value"] is None:
            assert got["value"] is None
            assert got["quality"] == expected.get("quality", got["quality"])
        elif isinstance(wanted["value"], str):
            assert got["value"] == wanted["value"]
        else:
            assert got["value"] == pytest.approx(wanted["value"], rel=1e-4, abs=tolerance_of(vector))


def tolerance_of(vector: dict[str, Any]) -> float:
    """A published table of a tenth of a decibel is met to half of it; for the rest the vector says how near."""
    rounded = 0.05 if vector["kind"] == "filter" or "generate" in str(vector.get("frames")) else 0.0
    return float(vector.get("decode_params", {}).get("tolerance", rounded))


def test_there_are_as_many_vectors_as_were_published() -> None:
    assert len(VECTORS) == 133


TEXTS = [v for v in VECTORS if "response_text" in v]


@pytest.mark.parametrize("vector", TEXTS, ids=lambda v: v["id"])
def test_a_vector_given_as_text_says_the_same_as_its_bytes(
    vector: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    options: dict[str, Any] = {"variant": VARIANT.get(vector["id"]), "json_output": True}
    decode(vector["instrument"], vector["response_hex"], request=vector.get("request_hex", ""), **options)
    by_bytes = printed(capsys)
    for response in (vector["response_text"], vector["response_text"].strip("\r\n")):
        asked = vector.get("request_text", "")
        decode(vector["instrument"], response, request=asked.strip() or asked, text=True, **options)
        assert printed(capsys) == by_bytes


def test_bytes_that_are_not_hex_are_a_sentence() -> None:
    with pytest.raises(SystemExit, match="is not hex"):
        decode("sensirion.sht4x", "nonsense", json_output=True)


def test_an_unknown_instrument_names_the_nearest() -> None:
    with pytest.raises(SystemExit, match=r"did you mean 'sensirion\.scd41'"):
        decode("sensirion.scd31", "00", json_output=True)


def test_every_instrument_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    list_profiles(json_output=True)
    assert {row["id"] for row in json.loads(capsys.readouterr().out)} == KNOWN


def test_show_says_what_is_not_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    show("sensirion.sht4x")
    told = capsys.readouterr().out
    assert "not confirmed: constants" in told
    assert "%RH" in told


def test_check_counts_the_cases_and_fails_on_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = PROFILES / "sensirion_sht4x"
    check(good)
    assert "4 of 4 cases pass" in capsys.readouterr().out
    folder = tmp_path / good.name
    (folder / "cases").mkdir(parents=True)
    (folder / "profile.yaml").write_bytes((good / "profile.yaml").read_bytes())
    (folder / "cases" / "wrong.yaml").write_text('source: "constructed"\nresponse: "00"\nerror: crc_mismatch\n')
    with pytest.raises(SystemExit) as ended:
        check(folder)
    assert ended.value.code == 1
    assert "wrong.yaml: truncated" in capsys.readouterr().out
