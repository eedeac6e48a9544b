"""Devices that the kernel reads: found by what they are and where they hang, never by their number."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gateway_agent.drivers import connection
from gateway_agent.drivers.base import NoReading, Unreachable
from gateway_agent.transports import sysfs
from tests.gateway_agent.drivers.own_profiles import driver


def device(root: Path, number: int, name: str, **files: str) -> Path:
    folder = root / f"iio:device{number}"
    folder.mkdir()
    (folder / "name").write_text(f"{name}\n")
    for file, text in files.items():
        (folder / file).write_text(text)
    return folder


async def test_files_that_are_there_are_read_in_the_units_of_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(tmp_path, 0, "bme680", in_temp_input="23450\n", in_other_input="7\n")
    it = driver(monkeypatch, "test.iio", sysfs=f"{tmp_path}/iio:device*")
    assert [(s.channel, s.value) for s in await it.sample()] == [("temperature", 23450)]
    await it.close()


async def test_a_device_is_found_by_its_name_under_another_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.0)
    folder = device(tmp_path, 0, "sps30", in_massconcentration_pm2p5_input="9.466\n")
    device(tmp_path, 1, "bme680", in_temp_input="20000\n")
    it = driver(monkeypatch, "test.iio", sysfs=f"{tmp_path}/iio:device*", name="sps30")
    assert [(s.channel, s.value) for s in await it.sample()] == [("pm2_5", 9466)]
    folder.rename(tmp_path / "iio:device4")
    with pytest.raises(Unreachable, match="is gone"):
        await it.sample()
    assert [(s.channel, s.value) for s in await it.sample()] == [("pm2_5", 9466)]
    await it.close()


@pytest.mark.parametrize(
    ("names", "kind", "words"),
    [
        ([], "not_there", "is not there"),
        (["ads1015"], "wrong_model", "is a ads1015"),
        (["sps30", "bme680"], "ambiguous", "name one of them"),
    ],
)
async def test_none_another_and_several_are_told_apart(
    names: list[str], kind: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(names):
        device(tmp_path, number, name, in_temp_input="1\n")
    it = driver(monkeypatch, "test.iio", sysfs=f"{tmp_path}/iio:device*")
    with pytest.raises(Unreachable, match=words) as found:
        await it.sample()
    assert found.value.kind == kind


async def test_a_busy_driver_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device(tmp_path, 0, "bme680", in_temp_input="20000\n")
    it = driver(monkeypatch, "test.iio", sysfs=f"{tmp_path}/iio:device*")
    await it.sample()
    plain = sysfs._read

    def busy(path: Path) -> bytes:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    monkeypatch.setattr(sysfs, "_read", busy)
    with pytest.raises(NoReading) as found:
        await it.sample()
    assert found.value.kind == "busy_retry"
    monkeypatch.setattr(sysfs, "_read", plain)
    assert [s.value for s in await it.sample()] == [20000]
    await it.close()


async def test_a_read_that_hangs_in_the_kernel_is_a_time_out_and_starts_no_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from gateway_agent.drivers import files

    device(tmp_path, 0, "bme680", in_temp_input="20000\n")
    it = driver(monkeypatch, "test.iio", sysfs=f"{tmp_path}/iio:device*")
    await it.sample()
    monkeypatch.setattr(files, "READ_WITHIN_S", 0.05)
    begun, go_on = [], threading.Event()

    def hang(path: Path) -> bytes:
        begun.append(path)
        go_on.wait(10)
        return b"20000\n"

    monkeypatch.setattr(sysfs, "_read", hang)
    for words in ("did not answer", "still hangs"):
        with pytest.raises(NoReading, match=words):
            await it.sample()
    assert len(begun) == 1
    go_on.set()
    await it.close()
