"""compose.yaml, as far as it can be checked without an engine: its structure, and that its broker's files are what a broker takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.stack import compose
from telemetry.strict import load_yaml

FILE = Path(__file__).parents[2] / "deploy/compose.yaml"


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return dict(load_yaml(FILE.read_text(), "compose.yaml")["services"])


def test_images_are_pinned_to_an_exact_version(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert re.search(r":\d+\.\d+\.\d+(-pg17)?$", service["image"])


def test_nothing_listens_beyond_loopback(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:5432:5432"]
    assert services["broker"]["network_mode"] == "host"  # its listeners: see below


def test_each_service_is_watched_started_again_and_given_time_to_end(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert service["healthcheck"]["test"][0] == "CMD-SHELL"
        assert service["restart"] == "unless-stopped"
        assert "stop_grace_period" in service


def test_no_password_stands_in_the_file(services: dict[str, dict[str, Any]]) -> None:
    assert services["database"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"
    assert not re.search(r"(?i)password: *\w", FILE.read_text())


def test_the_brokers_files_are_what_its_configuration_names(service_folder: Path, server_packages: Path) -> None:
    compose.prepare(service_folder)
    config = (service_folder / "broker/mosquitto.conf").read_text()
    named = re.findall(r"(?m)^\w*file (\S+)", config)
    assert len(named) >= 7
    for path in named:
        assert path.startswith("/mosquitto/config/")
        assert (service_folder / "broker" / Path(path).name).stat().st_mode & 0o077 == 0
    assert re.findall(r"(?m)^listener (.+)$", config) == ["8883 127.0.0.1", "1883 127.0.0.1"]
    before = (service_folder / "database.password").read_text()
    compose.prepare(service_folder)
    assert (service_folder / "database.password").read_text() == before


@pytest.mark.skipif(
    shutil.which("docker") is None
    or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0,
    reason="this machine has no docker compose",
)
def test_docker_compose_understands_the_file(service_folder: Path) -> None:
    compose.prepare(service_folder)
    command = ["docker", "compose", "--env-file", str(service_folder / ".env"), "-f", str(FILE), "config", "--quiet"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
