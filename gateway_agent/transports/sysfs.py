"""Folders in which a driver of the kernel's shows a device: 1-Wire thermometers, IIO converters.

A device keeps its place on the bus, not its number: `iio:device0` may be another one after the next boot. A `*` in the
settings stands for such a number.
"""

from __future__ import annotations

import errno
import glob
from pathlib import Path

from gateway_agent.transports.blocking import Blocking
from gateway_agent.transports.line import LineClosedError

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

    async def close(self) -> None:
        """See Wire."""
        self._blocking.close()


def open_folder(pattern: str) -> SysfsFolder:
    """The one folder that the pattern fits. Raises LineClosedError: none, or more than one."""
    found = sorted(glob.glob(pattern))  # noqa: PTH207  (Path.glob takes no absolute pattern)
    if not found:
        raise LineClosedError(
            f"{pattern} is not there: check the plug, and that the kernel's driver is loaded", "not_there"
        )
    if len(found) > 1:
        raise LineClosedError(f"{pattern} fits {', '.join(found)}: name one of them", "ambiguous")
    return SysfsFolder(Path(found[0]))


def _read(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        return file.read(MOST_BYTES)
