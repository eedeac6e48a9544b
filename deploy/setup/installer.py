"""Obtains the one program that installs all others, `uv`, at the version and the hash in `deploy/lock/uv.txt`.

The machine's own pip fetches it, so that a mirror or proxy that the machine is set up for is honoured. Bare Debian has
no pip: there Debian's own wheel of it is fetched with apt, signatures checked, without root.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.stack.debian import PackageSet, ensure
from deploy.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Callable

UV_LOCK = Path("deploy/lock/uv.txt")
MACHINES = {"x86_64", "aarch64", "arm64"}


class SetupError(Exception):
    """Something that the set-up needs cannot be had; the message says what and what to do."""


def obtain_uv(root: Path, home: Path, say: Callable[[str], None]) -> Path:
    """Return a `uv` of the locked version, fetching it by hash where `home` does not have it yet."""
    if platform.machine() not in MACHINES or sys.maxsize < 2**32:
        raise SetupError(
            f"this machine is {platform.machine()} ({platform.architecture()[0]}); AnToan runs on 64-bit x86 and Arm "
            "(on a Raspberry Pi: the 64-bit Raspberry Pi OS)"
        )
    version = _locked_version(root)
    uv = home / f"uv-{version}" / "uv"
    if not uv.exists():
        say(f"fetching uv {version}")
        uv.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=uv.parent) as folder:
            _unpack(_download(root, Path(folder)), uv)
    return uv


def _locked_version(root: Path) -> str:
    found = re.search(r"^uv==(\S+)", (root / UV_LOCK).read_text(), re.MULTILINE)
    if not found:
        raise SetupError(f"{UV_LOCK} names no version of uv; restore it from the repository")
    return found[1]


def _download(root: Path, folder: Path) -> Path:
    command = [*_pip(), "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--dest", str(folder), "--requirement", str(root / UV_LOCK)]
    done = subprocess.run(command, check=False, env=os.environ | {"PIP_USER": "0"})  # noqa: S603
    wheels = list(folder.glob("uv-*.whl"))
    if done.returncode or not wheels:
        raise SetupError("pip could not fetch uv (its message stands above); is the package index within reach?")
    return wheels[0]


def _pip() -> list[str]:
    """Return the command of a pip: the interpreter's own, else Debian's wheel of it, run from the zip."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [sys.executable, str(_debian_pip() / "pip")]


def _debian_pip() -> Path:
    wheels = "usr/share/python-wheels"
    try:
        folder = ensure(PackageSet("pip", ("python3-pip-whl",), (wheels,), runs=False))
    except StackError as error:
        raise SetupError(
            f"python3 has no pip, and Debian's could not be fetched; install pip for python3.\n{error}"
        ) from error
    return max((folder / wheels).glob("pip-*.whl"))


def _unpack(wheel: Path, uv: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        partial = uv.with_suffix(f".{os.getpid()}")
        with archive.open(member) as source, partial.open("wb") as target:
            shutil.copyfileobj(source, target)
    partial.chmod(0o755)
    partial.replace(uv)
