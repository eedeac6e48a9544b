"""The byte vectors of the field: each must decode by its profile alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from firmware_profiles.decoding.decode import check_request, decode
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.loader import ids, load

FILE = Path(__file__).parent / "vectors" / "instrument_vectors.json"
ALL: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["vectors"]
SPOKEN = {"modbus_rtu", "modbus_tcp", "modbus_ascii", "serial", "usb_cdc", "i2c", "i2c_adc"} | {
    "sdi12",
    "scpi_serial",
    "usb_serial",
    "w1_sysfs",
}
PROFILED = [v for v in ALL if v["transport"] in SPOKEN and v["instrument"] in set(ids()) and "response_hex" in v]
VARIANT = {"wordorder.cdab": "cdab", "wordorder.negative_u32_cdab": "int32_cdab"}
"""Vectors whose `decode_params` are a variant of the profile here."""


COMMANDS = [v for v in ALL if v["kind"] == "command" and "response_hex" not in v and v["instrument"] in set(ids())]


@pytest.mark.parametrize("vector", COMMANDS, ids=lambda v: v["id"])
def test_a_command_without_an_answer_is_found_whole(vector: dict[str, Any]) -> None:
    request = bytes.fromhex(vector["request_hex"])
    profile = load(vector["instrument"]).profile
    assert check_request(profile, request) is vector["expected"]["values"]["checksum_ok"]["value"]
    assert not check_request(profile, request[:-2] + bytes([request[-2] ^ 1]) + request[-1:])


@pytest.mark.parametrize("vector", PROFILED, ids=lambda v: v["id"])
def test_a_vector_decodes_to_what_it_states(vector: dict[str, Any]) -> None:
    profile = load(vector["instrument"], VARIANT.get(vector["id"])).profile
    response, request = bytes.fromhex(vector["response_hex"]), bytes.fromhex(vector.get("request_hex", ""))
    expected = vector["expected"]
    if "error" in expected:
        with pytest.raises(DecodeError) as caught:
            decode(profile, response, request)
        assert caught.value.kind == expected["error"]
        return
    decoded = decode(profile, response, request)
    for name, wanted in expected["values"].items():
        reading = decoded.readings[name]
        unit = profile.channels[name].shown_unit if name in profile.channels else "bool"
        assert unit == wanted["unit"], name
        if wanted["value"] is None:
            assert reading.stated is None
            assert reading.scaled is None
            assert reading.word == expected.get("quality", reading.word)
        elif isinstance(wanted["value"], int | float) and not isinstance(wanted["value"], bool):
            tolerance = vector.get("decode_params", {}).get("tolerance", 0)
            assert float(reading.stated or 0) == pytest.approx(wanted["value"], rel=1e-4, abs=tolerance)
        else:
            assert reading.stated == wanted["value"]
