"""Debian 13 packages in a private folder, ready to run: found again in milliseconds, set up once in seconds.

A set of packages lies in `<home>/packages/<name>-<digest of the exact versions>`; `<name>.json` beside it names the
folder in force and what was asked for. A folder is built under another name and renamed when it is whole; a lock
keeps concurrent set-ups apart; so an interrupted set-up leaves nothing half done.
"""

from __future__ import annotations

import fcntl
import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stack import debian_elf
from deploy.stack.debian_apt import Package, PrivateApt, require_tools
from deploy.stack.debian_sources import read_sources
from deploy.stack.errors import StackError
from deploy.stack.home import home

Progress = Callable[[str, float], None]
"""Told what is being done and the share of it that is done, 0 to 1."""

# Only maintainer scripts want these; no program that we run does. LLVM (35 MB) is for PostgreSQL's JIT, which is off.
UNUSED = (
    "perl*", "libperl*", "lib*-perl", "debconf", "libdebconf*", "adduser", "passwd", "login*", "base-passwd", "ucf", "sensible-utils",
    "init-system-helpers", "sysvinit-utils", "postgresql-common*", "postgresql-client-common", "ssl-cert", "netbase", "procps",
    "libproc2-0", "libpam-modules*", "libsemanage*", "libsepol2", "locales", "libc-l10n", "libllvm*", "libz3-4", "dpkg", "tar", "systemd*",
    "dbus*", "mesa-libgallium", "libgl1-mesa-dri", "libglx-mesa0", "adwaita-icon-theme", "hicolor-icon-theme", "*-icon-theme",
)  # fmt: skip
UNREAD = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/info")


@dataclass(frozen=True)
class PackageSet:
    """Packages that are wanted together. `programs` are paths below the folder that must be there in the end.

    `runs` is false for plain data: then the packages come alone, without what they depend on, and no ELF file is
    fitted.
    """

    name: str
    packages: tuple[str, ...]
    programs: tuple[str, ...]
    runs: bool = True


SERVER = PackageSet(
    "server",
    ("postgresql-17", "postgresql-17-timescaledb", "mosquitto", "patchelf"),
    ("usr/lib/postgresql/17/bin/postgres", "usr/lib/postgresql/17/bin/initdb", "usr/sbin/mosquitto"),
)
BROWSER = PackageSet(
    "browser",
    ("chromium", "fonts-noto-core", "fontconfig-config", "patchelf"),
    ("usr/lib/chromium/chromium",),
)


def silent(what: str, share: float) -> None:
    """A Progress that tells nobody."""


def ensure(wanted: PackageSet, progress: Progress = silent, *, refresh: bool = False) -> Path:
    """The folder with `wanted`, set up if it is not there yet. With `refresh`, newer versions are looked for.

    Needs the network only when there is something to set up. Raises PackagesUnavailableError where the machine has no
    apt, StackError when fetching or unpacking fails; nothing half done is left behind.
    """
    base = home() / "packages"
    if not refresh and (found := _current(base, wanted)):
        return found
    require_tools()
    base.mkdir(parents=True, exist_ok=True)
    with _locked(base / f"{wanted.name}.lock"):
        if not refresh and (found := _current(base, wanted)):
            return found
        return _set_up(base, wanted, progress)


def _set_up(base: Path, wanted: PackageSet, progress: Progress) -> Path:
    work = Path(tempfile.mkdtemp(prefix=f".{wanted.name}-", dir=base))
    work.chmod(0o755)
    try:
        apt = PrivateApt(work / "apt")
        progress("reading Debian's package list", 0.0)
        apt.update(read_sources())
        packages = [package for package in apt.resolve(wanted.packages) if _is_wanted(package.name, wanted)]
        final = base / f"{wanted.name}-{_digest(packages)}"
        if not final.is_dir():
            megabytes = round(sum(package.size for package in packages) / 1e6)
            title = f"fetching {len(packages)} packages ({megabytes} MB)"
            files = apt.download(packages, work / "files", lambda share: progress(title, share))
            _unpack(files, work / "tree", progress)
            if wanted.runs:
                progress("fitting programs to their folder", 0.0)
                debian_elf.patch_tree(work / "tree", final)
            _require_programs(work / "tree", wanted)
            (work / "tree").rename(final)
        _write_current(base, wanted, final, packages)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _drop_older(base, wanted, final)
    progress("packages ready", 1.0)
    return final


def _unpack(files: Sequence[Path], tree: Path, progress: Progress) -> None:
    tree.mkdir(mode=0o755)
    for number, file in enumerate(files):
        progress("unpacking", number / len(files))
        done = subprocess.run(["dpkg-deb", "-x", file, tree], capture_output=True, text=True, check=False)  # noqa: S603, S607
        if done.returncode != 0:
            raise StackError(f"unpacking {file.name} failed: {done.stderr.strip()}")
    for unread in UNREAD:
        shutil.rmtree(tree / unread, ignore_errors=True)


def _is_wanted(package: str, wanted: PackageSet) -> bool:
    if not wanted.runs:
        return package in wanted.packages
    return not any(fnmatch.fnmatch(package, pattern) for pattern in UNUSED)


def _require_programs(tree: Path, wanted: PackageSet) -> None:
    missing = [program for program in wanted.programs if not (tree / program).exists()]
    if missing:
        raise StackError(f"the packages {', '.join(wanted.packages)} no longer hold {', '.join(missing)}")


def _digest(packages: Sequence[Package]) -> str:
    text = "\n".join(sorted(f"{package.name} {package.version} {package.architecture}" for package in packages))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _current(base: Path, wanted: PackageSet) -> Path | None:
    try:
        note = json.loads((base / f"{wanted.name}.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    folder = base / str(note.get("folder"))
    whole = all((folder / program).exists() for program in wanted.programs)
    return folder if note.get("asked") == list(wanted.packages) and whole else None


def _write_current(base: Path, wanted: PackageSet, final: Path, packages: Sequence[Package]) -> None:
    note = {
        "asked": list(wanted.packages),
        "folder": final.name,
        "packages": {package.name: package.version for package in sorted(packages, key=lambda package: package.name)},
    }
    fresh = base / f".{wanted.name}.json.{os.getpid()}"
    fresh.write_text(json.dumps(note, indent=1) + "\n")
    fresh.replace(base / f"{wanted.name}.json")


def _drop_older(base: Path, wanted: PackageSet, keep: Path) -> None:
    """Drop folders of earlier versions that no running program lies in."""
    for folder in base.glob(f"{wanted.name}-*"):
        if folder.is_dir() and folder != keep and not _in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _in_use(folder: Path) -> bool:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            program = (process / "exe").readlink()
        except OSError:  # ended meanwhile, or another user's: theirs cannot be told, so it does not count
            continue
        if program.is_relative_to(folder):
            return True
    return False


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
