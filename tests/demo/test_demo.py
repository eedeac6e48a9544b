"""The demonstration as a person starts it: every count agrees, a second start keeps the data, nothing is left running."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.stack import compose
from deploy.stack.broker_files import REVOKED, BrokerPlace, broker_files, service_passwords
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_ports
from deploy.stack.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "deploy.cli", "demo"]
KEYS = {
    "ok", "database", "broker", "entries_recorded", "readings_sampled", "readings_recorded", "rows_projected",
    "alerts_raised", "notifications_delivered", "chains_verified", "wire_bytes_per_reading", "stored_bytes_per_reading",
    "latency_ms",
}  # fmt: skip


@pytest.fixture
def home(server_packages: Path, service_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (service_folder / "packages").symlink_to(server_packages.parent)
    monkeypatch.setenv("ANTOAN_HOME", str(service_folder))
    yield service_folder
    assert left_running(service_folder) == []


def left_running(home: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"{home}/demo" in words:
            found.append(words)
    return found


def run(*words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [*COMMAND, "--headless", "--json", *words], cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.services
def test_every_count_agrees_and_a_second_start_keeps_the_data(home: Path) -> None:
    status, first = run("--seconds", "20")
    assert first.keys() >= KEYS
    assert (status, first["ok"], first["faults"]) == (0, True, [])
    assert first["readings_sampled"] == first["readings_recorded"] == first["rows_projected"] > 100
    assert first["chains_verified"] == 3
    assert first["alerts_raised"] >= 1
    assert first["notifications_delivered"] >= 1
    assert first["database"]["license"] == "apache"
    assert re.fullmatch(r"mosquitto 2\.\d+\.\d+", first["broker"])
    assert 0 < first["latency_ms"]["row"]["p50"] < 5000
    status, second = run("--seconds", "6", "--speed", "60")
    assert (status, second["ok"]) == (0, True)
    assert second["readings_recorded"] > first["readings_recorded"]


@pytest.mark.services
def test_ctrl_c_ends_it_cleanly_and_only_one_runs_at_a_time(home: Path) -> None:
    with (home / "out").open("w") as out:
        process = subprocess.Popen(COMMAND, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
    end = time.monotonic() + 120
    while "Ctrl-C ends it" not in (home / "out").read_text():
        assert process.poll() is None, (home / "out").read_text()
        assert time.monotonic() < end
        time.sleep(0.2)
    another = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert another.returncode == 1
    assert "already runs" in another.stderr
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 0
    assert "data are kept" in (home / "out").read_text()


@pytest.mark.services
def test_given_services_are_used_as_deploy_compose_prepares_them(home: Path, server_packages: Path) -> None:
    folder = compose.default_folder()
    compose.prepare(folder)
    port, gateways, services = free_ports(3)
    given = Postgres(server_packages, home / "given", settings={"listen_addresses": "'127.0.0.1'"}, port=port)
    given.start()
    broker = Mosquitto(server_packages, home / "broker", [gateways, services])
    place = BrokerPlace(broker.folder, gateways, services)
    broker.configure(broker_files(place, folder / "authority", service_passwords(folder)))
    broker.start()
    try:
        password = given.password_file.read_text().strip()
        url = f"postgresql://postgres:{password}@127.0.0.1:{given.port}/postgres"
        status, found = run(
            "--seconds", "8", "--database", url, "--broker", f"mqtts://127.0.0.1:{gateways}?services={services}"
        )
        assert (status, found["ok"], found["broker"]) == (0, True, "given")
        assert (folder / "broker" / REVOKED).exists()
    finally:
        broker.stop()
        given.stop()


def test_what_is_no_url_is_refused_with_its_form(home: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--headless", "--database", "localhost", "--broker", "mqtt://localhost"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert re.search(r"--(database|broker): .* its form is", done.stderr)
    assert "Traceback" not in done.stderr
