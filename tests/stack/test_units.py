"""The units start each service by its own word, as a user of its own, and keep it going."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.services import SERVICES

UNITS = Path(__file__).parents[2] / "deploy/systemd"
NEWER = "RestartSteps|RestartMaxDelaySec"  # systemd 254; Debian 12 says that it ignores them


def read(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / f"antoan-{name}.service")
    return parser


def test_there_is_a_unit_for_each_service_and_for_revocations_and_no_other() -> None:
    names = [*SERVICES, "revoked", "gateway-page"]
    assert {path.name for path in UNITS.glob("*.service")} == {f"antoan-{name}.service" for name in names}


def test_the_broker_is_told_of_revocations() -> None:
    watch = configparser.ConfigParser()
    watch.read(UNITS / "antoan-revoked.path")
    assert watch["Path"]["PathChanged"] == "/var/lib/antoan-api/revoked.pem"
    assert read("revoked")["Service"]["ExecStart"] == "/usr/bin/systemctl reload mosquitto.service"


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_starts_its_service_and_starts_it_again_for_ever(name: str) -> None:
    unit = read(name)
    assert unit["Service"]["ExecStart"] == f"/opt/antoan/antoan {name} run --config /etc/antoan/{name}.yaml"
    assert unit["Service"]["User"] == f"antoan-{name}"
    assert (unit["Service"]["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
    assert unit["Service"]["MemoryMax"]


def test_a_kits_unit_watches_it_and_lets_it_ask_about_the_clock() -> None:
    service = read("gateway")["Service"]
    assert (service["Type"], service["NotifyAccess"], service["WatchdogSec"]) == ("notify", "main", "60")
    assert "adjtimex" in service["SystemCallFilter"].split()
    assert "ProtectClock" not in service, "it denies even reading"


def test_the_kits_page_sees_no_key() -> None:
    service = read("gateway-page")["Service"]
    assert service["InaccessiblePaths"] == "-/var/lib/antoan-gateway/keys"
    assert service["User"] == "antoan-gateway"
    assert service["ExecStart"] == "/opt/antoan/antoan gateway page --config /etc/antoan/gateway.yaml"


def test_a_kit_waits_for_neither_network_nor_clock() -> None:
    assert "After" not in read("gateway")["Unit"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("name", [*SERVICES, "gateway-page"])
def test_systemd_finds_no_fault_in_a_unit(name: str, tmp_path: Path) -> None:
    unit = tmp_path / f"antoan-{name}.service"
    text = (UNITS / unit.name).read_text()
    unit.write_text(re.sub(r"(?m)^User=.*\n", "", text.replace("/opt/antoan/antoan", "/bin/true")))
    answer = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    faults = [line for line in answer.stderr.splitlines() if unit.name in line and not re.search(NEWER, line)]
    assert faults == []
