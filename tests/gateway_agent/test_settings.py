"""Settings: what a person writes is read strictly, and a fault is named with its place and the nearest valid word."""

from __future__ import annotations

import pytest

from gateway_agent.settings import GatewaySettings
from telemetry.strict import SettingsError, parse_yaml

TEXT = """\
gateway: kit00000001
state_dir: /var/lib/antoan/gateway
instruments:
  - {name: noise1, profile: generic.rs485_noise, connection: {serial: /dev/serial/by-id/usb-1}, period_s: 1}
  - {name: gas1, profile: honeywell.midas, connection: {host: 192.0.2.7}, serial_number: A1}
seal: {interval_s: 10}
spool: {max_mib: 512, keep_days: 14}
clock: {source: kernel}
alarms:
  - kind: danger
    id: co-danger
    title: {vi: Khí CO nguy hiểm, en: CO danger}
    select: {quantity: co}
    set_point: 100
    unit: "[ppm]"
output: {command: [/usr/local/bin/siren]}
"""


def test_a_whole_file_is_read() -> None:
    settings = parse_yaml(TEXT, GatewaySettings, "gateway.yaml")
    assert [instrument.name for instrument in settings.instruments] == ["noise1", "gas1"]
    assert settings.alarms[0].select.quantity == "co"
    assert settings.seal.idle_s == 60


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("serial: /dev/ttyUSB0", "serial: /dev/serial/by-id/usb-1", "another port after each plugging"),
        ("seal: {interval: 10}", "seal: {interval_s: 10}", "did you mean 'interval_s'"),
        ("gateway: KIT", "gateway: kit00000001", "gateway"),
        ("name: noise1", "name: gas1", "two share one name"),
        ("seal: {interval_s: 0}", "seal: {interval_s: 10}", "greater than or equal"),
        ("kind: silence", "kind: danger", "alarms"),
    ],
)
def test_a_fault_is_named(wrong: str, right: str, words: str) -> None:
    assert right in TEXT
    text = TEXT.replace(right, wrong)
    with pytest.raises(SettingsError, match=words):
        parse_yaml(text, GatewaySettings, "gateway.yaml")
