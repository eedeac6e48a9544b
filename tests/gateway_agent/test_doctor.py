"""The doctor finds what is wrong with a kit, and says what to do about each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent.doctor import Machine, State, _certificate, examine
from gateway_agent.settings import GatewaySettings
from tests.gateway_agent.parts import GATEWAY, write

if TYPE_CHECKING:
    from pathlib import Path

    from gateway_agent.doctor import Finding

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"


def settings(folder: Path, **given: Any) -> GatewaySettings:  # noqa: ANN401
    plain = {"gateway": GATEWAY, "state_dir": folder, "spool": {"max_mib": 8}, **given}
    return GatewaySettings.model_validate(plain)


def machine(root: Path, *, disciplined: bool = True) -> Machine:
    return Machine(root=root, discipline=lambda: (disciplined, 1500), now_s=lambda: 1_800_000_000.0)


def found(findings: list[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.what == what)


def test_every_bad_finding_has_a_cure(tmp_path: Path) -> None:
    kit = settings(
        tmp_path / "none",
        instruments=[
            {"name": "n1", "profile": "generic.rs485_noise", "connection": {"serial": "/dev/serial/by-id/usb-1"}},
            {"name": "g1", "profile": "honeywell.midas", "connection": {"host": "127.0.0.1", "port": 1}},
        ],
        output={"lines": [{"name": "siren", "line": 17}]},
    )
    findings = examine(kit, machine(tmp_path, disciplined=False))
    bad = {finding.what for finding in findings if finding.state is State.BAD}
    assert bad == {"port of n1", "host of g1", "outputs", "disk", "enrolment"}
    assert all(finding.cure for finding in findings if finding.state is not State.GOOD)
    assert found(findings, "clock").state is State.WARNING


def test_a_port_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, "dev/serial/by-id/usb-FTDI_AB12", "")
    kit = settings(
        tmp_path,
        instruments=[
            {"name": "n1", "profile": "generic.rs485_noise", "connection": {"serial": "/dev/serial/by-id/usb-1"}}
        ],
    )
    assert "there are usb-FTDI_AB12" in found(examine(kit, machine(tmp_path)), "port of n1").seen


@pytest.mark.parametrize(
    ("bits", "state", "words"),
    [
        ("0", State.GOOD, "no undervoltage since boot"),
        ("50000", State.WARNING, "since boot: undervoltage, throttled"),
        ("50005", State.BAD, "now: undervoltage, throttled"),
    ],
)
def test_undervoltage_now_and_since_boot_is_told(tmp_path: Path, bits: str, state: State, words: str) -> None:
    write(tmp_path, THROTTLED, bits)
    power = found(examine(settings(tmp_path), machine(tmp_path)), "power")
    assert (power.state, power.seen) == (state, words)


def test_a_clock_by_its_battery_is_good_within_its_bound_and_recommended_where_missing(tmp_path: Path) -> None:
    kit = settings(tmp_path, clock={"rtc_bound_s": 5})
    before = examine(kit, machine(tmp_path, disciplined=False))
    assert found(before, "clock").state is State.WARNING
    assert "DS3231" in found(before, "battery-backed clock").cure
    write(tmp_path, "sys/class/rtc/rtc0/hctosys", "1\n")
    after = examine(kit, machine(tmp_path, disciplined=False))
    assert "within 5 s" in found(after, "clock").seen
    assert not [finding for finding in after if finding.what == "battery-backed clock"]


def test_a_damaged_spool_that_was_set_aside_is_told(tmp_path: Path) -> None:
    write(tmp_path, "spool.db.damaged-1", "")
    assert any("set aside" in finding.seen for finding in examine(settings(tmp_path), machine(tmp_path)))


def test_a_worn_card_and_a_weak_supply_by_its_sensor_are_told(tmp_path: Path) -> None:
    write(tmp_path, "sys/block/mmcblk0/device/life_time", "0x0B 0x02")
    write(tmp_path, "sys/class/hwmon/hwmon0/name", "rpi_volt")
    write(tmp_path, "sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1")
    findings = examine(settings(tmp_path), machine(tmp_path))
    assert (found(findings, "wear").state, found(findings, "power").state) == (State.BAD, State.WARNING)
    write(tmp_path, "sys/class/hwmon/hwmon0/in0_lcrit_alarm", "0")
    assert "no undervoltage now" in found(examine(settings(tmp_path), machine(tmp_path)), "power").seen


def test_a_certificate_is_judged_by_its_days() -> None:
    day = 86_400
    assert _certificate(0, 10 * day, 9 * day).seen == "valid for 1 days"
    assert _certificate(0, 10 * day, 12 * day).state is State.WARNING
    assert "clock is behind" in _certificate(5 * day, 10 * day, day).seen
