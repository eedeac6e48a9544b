"""The accelerometer: from the kernel's buffer to weighted vibration, and the waveform of the second that mattered."""

from __future__ import annotations

import asyncio
import json
import math
import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gateway_agent.alarms import EdgeTransition
from gateway_agent.drivers.base import Unreachable, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings
from gateway_agent.drivers.vibration_meter import Accelerations
from gateway_agent.drivers.waveform_ring import WaveformRing
from gateway_agent.transports.iio_buffer import Form, Layout, parse_form
from gateway_agent.waveforms import KeepsWaveform, TellsDrivers, with_waveforms
from telemetry.events import Alarm
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway_agent.drivers.base import Driver, Sample

SCALE = 0.01
S16 = Form("<i2", 16, 0, signed=True)
TABLES = json.loads((Path(__file__).parents[2] / "exposure" / "filters" / "iso8041_factors.json").read_text("utf-8"))[
    "tables"
]
"""Weighting factors of ISO 8041-1 at the true centres of third octaves."""
FACTORS = [
    (name, index, TABLES[name]["factors"][index - TABLES[name]["first_n"]])
    for name, indices in {"Wk": (0, 8, 16), "Wd": (0, 8, 16), "Wh": (9, 12, 20, 25)}.items()
    for index in indices
]


def sine(frequency_hz: float, rms: float, seconds: float, rate_hz: int) -> np.ndarray:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(rms * math.sqrt(2) * np.sin(2 * np.pi * frequency_hz * times))


def frames(*axes: np.ndarray) -> bytes:
    return np.column_stack([np.round(a / SCALE) for a in axes]).astype("<i2").tobytes()


@pytest.mark.parametrize(("weighting", "index", "factor"), FACTORS)
def test_a_sine_of_1_m_s2_reads_its_weighting_factor(weighting: str, index: int, factor: float) -> None:
    rate_hz = 8000 if weighting == "Wh" else 800
    layout = Layout(("x",), (S16,), (SCALE / 10,))
    meter = Accelerations(layout, rate_hz, [("x", weighting)])
    signal = np.round(sine(10 ** (index / 10), 1.0, 20, rate_hz) / (SCALE / 10)).astype("<i2")
    seconds = [meter.process(signal[at : at + rate_hz].tobytes()) for at in range(0, signal.size, rate_hz)]
    values = [second.values["x", weighting] for second in seconds[10:]]
    assert math.sqrt(sum(v.rms**2 for v in values) / len(values)) == pytest.approx(factor, rel=0.02)
    assert max(v.peak for v in values) == pytest.approx(factor * math.sqrt(2), rel=0.04)
    vdv = sum(v.fourth_power for v in values) ** 0.25
    assert vdv == pytest.approx(factor * 1.5**0.25 * len(values) ** 0.25, rel=0.03)
    assert [second.settled for second in seconds[:5]] == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("text", "raw", "count"),
    [
        ("le:s16/16>>0", np.array([-5], "<i2"), -5),
        ("be:s16/16>>0", np.array([-5], ">i2"), -5),
        ("le:s12/16>>4", np.array([-5 << 4], "<i2"), -5),
        ("be:s20/32>>12", np.array([-70000 << 12], ">i4"), -70000),
        ("le:u12/16>>0", np.array([0xF005], "<u2"), 5),
    ],
)
def test_the_kernels_form_of_a_sample_is_taken_at_its_word(text: str, raw: np.ndarray, count: int) -> None:
    assert parse_form(text + "\n").counts(raw).tolist() == [count]


def test_a_strange_form_is_refused() -> None:
    with pytest.raises(ValueError, match="no form of a sample"):
        parse_form("me:s16/16>>0")


class Chip:
    """The folder and the device file of a buffered device: real files, and a named pipe for the samples."""

    def __init__(self, root: Path, rate_hz: int) -> None:
        self.folder, self.rate_hz = root / "iio:device3", rate_hz
        for part in ("scan_elements", "buffer"):
            (self.folder / part).mkdir(parents=True)
        (self.folder / "name").write_text("adxl355\n")
        (self.folder / "in_accel_scale").write_text(f"{SCALE}\n")
        for index, axis in enumerate("xyz"):
            (self.folder / "scan_elements" / f"in_accel_{axis}_index").write_text(f"{index}\n")
            (self.folder / "scan_elements" / f"in_accel_{axis}_type").write_text("le:s16/16>>0\n")
            (self.folder / "scan_elements" / f"in_accel_{axis}_en").write_text("0\n")
        (self.folder / "scan_elements" / "in_timestamp_en").write_text("1\n")
        self.devices = root / "dev"
        self.devices.mkdir()
        os.mkfifo(self.devices / self.folder.name)
        self.pipe = os.open(self.devices / self.folder.name, os.O_RDWR | os.O_NONBLOCK)

    def driver(self, *channels: str, variant: str | None = None, clock: Callable[[], int] = boot_clock_us) -> Driver:
        connection = {"accelerometer": f"{self.folder.parent}/iio:device*", "devices": str(self.devices)}
        given = {
            "name": "seat",
            "profile": "generic.iio_accelerometer",
            "variant": variant,
            "connection": connection,
            "channels": channels or None,
        }
        return build_drivers([InstrumentSettings.model_validate(given)], clock)[0]

    async def shake(self, data: bytes) -> None:
        """Put samples into the pipe, as fast as they are taken."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self.pipe, left) :]
            except BlockingIOError:
                await asyncio.sleep(0.005)  # a pipe has room again when its reader has read; nobody tells

    def read(self, name: str) -> str:
        return (self.folder / name).read_text().strip()

    def close(self) -> None:
        os.close(self.pipe)


async def seconds(driver: Driver, wanted: int) -> list[Sample]:
    """What is sampled until a channel has so many seconds."""
    found: list[Sample] = []
    first = next(name for name in driver.channels if not name.startswith("wave"))
    async with asyncio.timeout(20):
        while sum(s.channel == first for s in found) < wanted:
            found += await driver.sample()
    return found


async def test_a_chip_is_switched_on_through_sysfs_and_measures_whole_body_vibration(tmp_path: Path) -> None:
    chip = Chip(tmp_path, 400)
    driver = chip.driver(variant="whole_body")
    shaking = asyncio.create_task(
        chip.shake(
            frames(sine(1.0, 1.0, 6, 400), np.full(2400, 9.81) + sine(8.0, 0.5, 6, 400), sine(6.31, 1.0, 6, 400))
        )
    )
    samples = (await seconds(driver, 6))[-len(driver.channels) :]
    await shaking
    values = {s.channel: (s.value or 0) for s in samples}
    assert {s.quality for s in samples} == {Quality.OK}
    assert values["aw_x"] == pytest.approx(1011, rel=0.06)
    assert values["aw_z"] == pytest.approx(1054, rel=0.03)
    assert chip.read("sampling_frequency") == "400"
    assert chip.read("scan_elements/in_timestamp_en") == "0"
    assert chip.read("scan_elements/in_accel_y_en") == "1"
    assert chip.read("buffer/enable") == "1"
    await driver.close()
    assert chip.read("buffer/enable") == "0"
    chip.close()


async def test_a_chip_at_its_end_says_a_lower_bound_and_a_dead_one_says_nothing(tmp_path: Path) -> None:
    chip = Chip(tmp_path, 400)
    driver = chip.driver("aw_z", "aw_x", variant="whole_body")
    still = frames(np.zeros(400), np.zeros(400))
    loud = frames(np.clip(sine(20, 400.0, 1, 400), -327.0, 327.0), sine(5, 1.0, 1, 400))
    await chip.shake(still + loud)
    samples = await seconds(driver, 2)
    by_second = [{s.channel: s for s in samples[at : at + 2]} for at in (0, 2)]
    assert {s.quality for s in by_second[0].values()} == {Quality.SENSOR_FAULT}
    assert by_second[1]["aw_x"].quality is Quality.SATURATED
    assert by_second[1]["aw_z"].quality is Quality.WARMING_UP
    await driver.close()
    chip.close()


async def test_only_the_seconds_around_an_alarm_are_handed_over_and_each_sample_once(tmp_path: Path) -> None:
    chip = Chip(tmp_path, 400)
    ticks = count(100_000_000, 1_000_000)  # the pipe is faster than life: each block is a second all the same
    driver = chip.driver("aw_z", "wave_z", variant="whole_body", clock=lambda: next(ticks))
    assert isinstance(driver, KeepsWaveform)
    wave = np.arange(400 * 4) % 300 * SCALE
    await chip.shake(frames(wave[:800]))
    before = await seconds(driver, 2)
    assert not [s for s in before if s.channel == "wave_z"]
    driver.alarm(before[-1].taken_us)
    await chip.shake(frames(wave[800:]))
    after = [s for s in await seconds(driver, 2) if s.channel == "wave_z"]
    times = [s.taken_us for s in after]
    assert times == sorted(set(times))
    assert [s.value for s in after] == [i % 300 for i in range(1600)]
    await driver.close()
    chip.close()


async def test_a_chip_that_is_not_there_says_so(tmp_path: Path) -> None:
    chip = Chip(tmp_path, 400)
    (chip.folder / "name").write_text("bme680\n")
    with pytest.raises(Unreachable, match="bme680"):
        await chip.driver().sample()
    chip.close()


async def test_a_close_while_no_sample_comes_ends_the_reading(tmp_path: Path) -> None:
    chip = Chip(tmp_path, 400)
    driver = chip.driver(variant="whole_body")
    waiting = asyncio.create_task(driver.sample())
    await asyncio.sleep(0.1)
    waiting.cancel()
    async with asyncio.timeout(3):
        await driver.close()
    chip.close()


def axes(start: int, size: int) -> dict[str, np.ndarray]:
    return {"x": np.arange(start, start + size, dtype=np.float32)}


def taken(ring: WaveformRing) -> list[int]:
    return [int(v) for piece in ring.take() for v in piece.axes["x"]]


def test_alarms_that_follow_one_another_ask_for_one_longer_piece() -> None:
    ring = WaveformRing(10, before_s=2, after_s=1)
    for second in range(1, 11):
        ring.add(axes(10 * (second - 1), 10), second * 1_000_000)
    assert taken(ring) == []
    ring.alarm(9_000_000)
    assert taken(ring) == list(range(69, 100))
    ring.alarm(10_500_000)
    ring.add(axes(100, 10), 11_000_000)
    ring.add(axes(110, 10), 12_000_000)
    assert taken(ring) == list(range(100, 115))
    assert taken(ring) == []


def test_the_ring_forgets_what_is_older_than_it_must_keep() -> None:
    ring = WaveformRing(10, before_s=2, after_s=1)
    for second in range(1, 101):
        ring.add(axes(10 * (second - 1), 10), second * 1_000_000)
    assert len(ring._pieces) < 20


class Told:
    """A driver that keeps a waveform."""

    def __init__(self) -> None:
        self.at: list[int] = []

    def alarm(self, t_us: int) -> None:
        self.at.append(t_us)


class Silent:
    """An output that only remembers."""

    def __init__(self) -> None:
        self.at: list[int] = []

    def set(self, transition: EdgeTransition) -> None:
        self.at.append(transition.t_us)

    async def close(self) -> None:
        self.at.clear()


async def test_a_change_of_an_alarm_reaches_siren_and_drivers(tmp_path: Path) -> None:
    told, output = Told(), Silent()
    both = TellsDrivers(output, [told])
    both.set(EdgeTransition(42, Alarm(rule="hand", episode="e1", transition=0, state="unacknowledged")))
    assert (output.at, told.at) == ([42], [42])
    nobody: Sequence[Driver] = ()
    assert with_waveforms(output, nobody) is output
    chip = Chip(tmp_path, 400)
    assert isinstance(with_waveforms(output, [chip.driver(variant="whole_body")]), TellsDrivers)
    chip.close()
