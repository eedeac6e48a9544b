"""The environment of a checkout: `.venv`, exactly what `deploy/lock/dev.txt` names, and the built page.

Standard library only, since it runs before anything is installed. A second call finds the stamp and returns at once;
an interrupted one goes on where it stopped.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from deploy.setup.installer import SetupError, obtain_uv
from deploy.stack.home import home

__all__ = ["SetupError", "ensure"]

LOCK = Path("deploy/lock/dev.txt")
BUILT_FROM = (LOCK, Path("deploy/lock/uv.txt"), Path("pyproject.toml"), Path("deploy/hatch_build.py"))
PAGE = Path("api/web")
NOT_SOURCES = {"node_modules", "dist"}


def ensure(root: Path) -> Path:
    """Return the environment's interpreter, making the environment first where it is missing or out of date.

    Raises SetupError with the remedy when something cannot be had.
    """
    python = root / ".venv" / "bin" / "python"
    stamp = root / ".venv" / "antoan-stamp"
    wanted = _fingerprint(root)
    if _stamped(stamp, wanted):
        return python
    with (root / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _stamped(stamp, wanted):
            _make(root, python)
            stamp.write_text(wanted)
    return python


def _stamped(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _fingerprint(root: Path) -> str:
    """One digest over everything that the environment is made from."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {root}".encode())
    sources = [root / name for name in BUILT_FROM]
    for folder, folders, files in os.walk(root / PAGE):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        sources.extend(Path(folder) / name for name in sorted(files))
    for path in sources:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make(root: Path, python: Path) -> None:
    downloads = home()
    _say(f"setting up in {root / '.venv'} (downloads are kept in {downloads})")
    uv = obtain_uv(root, downloads, _say)
    environment = os.environ | {
        "UV_CACHE_DIR": str(downloads / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "1",  # an agency behind a proxy trusts what its machines trust
        "VIRTUAL_ENV": str(root / ".venv"),
    }
    if not python.exists():
        _run(root, environment, [uv, "venv", "--quiet", "--python", sys.executable, ".venv"])
    _say("installing the locked packages")
    _run(root, environment, [uv, "pip", "sync", "--quiet", "--require-hashes", LOCK])
    _say("building the page")
    here: list[str | Path] = [uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    _run(root, environment, here)


def _run(root: Path, environment: dict[str, str], command: list[str | Path]) -> None:
    done = subprocess.run([str(part) for part in command], cwd=root, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise SetupError(f"set-up stopped at: {' '.join(str(part) for part in command)} (its message stands above)")


def _say(text: str) -> None:
    print(f"antoan: {text} …", file=sys.stderr, flush=True)  # noqa: T201  (the terminal is the interface here)
