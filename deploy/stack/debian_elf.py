"""Make unpacked programs run from where they lie: each gets the folder's own loader and library path.

The library path is written as DT_RPATH (not RUNPATH), which the loader also consults for what a program's libraries
need; so only programs, and libraries that bring a path of their own, are changed. glibc's own files are left as they
are.
"""

from __future__ import annotations

import os
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.stack.errors import StackError

LIBRARY_FOLDERS = ("usr/lib/{triplet}", "lib/{triplet}", "usr/lib/chromium", "usr/lib/{triplet}/pulseaudio")
TRIPLETS = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}
LOADERS = ("ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1")
PT_INTERP = 3
DT_NULL, DT_RPATH, DT_RUNPATH = 0, 15, 29
PT_DYNAMIC = 2


def patch_tree(tree: Path, final: Path) -> int:
    """Patch every program below `tree`, which will be renamed to `final`. Returns how many files were changed."""
    triplet = TRIPLETS[os.uname().machine]
    loader = _loader(tree)
    folders = [folder.format(triplet=triplet) for folder in LIBRARY_FOLDERS]
    rpath = ":".join(str(final / folder) for folder in folders if (tree / folder).is_dir())
    patchelf = [
        str(loader), "--library-path", ":".join(str(tree / folder) for folder in folders), str(tree / "usr/bin/patchelf")
    ]  # fmt: skip
    interpreter = str(final / loader.relative_to(tree))
    jobs = []
    for file in _elf_files(tree):
        has_interpreter, has_path = inspect(file)
        if has_interpreter:
            jobs.append([*patchelf, "--set-interpreter", interpreter, "--force-rpath", "--set-rpath", rpath, str(file)])
        elif has_path:
            jobs.append([*patchelf, "--force-rpath", "--set-rpath", rpath, str(file)])
    own = [job for job in jobs if job[-1].endswith("/bin/patchelf")]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        list(pool.map(_patch, [job for job in jobs if job not in own]))
    for job in own:  # last: the tool cannot write to itself while it runs
        _patch_through_copy(job)
    return len(jobs)


def inspect(file: Path) -> tuple[bool, bool]:
    """(names a loader, brings a library path of its own) of a 64-bit little-endian ELF file."""
    with file.open("rb") as stream:
        header = stream.read(64)
        offset, size, count = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
        stream.seek(offset)
        table = stream.read(size * count)
        segments = [struct.unpack_from("<IIQQQQ", table, i * size) for i in range(count)]
        dynamic = next(((s[2], s[5]) for s in segments if s[0] == PT_DYNAMIC), None)
        has_path = False
        if dynamic is not None:
            stream.seek(dynamic[0])
            block = stream.read(dynamic[1])
            has_path = any(
                tag in {DT_RPATH, DT_RUNPATH} for tag, _ in struct.iter_unpack("<qQ", block[: len(block) // 16 * 16])
            )
    return any(s[0] == PT_INTERP for s in segments), has_path


def _elf_files(tree: Path) -> list[Path]:
    found = []
    for folder, _, names in os.walk(tree):
        for name in names:
            file = Path(folder) / name
            if file.is_symlink() or not file.is_file() or _is_glibc(name):
                continue
            with file.open("rb") as stream:
                head = stream.read(20)
            if head[:6] == b"\x7fELF\x02\x01" and struct.unpack_from("<H", head, 16)[0] in {
                2,
                3,
            }:  # programs, shared objects
                found.append(file)
    return found


def _is_glibc(name: str) -> bool:
    return name in LOADERS or name.startswith(("libc.so.", "ld-linux"))


def _loader(tree: Path) -> Path:
    for folder in ("usr/lib64", "lib64", "usr/lib", "lib", *(f"usr/lib/{triplet}" for triplet in TRIPLETS.values())):
        for name in LOADERS:
            if (tree / folder / name).exists():
                return tree / folder / name
    raise StackError(f"{tree}: holds no dynamic loader; the package libc6 is missing")


def _patch(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (the unpacked patchelf)
    if done.returncode != 0:
        raise StackError(f"patchelf failed for {command[-1]}: {done.stderr.strip()}")


def _patch_through_copy(command: list[str]) -> None:
    file = Path(command[-1])
    copy = file.with_suffix(".new")
    copy.write_bytes(file.read_bytes())
    copy.chmod(file.stat().st_mode)
    _patch([*command[:-1], str(copy)])
    copy.replace(file)
