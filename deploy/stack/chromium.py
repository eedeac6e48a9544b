"""A Chromium to drive in tests: this machine's own, or Debian's unpacked privately with a font that has every Vietnamese letter."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.stack.debian import BROWSER, ensure, silent

if TYPE_CHECKING:
    from deploy.stack.debian import Progress

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <include ignore_missing="yes">{folder}/etc/fonts/conf.d</include>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A browser that runs here: the program, what its environment must add, and the flags for running without a screen."""

    program: Path
    environment: dict[str, str]
    flags: tuple[str, ...] = FLAGS


def find_chromium(progress: Progress = silent) -> Chromium:
    """This machine's Chromium if it has one that runs, else Debian's, fetched on first use (178 MB).

    Raises PackagesUnavailableError where there is neither.
    """
    for name in NAMES:
        if (found := shutil.which(name)) and _runs(found):
            return Chromium(Path(found), {})
    folder = ensure(BROWSER, progress)
    fonts = folder / "antoan-fonts.conf"
    if not fonts.exists():
        fresh = folder / f".fonts.{os.getpid()}"
        fresh.write_text(FONTS.format(folder=folder))
        fresh.replace(fonts)
    return Chromium(folder / "usr/lib/chromium/chromium", {"FONTCONFIG_FILE": str(fonts)})


def _runs(program: str) -> bool:
    """Whether it answers: on some systems the name is only a hint to install something."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0
