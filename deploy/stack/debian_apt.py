"""The machine's own apt, asked for packages of another suite in a private folder: neither root nor the machine's package lists are touched.

apt resolves the dependencies against an empty status file, so the answer is complete by itself; it checks the
archive's signature against Debian's keyring and each file against the signed lists. The machine's settings for
reaching the archive (`Acquire::`: proxies, certificates, retries) and its credentials stay in force; its hooks do not
run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deploy.stack.errors import PackagesUnavailableError, StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ARCHITECTURES = ("amd64", "arm64")
OURS = (
    "Acquire::IndexTargets",
    "Acquire::Languages",
    "Acquire::Changelogs",
    "Acquire::CompressionTypes",
    "Acquire::GzipIndexes",
)
URI_LINE = re.compile(r"^'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) (?P<hash>\S*)")


@dataclass(frozen=True)
class Package:
    """One package that apt chose: exact version and the size of its file in bytes."""

    name: str
    version: str
    architecture: str
    size: int

    @property
    def wanted(self) -> str:
        """The form that `apt-get download` takes."""
        return f"{self.name}={self.version}"


def require_tools() -> None:
    """Raise PackagesUnavailableError unless this machine has apt, Debian's keyring and a 64-bit architecture that we can use."""
    missing = [tool for tool in ("apt-get", "apt-config", "dpkg", "dpkg-deb") if shutil.which(tool) is None]
    if missing:
        raise PackagesUnavailableError(f"this machine has no {', '.join(missing)}, so Debian's packages cannot be had")
    if not KEYRING.is_file():
        raise PackagesUnavailableError(f"{KEYRING} is missing, so signatures of Debian's packages cannot be checked")
    architecture = _output(["dpkg", "--print-architecture"]).strip()
    if architecture not in ARCHITECTURES:
        raise PackagesUnavailableError(
            f"this system is {architecture}; {' or '.join(ARCHITECTURES)} is needed (on a Raspberry Pi: the 64-bit Raspberry Pi OS)"
        )


class PrivateApt:
    """apt in a folder of our own. `folder` is created and may be dropped at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = folder / "apt.conf"

    def update(self, mirrors: Sequence[str]) -> None:
        """Fetch and check the package list from the first mirror that Debian's keyring vouches for."""
        faults = []
        for mirror in mirrors:
            self._configure(mirror)
            done = self._run(["apt-get", "-q", "update", "--error-on=any"])
            if done.returncode == 0:
                return
            faults.append(f"{mirror}: {_last_words(done)}")
        reason = "; ".join(faults) or "this machine's apt sources name no Debian mirror"
        raise PackagesUnavailableError(f"no package list of Debian {SUITE!r} could be had: {reason}")

    def resolve(self, names: Sequence[str]) -> list[Package]:
        """The named packages and all that they depend on, as apt would install them on an empty machine."""
        done = self._run(["apt-get", "-qq", "-y", "--print-uris", "--download-only", "install", *names])
        packages = [_package(match) for line in done.stdout.splitlines() if (match := URI_LINE.match(line))]
        if done.returncode != 0 or not packages:
            raise PackagesUnavailableError(f"apt finds no way to install {', '.join(names)}: {_last_words(done)}")
        return packages

    def download(self, packages: Sequence[Package], into: Path, progress: Callable[[float], None]) -> list[Path]:
        """Fetch the files of `packages` into a folder, each checked by apt; `progress` is told the share of bytes that are there."""
        into.mkdir(parents=True, exist_ok=True)
        total = max(1, sum(package.size for package in packages))
        with (into.parent / "download.log").open("w+") as log:
            process = subprocess.Popen(  # noqa: S603  (names come from apt's own answer)
                ["apt-get", "-q", "download", *(package.wanted for package in packages)],  # noqa: S607
                cwd=into, env=self._environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            while process.poll() is None:
                progress(min(1.0, _bytes_in(into) / total))
                time.sleep(0.1)  # a progress bar's beat; apt tells nothing we could wait for
            log.seek(0)
            words = log.read()
        files = sorted(into.glob("*.deb"))
        if process.returncode != 0 or len(files) != len(packages):
            raise StackError(f"fetching packages failed: {words.strip()[-500:]}")
        return files

    def _configure(self, mirror: str) -> None:
        for name in ("lists/partial", "cache/archives/partial", "parts"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "status").touch()
        (self._folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n")
        self._config.write_text("\n".join([*_machine_settings(), *self._settings()]) + "\n")

    def _settings(self) -> list[str]:
        here = self._folder
        values = {
            "Dir::Etc::Main": here / "none", "Dir::Etc::Parts": here / "parts",
            "Dir::Etc::SourceList": here / "sources.list", "Dir::Etc::SourceParts": here / "none",
            "Dir::Etc::Preferences": here / "none", "Dir::Etc::PreferencesParts": here / "none",
            "Dir::State": here, "Dir::State::Lists": here / "lists", "Dir::State::status": here / "status",
            "Dir::Cache": here / "cache", "Dir::Log": here / "log",
            "APT::Sandbox::User": "root", "APT::Install-Recommends": "false", "Acquire::Languages": "none",
        }  # fmt: skip
        return [f'{key} "{value}";' for key, value in values.items()]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "APT_CONFIG": str(self._config), "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  (fixed commands)
            command,
            env=self._environment(),
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
        )


def _machine_settings() -> list[str]:
    """How this machine reaches archives: its scalar `Acquire::` settings, hooks and index targets left out."""
    lines = _output(["apt-config", "dump"]).splitlines()
    return [line for line in lines if line.startswith("Acquire::") and not line.startswith(OURS) and '""' not in line]


def _package(match: re.Match[str]) -> Package:
    name, version, rest = match["file"].split("_", 2)
    return Package(name, unquote(version), rest.removesuffix(".deb"), int(match["size"]))


def _bytes_in(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size
        except FileNotFoundError:  # apt renames a finished download between the two calls
            continue
    return total


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  (fixed commands)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E:")]
    return " ".join((errors or lines)[:3])[:500]
