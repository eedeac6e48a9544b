"""A mosquitto of our own, with a configuration that is given: started, reloaded, stopped, and for tests killed, paused and wiped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.stack.home import PRIVATE, WALKABLE, run_as
from deploy.stack.ports import listens
from deploy.stack.process import Child


class Mosquitto:
    """One broker in `folder` (its configuration, persistence and log), run from the unpacked `packages`.

    `ports` are the loopback ports of its listeners: it is ready when all of them accept.
    """

    def __init__(self, packages: Path, folder: Path, ports: Sequence[int]) -> None:
        self.folder = folder
        self.packages = packages
        self.ports = list(ports)
        self.config = folder / "mosquitto.conf"
        self.storage = folder / "storage"
        self._user = run_as()
        self._child = Child(
            [packages / "usr/sbin/mosquitto", "-c", self.config],
            folder / "mosquitto.log",
            user=self._user,
            folder=folder,
        )

    @property
    def child(self) -> Child:
        """The broker's process."""
        return self._child

    @property
    def password_tool(self) -> Path:
        """`mosquitto_passwd`, which hashes passwords for the broker's password file."""
        return self.packages / "usr/bin/mosquitto_passwd"

    def version(self) -> str:
        """As it names itself: `mosquitto 2.0.21`."""
        help_text = subprocess.run([self._child.command[0], "-h"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        return help_text.partition("\n")[0].replace("version ", "").strip()

    def configure(self, files: Mapping[str, bytes]) -> None:
        """Write `mosquitto.conf` and the files it names into `folder`, readable by the broker alone."""
        self._make_folder(self.folder, WALKABLE if self._user else PRIVATE)
        self._make_folder(self.storage, PRIVATE)
        for name, content in files.items():
            path = self.folder / name
            path.write_bytes(content)
            path.chmod(0o600)
            self.hand_over(path)

    def hand_over(self, path: Path) -> None:
        """Give a file to the user that the broker runs as."""
        if self._user:
            os.chown(path, self._user.uid, self._user.gid)

    def start(self, within_s: float = 20.0) -> None:
        """Start it and wait until every listener accepts."""
        self._child.start()
        self._child.await_true(self._accepts, within_s, "mosquitto")

    def reload(self) -> None:
        """Have it read passwords, ACL and certificates' revocations again (SIGHUP); sessions stay."""
        self._child.signal(signal.SIGHUP)

    def stop(self, within_s: float = 10.0) -> None:
        """End cleanly; persistence is written."""
        self._child.stop(within_s)

    def kill(self) -> None:
        """End it with SIGKILL: what it had not written is lost."""
        self._child.kill()

    def pause(self) -> None:
        """Stop it where it is; its connections stay open and silent."""
        self._child.pause()

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._child.resume()

    def wipe(self) -> None:
        """Drop what it stored (sessions, retained and queued messages). It must be stopped."""
        shutil.rmtree(self.storage)
        self._make_folder(self.storage, PRIVATE)

    def _accepts(self) -> bool:
        return all(listens(port) for port in self.ports)

    def _make_folder(self, folder: Path, mode: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        self.hand_over(folder)
