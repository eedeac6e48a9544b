"""The microphone as a sound level meter: from the bytes of the sound card to readings, held to IEC 61672-1."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from exposure.filters.bands import third_octaves
from firmware_profiles.schema.sound import SoundInterface
from gateway_agent.drivers import connection, sound
from gateway_agent.drivers.base import NoReading, Unreachable, boot_clock_us
from gateway_agent.drivers.sound_meter import Block, MicrophoneMeter
from gateway_agent.transports.capture import Overrun
from gateway_agent.transports.line import LineClosedError
from telemetry.quality import Quality
from tests.gateway_agent.drivers.own_profiles import driver, load_own

if TYPE_CHECKING:
    from firmware_profiles.schema.sound import AlsaLink
    from gateway_agent.drivers.base import Driver, Sample

RATE_HZ = 48_000
FULL = 2**31 - 1
NOMINAL_HZ = [
    10, 12.5, 16, 20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000,
    2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000,
]  # fmt: skip
# IEC 61672-1:2013, Table 3: weightings, and the acceptance limits of class 1 (above, below)
A_DB = [
    -70.4, -63.4, -56.7, -50.5, -44.7, -39.4, -34.6, -30.2, -26.2, -22.5, -19.1, -16.1, -13.4, -10.9, -8.6, -6.6, -4.8,
    -3.2, -1.9, -0.8, 0.0, 0.6, 1.0, 1.2, 1.3, 1.2, 1.0, 0.5, -0.1, -1.1, -2.5, -4.3, -6.6, -9.3,
]  # fmt: skip
C_DB = [
    -14.3, -11.2, -8.5, -6.2, -4.4, -3.0, -2.0, -1.3, -0.8, -0.5, -0.3, -0.2, -0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    0.0, -0.1, -0.2, -0.3, -0.5, -0.8, -1.3, -2.0, -3.0, -4.4, -6.2, -8.5, -11.2,
]  # fmt: skip
FAR = 1000.0
CLASS_1 = {
    10: (3.0, FAR), 12.5: (2.5, FAR), 16: (2.0, 4.0), 20: (2.0, 2.0), 25: (2.0, 1.5), 31.5: (1.5, 1.5), 1000: (0.7, 0.7),
    5000: (1.5, 1.5), 6300: (1.5, 2.0), 8000: (1.5, 2.5), 10000: (2.0, 3.0), 12500: (2.0, 5.0), 16000: (2.5, 16.0),
    20000: (3.0, FAR),
}  # fmt: skip
# Table 4: 4 kHz bursts in ms: LAFmax, LASmax and sound exposure relative to the steady level, with the limits of class 1
BURSTS = {
    1000: (0.0, -2.0, 0.0, 0.5, 0.5), 500: (-0.1, -4.1, -3.0, 0.5, 0.5), 200: (-1.0, -7.4, -7.0, 0.5, 0.5),
    100: (-2.6, -10.2, -10.0, 1.0, 1.0), 50: (-4.8, -13.1, -13.0, 1.0, 1.0), 20: (-8.3, -17.0, -17.0, 1.0, 1.0),
    10: (-11.1, -20.0, -20.0, 1.0, 1.0), 5: (-14.1, -23.0, -23.0, 1.0, 1.0), 2: (-18.0, -27.0, -27.0, 1.0, 1.5),
    1: (-21.0, None, -30.0, 1.0, 2.0), 0.5: (-24.0, None, -33.0, 1.0, 2.5), 0.25: (-27.0, None, -36.0, 1.0, 3.0),
}  # fmt: skip


def interface() -> SoundInterface:
    found = load_own("test.microphone").profile.interfaces["card"]
    assert isinstance(found, SoundInterface)
    return found


def tone(frequency_hz: float, peak_dbfs: float, seconds: float, at_s: float = 0.0) -> np.ndarray:
    times = at_s + np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(10 ** (peak_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * times))


def pcm(signal: np.ndarray) -> bytes:
    return np.asarray(np.round(signal * FULL), dtype="<i4").tobytes()


def run(signal: np.ndarray, bands: list[int] | None = None) -> list[Block]:
    meter = MicrophoneMeter(interface(), -26.0, bands or [])
    return [meter.process(pcm(signal[at : at + RATE_HZ])) for at in range(0, signal.size, RATE_HZ)]


@pytest.mark.parametrize("frequency_hz", NOMINAL_HZ)
def test_a_and_c_weighting_are_within_class_1_of_table_3(frequency_hz: float) -> None:
    index = NOMINAL_HZ.index(frequency_hz)
    exact = 1000.0 * 10 ** ((index - 20) / 10)
    levels = run(tone(exact, -26.0, 3))[-1].levels
    above, below = CLASS_1.get(frequency_hz, (1.0, 1.0))
    for found, table in ((levels.laeq, A_DB), (levels.lceq, C_DB)):
        assert -below <= found - 94.0 - table[index] <= above
    assert levels.lzeq == pytest.approx(94.0, abs=0.1)


@pytest.mark.parametrize("milliseconds", BURSTS)
def test_tone_bursts_are_within_class_1_of_table_4(milliseconds: float) -> None:
    fast, slow, exposure, above, below = BURSTS[milliseconds]
    steady = run(tone(4000, -20.0, 9))[-1].levels.laeq
    burst = tone(4000, -20.0, milliseconds / 1000)
    heard = run(np.concatenate([np.zeros(RATE_HZ), burst, np.zeros(3 * RATE_HZ - burst.size)]))
    assert -below <= max(b.levels.laf_max for b in heard[1:]) - steady - fast <= above
    if slow is not None:
        assert -below <= max(b.levels.las_max for b in heard[1:]) - steady - slow <= above
    energy = sum(10 ** (b.levels.laeq / 10) for b in heard[1:] if np.isfinite(b.levels.laeq))
    assert -below <= 10 * np.log10(energy) - steady - exposure <= above


@pytest.mark.parametrize(
    ("frequency_hz", "cycles", "above_steady", "limit"),
    [(31.5, 1.0, 2.5, 2.0), (500, 1.0, 3.5, 1.0), (8000, 1.0, 3.4, 2.0), (500, 0.5, 2.4, 1.0)],
)
def test_c_weighted_peaks_are_within_class_1_of_table_5(
    frequency_hz: float, cycles: float, above_steady: float, limit: float
) -> None:
    steady = run(tone(frequency_hz, -20.0, 3))[-1].levels.lceq
    pulse = tone(frequency_hz, -20.0, cycles / frequency_hz)
    heard = run(np.concatenate([np.zeros(RATE_HZ + 100), pulse, np.zeros(RATE_HZ - 100 - pulse.size)]))
    assert heard[1].levels.lc_peak - steady == pytest.approx(above_steady, abs=limit)


@pytest.mark.parametrize("index", third_octaves(12.5, 20_000))
def test_each_third_octave_hears_its_own_tone_and_no_other(index: int) -> None:
    everything = third_octaves(12.5, 20_000)
    centre = 1000.0 * 10 ** (index / 10)
    bands = run(tone(centre, -26.0, 6), everything)[-1].bands
    assert bands[index] == pytest.approx(94.0, abs=0.3)
    for other, level in bands.items():
        if abs(other - index) >= 2:
            assert level < 94.0 - 24.0
        if abs(other - index) >= 6:
            assert level < 94.0 - 60.0


@pytest.mark.parametrize("frequency_hz", [3600.0, 3800.0, 4400.0, 23_000.0])
def test_a_tone_that_would_fold_into_a_low_band_does_not(frequency_hz: float) -> None:
    low = [index for index in third_octaves(12.5, 20_000) if 1000 * 10 ** (index / 10) < frequency_hz / 3]
    bands = run(tone(frequency_hz, -6.0, 4), low)[-1].bands
    assert max(bands.values()) < 114.0 - 70.0


class Tones:
    """A sound card that gives what the test has, a second at a time, as fast as it is asked."""

    def __init__(self, *blocks: bytes | Exception) -> None:
        self.blocks = list(blocks)
        self.closed = threading.Event()

    def read(self, frames: int) -> bytes:
        assert frames == RATE_HZ
        if not self.blocks:
            self.closed.wait(0.05)
            raise Overrun
        block = self.blocks.pop(0)
        if isinstance(block, Exception):
            raise block
        return block

    def close(self) -> None:
        self.closed.set()


def microphone(monkeypatch: pytest.MonkeyPatch, *cards: Tones, **connection_: object) -> Driver:
    waiting = list(cards)

    def capture_of(device: str, link: AlsaLink) -> Tones:
        return waiting.pop(0)

    monkeypatch.setattr(sound, "capture_of", capture_of)
    return driver(monkeypatch, "test.microphone", boot_clock_us, alsa="hw:CARD=i2smic", **connection_)


async def seconds(it: Driver, count: int) -> list[dict[str, Sample]]:
    """So many seconds of readings."""
    found: list[Sample] = []
    while len(found) < count * len(it.channels):
        found += await it.sample()
    width = len(it.channels)
    return [{s.channel: s for s in found[at : at + width]} for at in range(0, len(found), width)]


async def test_a_calibrator_reads_94_and_the_first_second_is_warming_up(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [pcm(tone(1000, -26.0, 1, at)) for at in range(3)]
    it = microphone(monkeypatch, Tones(*blocks), channels=["laeq", "lcpeak", "band_1khz", "band_100hz"])
    first, _, third = await seconds(it, 3)
    assert first["laeq"].quality is Quality.WARMING_UP
    assert (third["laeq"].value, third["laeq"].quality) == (9400, Quality.OK)
    assert third["lcpeak"].value == pytest.approx(9701, abs=5)
    assert third["band_1khz"].value == pytest.approx(9400, abs=10)
    assert (third["band_100hz"].value or 0) < 5000
    await it.close()


async def test_the_sensitivity_set_with_a_calibrator_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [pcm(tone(1000, -26.0, 1, at)) for at in range(2)]
    it = microphone(monkeypatch, Tones(*blocks), sensitivity_dbfs=-25.0, channels=["laeq"])
    assert (await seconds(it, 2))[1]["laeq"].value == 9300
    await it.close()


async def test_a_dead_wire_is_a_fault_and_full_scale_a_lower_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    loud = pcm(np.clip(tone(500, 6.0, 1), -1, 1))
    it = microphone(monkeypatch, Tones(bytes(4 * RATE_HZ), loud, loud), channels=["laeq"])
    dead, _, overload = await seconds(it, 3)
    assert (dead["laeq"].value, dead["laeq"].quality) == (None, Quality.SENSOR_FAULT)
    assert overload["laeq"].quality is Quality.SATURATED
    assert (overload["laeq"].value or 0) > 11_500
    await it.close()


async def test_samples_that_were_lost_begin_a_new_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    block = pcm(tone(1000, -26.0, 1))
    it = microphone(monkeypatch, Tones(block, block, Overrun(), block, block), channels=["laeq"])
    quality = [second["laeq"].quality for second in await seconds(it, 4)]
    assert quality == [Quality.WARMING_UP, Quality.OK, Quality.WARMING_UP, Quality.OK]
    await it.close()


async def test_a_card_that_was_pulled_is_unreachable_and_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.0)
    block = pcm(tone(1000, -26.0, 1))
    pulled, back = Tones(block, LineClosedError("gone")), Tones(block)
    it = microphone(monkeypatch, pulled, back, channels=["laeq"])
    assert len(await seconds(it, 1)) == 1
    with pytest.raises(Unreachable):
        await it.sample()
    assert pulled.closed.is_set()
    assert len(await seconds(it, 1)) == 1
    await it.close()
    assert back.closed.is_set()


async def test_a_card_that_gives_nothing_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "PATIENCE_S", 0.1)
    it = microphone(monkeypatch, Tones())
    with pytest.raises(NoReading, match="no samples"):
        await it.sample()
    await it.close()


def test_a_second_of_sound_with_all_bands_takes_less_than_15_percent_of_a_core() -> None:
    meter = MicrophoneMeter(interface(), -26.0, third_octaves(12.5, 20_000))
    block = pcm(np.random.default_rng(5).normal(0, 0.05, RATE_HZ))
    meter.process(block)
    took = []
    for _ in range(7):
        began = time.thread_time()
        meter.process(block)
        took.append(time.thread_time() - began)
    assert sorted(took)[3] < 0.15


def test_alsa_gives_the_samples_of_its_card(tmp_path: Path) -> None:
    """Through libasound itself, from a card of its `file` plug-in, in a process of its own (it reads its settings once)."""
    if not Path("/usr/share/alsa/alsa.conf").exists():
        pytest.skip("libasound2 is not installed here")
    (tmp_path / "tone.raw").write_bytes(pcm(tone(1000, -26.0, 2)))
    (tmp_path / "alsa.conf").write_text(
        f'</usr/share/alsa/alsa.conf>\npcm.fakemic {{ type file slave.pcm "null" file "/dev/null" '
        f'infile "{tmp_path}/tone.raw" format "raw" }}\n'
    )
    script = (
        "import sys\n"
        "from gateway_agent.transports.capture import AlsaCapture\n"
        "from firmware_profiles.schema.sound import AlsaLink\n"
        "card = AlsaCapture('fakemic', AlsaLink(kind='alsa'))\n"
        "sys.stdout.buffer.write(card.read(48000))\n"
        "card.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=False,
        env=os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == (tmp_path / "tone.raw").read_bytes()[: 4 * 48000]


def test_a_card_that_is_not_there_says_so() -> None:
    if not Path("/usr/share/alsa/alsa.conf").exists():
        pytest.skip("libasound2 is not installed here")
    script = (
        "from gateway_agent.transports.capture import AlsaCapture\n"
        "from firmware_profiles.schema.sound import AlsaLink\n"
        "AlsaCapture('hw:CARD=nomic', AlsaLink(kind='alsa'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert b"the sound card hw:CARD=nomic" in done.stderr
    assert b"LineClosedError" in done.stderr
