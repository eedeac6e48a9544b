"""Folders in which a driver of the kernel's shows a device: 1-Wire thermometers, IIO converters.

A device keeps its place on the bus, not its number: `iio:device0` may be another one after the next boot. A `*` in the
settings stands for such a number.
"""

from __future__ import annotations

import errno
import glob
from pathlib import Path
from typing import TYPE_CHECKING

from gateway_agent.transports.blocking import Blocking
from gateway_agent.transports.line import LineClosedError

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_BYTES = 4096
"""A file of sysfs is one page at most."""


class SysfsFolder:
    """An open folder: its files are read afresh each time, which is what makes the driver measure."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blocking = Blocking(folder.name)

    async def read(self, name: str, within_s: float) -> bytes:
        """The content of a file. Raises LineClosedError when the device is gone, HungError, OSError as the driver gives it."""
        try:
            return await self._blocking.run(lambda: _read(self.folder / name), within_s)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO) and not self.folder.exists():
                raise LineClosedError(f"{self.folder} is gone: check the plug") from error
            raise

    def names(self) -> list[str]:
        """The files in it. Raises LineClosedError."""
        try:
            return [path.name for path in self.folder.iterdir()]
        except OSError as error:
            raise LineClosedError(f"{self.folder} is gone: check the plug") from error

    async def close(self) -> None:
        """See Wire."""
        self._blocking.close()


def open_folder(pattern: str, name: str = "", names: Collection[str] = (), name_file: str = "name") -> SysfsFolder:
    """The one folder that fits: by its path, and by what stands in the file that names its driver.

    Raises LineClosedError: none, another device's, or more than one.
    """
    found = [Path(path) for path in sorted(glob.glob(pattern))]  # noqa: PTH207  (Path.glob takes no absolute pattern)
    if not found:
        text = f"{pattern} is not there: check the plug, and that the kernel's driver is loaded"
        raise LineClosedError(text, "not_there")
    if name or names:
        wanted = (name,) if name else tuple(names)
        said = {path: _named(path / name_file) for path in found}
        found = [path for path in found if said[path] in wanted]
        if not found:
            others = ", ".join(f"{path} is a {word or 'device without a name'}" for path, word in said.items())
            raise LineClosedError(f"no {' or '.join(wanted)} is there: {others}", "wrong_model")
    if len(found) > 1:
        text = f"{pattern} fits {', '.join(map(str, found))}: name one of them, by its place on the bus"
        raise LineClosedError(text, "ambiguous")
    return SysfsFolder(found[0])


def _named(path: Path) -> str:
    try:
        return path.read_text("latin-1").strip()
    except OSError:
        return ""


def _read(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        return file.read(MOST_BYTES)
