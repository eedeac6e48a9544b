"""A gateway is installed into a folder: unit, user, settings, watchdogs; groups follow the settings; what is the kit's stays."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import kit_install
from deploy.kit_install import SETTINGS, SYSUSERS, UNIT, groups_for
from deploy.stack.service import ROOT
from gateway_agent.settings import GatewaySettings
from telemetry.strict import parse_yaml

HOME = Path("/srv/antoan")


def settings(*connections: dict[str, Any], **given: Any) -> GatewaySettings:  # noqa: ANN401
    instruments = [
        {"name": f"i{number}", "profile": "generic.rs485_noise", "connection": connection}
        for number, connection in enumerate(connections)
    ]
    return GatewaySettings.model_validate(
        {"gateway": "kit00000001", "state_dir": "/var/lib/antoan-gateway", "instruments": instruments, **given}
    )


def test_groups_are_those_that_the_settings_need() -> None:
    serial, tcp, chip = {"serial": "/dev/serial/by-id/a"}, {"host": "192.0.2.1"}, {"i2c": "/dev/i2c-1"}
    assert groups_for(None) == ["dialout"]
    assert groups_for(settings(tcp)) == []
    assert groups_for(settings(tcp, serial, chip)) == ["dialout", "i2c"]
    pulses, sensor = {"pulses": "/dev/gpiochip0"}, {"accelerometer": "/sys/bus/iio/devices/iio:device*"}
    assert groups_for(settings(pulses, {"ble": "D0:00:00:00:00:01"}, sensor)) == ["gpio", "bluetooth", "iio"]
    assert groups_for(settings(output={"lines": [{"name": "siren", "line": 17}]})) == ["gpio"]


def test_the_unit_runs_as_a_user_of_its_own_with_these_devices_and_no_other(tmp_path: Path) -> None:
    kit_install.install(tmp_path, HOME, settings({"i2c": "/dev/i2c-1"}), "kit00000001")
    unit = (tmp_path / UNIT).read_text()
    assert "ExecStart=/srv/antoan/antoan gateway run --config /etc/antoan/gateway.yaml" in unit
    assert "User=antoan-gateway" in unit
    assert re.findall(r"(?m)^DeviceAllow=.*", unit) == ["DeviceAllow=char-i2c rw"]
    assert re.findall(r"(?m)^SupplementaryGroups=.*", unit) == ["SupplementaryGroups=i2c"]
    assert "WatchdogSec=60" in unit
    assert "m antoan-gateway i2c" in (tmp_path / SYSUSERS).read_text()


def test_a_group_that_the_system_lacks_is_made_and_handed_its_devices(tmp_path: Path) -> None:
    sensor = {"accelerometer": "/sys/bus/iio/devices/iio:device*"}
    kit_install.install(tmp_path, HOME, settings(sensor), "kit00000001")
    assert (tmp_path / SYSUSERS).read_text().endswith("g iio -\nm antoan-gateway iio\n")
    assert 'GROUP="iio"' in (tmp_path / "etc/udev/rules.d/60-antoan-iio.rules").read_text()
    assert "DeviceAllow=char-iio rw" in (tmp_path / UNIT).read_text()


def test_settings_are_made_once_and_then_are_the_kits_own(tmp_path: Path) -> None:
    first = kit_install.install(tmp_path, HOME, None, "kitthanhtra1")
    own = tmp_path / SETTINGS
    assert parse_yaml(own.read_text(), GatewaySettings, "gateway.yaml").gateway == "kitthanhtra1"
    assert own.stat().st_mode & 0o777 == 0o640
    own.write_text(own.read_text() + "# mine\n")
    again = kit_install.install(tmp_path, HOME, None, "kit00000009")
    assert [placed.written for placed in first] == [True] * 5
    assert [placed.written for placed in again] == [True] * 4 + [False]
    assert own.read_text().endswith("# mine\n")


def test_activating_makes_the_user_before_what_is_its_own() -> None:
    ran: list[str] = []
    kit_install.activate(HOME, lambda words: ran.append(words[0]))
    assert ran == ["systemd-sysusers", "chown", sys.executable, "systemctl", "systemctl"]


def test_code_is_compiled_as_the_gateway_runs_it(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("value = 1\n")
    kit_install.compile_all(tmp_path, kit_install.run_command)
    assert [file.name for file in tmp_path.glob("__pycache__/*.opt-2.pyc")] == [
        f"module.cpython-{sys.version_info[0]}{sys.version_info[1]}.opt-2.pyc"
    ]


def test_the_command_installs_into_a_folder_and_says_what_is_next(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "deploy.cli", "gateway", "install", "--root", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"written {tmp_path / UNIT}" in done.stdout
    assert f"ExecStart={ROOT}/antoan" in (tmp_path / UNIT).read_text()
    assert "next: name the instruments" in done.stdout


def test_a_dry_run_says_what_it_would_write_and_writes_nothing(tmp_path: Path) -> None:
    would = kit_install.install(tmp_path, HOME, None, "kitthanhtra1", dry_run=True)
    assert list(tmp_path.iterdir()) == []
    assert would == kit_install.install(tmp_path, HOME, None, "kitthanhtra1")


def test_uninstalling_keeps_settings_keys_and_spool_and_may_be_said_twice(tmp_path: Path) -> None:
    kit_install.install(tmp_path, HOME, settings({"accelerometer": "/sys/bus/iio/devices/iio:device*"}), "kit00000001")
    state = tmp_path / "var/lib/antoan-gateway"
    state.mkdir(parents=True)
    (state / "spool.db").write_bytes(b"spool")
    words = [sys.executable, "-m", "deploy.cli", "gateway", "uninstall", "--root", str(tmp_path)]
    first = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"removed {tmp_path / UNIT}" in first
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert left == [SETTINGS, "var/lib/antoan-gateway/spool.db"]
    assert "removed" not in subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
def test_systemd_finds_no_fault_in_the_installed_unit(tmp_path: Path) -> None:
    kit_install.install(tmp_path, HOME, settings({"serial": "/dev/serial/by-id/a"}), "kit00000001")
    unit = tmp_path / "antoan-gateway.service"
    unit.write_text(
        re.sub(r"(?m)^User=.*\n", "", (tmp_path / UNIT).read_text().replace("/srv/antoan/antoan", "/bin/true"))
    )
    answer = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    newer = "RestartSteps|RestartMaxDelaySec"
    faults = [line for line in answer.stderr.splitlines() if unit.name in line and not re.search(newer, line)]
    assert faults == []
