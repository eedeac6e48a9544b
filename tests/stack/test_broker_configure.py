"""`antoan broker configure` writes what a real broker starts with; again, it changes nothing that must stay."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from deploy.stack.broker_files import CA, CERTIFICATE, KEY, REVOKED
from deploy.stack.broker_settings import BrokerSettings, GatewayListener, ServiceListener
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_ports
from tests.support.mqtt import Peer

if TYPE_CHECKING:
    from pathlib import Path


def settings_in(folder: Path, port: int, service_port: int) -> dict[str, object]:
    files = {"ca_file": CA, "cert_file": CERTIFICATE, "key_file": KEY, "crl_file": REVOKED}
    return {
        "folder": str(folder),
        "gateways": {"host": "127.0.0.1", "port": port, **{k: str(folder / v) for k, v in files.items()}},
        "services": {"port": service_port},
    }


@pytest.mark.services
def test_the_command_writes_what_a_broker_starts_with(server_packages: Path, service_folder: Path) -> None:
    folder, (port, service_port) = service_folder / "broker", free_ports(2)
    config = service_folder / "broker.yaml"
    config.write_text(json.dumps(settings_in(folder, port, service_port)))
    options = {
        "--config": config,
        "--authority": service_folder / "ca",
        "--passwords": service_folder,
        "--name": "localhost",
    }
    line = [
        sys.executable,
        "-m",
        "deploy.cli",
        "broker",
        "configure",
        *(str(x) for pair in options.items() for x in pair),
    ]
    subprocess.run(line, check=True, capture_output=True)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {f.name: stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {
        name: 0o644 if name in {CA, CERTIFICATE, REVOKED} else 0o600 for name in before
    }
    subprocess.run(line, check=True, capture_output=True)
    assert {f for f, data in before.items() if (folder / f).read_bytes() != data} == {"services.passwd"}, (
        "new salts only"
    )

    process = Mosquitto(server_packages, folder, [port, service_port])
    process.configure({file.name: file.read_bytes() for file in folder.iterdir()})
    process.start()
    try:
        with Peer.plain(service_port, "ingest", (service_folder / "broker-ingest.password").read_text()) as ingest:
            assert ingest.publish("antoan/1/7/kitaaaaa1/committed", b"x") == "Success"
    finally:
        process.stop()


@pytest.mark.parametrize("bad", ["relative/ca.pem", "/a\nallow_anonymous true", ""])
def test_a_path_that_could_add_a_line_or_wander_is_refused(bad: str) -> None:
    good = {"ca_file": "/x", "cert_file": "/x", "key_file": "/x", "crl_file": "/x"}
    GatewayListener.model_validate(good)
    with pytest.raises(ValidationError):
        GatewayListener.model_validate({**good, "ca_file": bad})


def test_the_services_listen_on_loopback_or_a_socket_and_not_on_both() -> None:
    for wrong in ({}, {"port": 1, "socket": "/s"}, {"port": 1, "host": "10.0.0.1"}, {"socket": "/" + "s" * 120}):
        with pytest.raises(ValidationError):
            ServiceListener.model_validate(wrong)
    with pytest.raises(ValidationError, match="folder"):
        BrokerSettings.model_validate({"gateways": {}, "services": {"port": 1}})
