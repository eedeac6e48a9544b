"""Frozen instruments are found out, though every frame of theirs is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.loader import load
from firmware_profiles.schema import Channel
from gateway_agent.drivers.base import Sample
from gateway_agent.drivers.vigil import Vigil
from telemetry.quality import Quality

if TYPE_CHECKING:
    from tests.gateway_agent.drivers.conftest import Played

SECOND = 1_000_000


def gas(at_s: float, quality: Quality = Quality.OK) -> list[Sample]:
    return [Sample("gas_concentration", 35, quality, round(at_s * SECOND))]


def test_a_heartbeat_that_stops_makes_the_values_stuck_until_it_beats_again() -> None:
    vigil = Vigil(load("honeywell.midas").profile)
    beats = {0: 0, 2: 1, 4: 0, 6: 0, 10: 0, 10.5: 0, 11: 1}
    seen = {at: vigil.watch(gas(at), {"heartbeat": beat})[0].quality for at, beat in beats.items()}
    assert [at for at, quality in seen.items() if quality is Quality.STUCK] == [10.5]


def test_a_doubt_of_the_instruments_own_stays() -> None:
    vigil = Vigil(load("honeywell.midas").profile)
    vigil.watch(gas(0), {"heartbeat": 1})
    assert vigil.watch(gas(60, Quality.INHIBITED), {"heartbeat": 1})[0].quality is Quality.INHIBITED


def test_a_quantity_with_natural_noise_cannot_stay_the_same() -> None:
    profile = load("lutron.ds2013sd").profile
    level = Channel.model_validate({**profile.channels["sound_level"].model_dump(), "stuck_after": 3})
    vigil = Vigil(profile.model_copy(update={"channels": {"sound_level": level}}))

    def watch(value: int, at_s: int) -> Quality:
        return vigil.watch([Sample("sound_level", value, Quality.OK, at_s * SECOND)], {})[0].quality

    assert [watch(v, i) for i, v in enumerate([700, 700, 700, 700, 701, 700])] == [
        Quality.OK,
        Quality.OK,
        Quality.STUCK,
        Quality.STUCK,
        Quality.OK,
        Quality.OK,
    ]


async def test_a_played_detector_has_a_beating_heart_that_can_be_stopped(played: Played) -> None:
    detector = {"name": "co", "profile": "honeywell.midas", "place": {}, "sources": {}}
    async with played([detector]) as (kit, drivers):
        assert (await drivers["co"].sample())[0].quality is Quality.OK
        kit.instruments["co"].stated["heartbeat"] = 1
        assert (await drivers["co"].sample())[0].quality is Quality.OK
