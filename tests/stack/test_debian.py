"""Packages are set up once, whole or not at all, whoever starts at the same time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from deploy.stack import debian, debian_apt, debian_elf, home
from deploy.stack.debian import SERVER, PackageSet, ensure
from deploy.stack.debian_apt import require_tools
from deploy.stack.debian_elf import inspect
from deploy.stack.errors import PackagesUnavailableError, StackError

TINY = PackageSet("tiny", ("hostname", "patchelf"), ("usr/bin/hostname",))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def own_home(service_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANTOAN_HOME", str(service_folder))
    return service_folder


def test_unpacked_programs_run_with_their_own_libraries(server_packages: Path) -> None:
    for program in SERVER.programs:
        assert inspect(server_packages / program) == (True, True)
    answer = subprocess.run([server_packages / SERVER.programs[0], "--version"], capture_output=True, check=True)
    assert b"PostgreSQL) 17" in answer.stdout
    broker = subprocess.run([server_packages / "usr/sbin/mosquitto", "-h"], capture_output=True, check=False)
    version = broker.stdout.split()[2].decode()
    assert tuple(int(part) for part in version.split(".")) >= (2, 0, 21)


def test_two_set_ups_at_once_give_one_folder_and_leave_nothing_else(own_home: Path) -> None:
    script = "from tests.stack.test_debian import TINY; from deploy.stack.debian import ensure; print(ensure(TINY))"
    both = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = {process.communicate(timeout=120)[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    (folder,) = answers
    assert subprocess.run([Path(folder) / "usr/bin/hostname"], check=False).returncode == 0
    assert sorted(path.name for path in (own_home / "packages").iterdir()) == [
        Path(folder).name,
        "tiny.json",
        "tiny.lock",
    ]
    assert json.loads((own_home / "packages/tiny.json").read_text())["packages"]["hostname"]


def test_an_interrupted_set_up_leaves_nothing_half(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(debian_elf, "patch_tree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ensure(TINY)
    assert [path.name for path in (own_home / "packages").iterdir()] == ["tiny.lock"]


def test_without_apt_the_message_names_the_alternatives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(PackagesUnavailableError, match=r"no apt-get.*\n.*--database URL --broker URL.*compose.yaml"):
        require_tools()


def test_a_32_bit_system_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian_apt, "_output", lambda _: "armhf\n")
    with pytest.raises(PackagesUnavailableError, match="64-bit Raspberry Pi OS"):
        require_tools()


def test_a_mirror_that_debians_keyring_does_not_vouch_for_is_refused(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = own_home / "mirror/dists/trixie"
    forged.mkdir(parents=True)
    (forged / "Release").write_text("Suite: trixie\nCodename: trixie\nComponents: main\nArchitectures: amd64 arm64\n")
    monkeypatch.setattr(debian, "read_sources", lambda: [f"file:{own_home / 'mirror'}"])
    with pytest.raises(PackagesUnavailableError, match=r"signed|signature|Release"):
        ensure(TINY)


def test_roots_folder_must_be_one_that_nobody_may_walk_through(
    service_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = service_folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("ANTOAN_HOME", str(closed))
    monkeypatch.setattr(home, "run_as", lambda: home.RunAs(65534, 65534))
    with pytest.raises(StackError, match="may not walk through"):
        home.home()


def test_a_user_without_a_home_gets_a_folder_that_is_theirs_alone(
    service_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTOAN_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(service_folder))
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    with pytest.raises(StackError, match="belongs to someone else"):
        home.home()
