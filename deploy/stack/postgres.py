"""A PostgreSQL 17 with TimescaleDB of our own: its data, socket and passwords lie in one folder that only we enter.

It listens on a unix socket in a folder of mode 0700 and on no network port; every role needs its password (scram).
Data are written through (fsync) unless `durable=False`, which is for throw-away tests.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from deploy.stack.errors import StackError
from deploy.stack.home import PRIVATE, WALKABLE, require_name, run_as
from deploy.stack.process import Child, descendants

PORT = 5432
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "shared_preload_libraries": "'timescaledb'",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "4",
    "max_worker_processes": "16",
    "max_connections": "60",
    "shared_buffers": "192MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "1GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "10min",
    "wal_compression": "zstd",
    "jit": "off",  # LLVM is not unpacked, and our queries are short
    "timezone": "'GMT'",  # built in: the machine may have no time zone files
    "log_timezone": "'GMT'",
    "log_min_duration_statement": "2s",
    "password_encryption": "'scram-sha-256'",
}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
}


class Postgres:
    """One database server in `folder`, run from the unpacked `packages`. Start it from the main thread.

    `port` is the number in the socket's name; a TCP port only where `settings` say `listen_addresses`.
    """

    def __init__(
        self,
        packages: Path,
        folder: Path,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        port: int = PORT,
    ) -> None:
        self._bin = packages / "usr/lib/postgresql/17/bin"
        self.folder = folder
        self.socket_folder = folder / "socket"
        self.port = port
        self._data = folder / "data"
        self._settings = {**SETTINGS, **({} if durable else THROW_AWAY), **(settings or {})}
        self._user = run_as()
        self._child = Child(
            [self._bin / "postgres", "-D", self._data, "-k", self.socket_folder, "-p", str(port)],
            folder / "postgres.log",
            user=self._user,
            folder=folder,
            environment=self._environment(),
            end_signal=signal.SIGINT,  # fast shutdown: open sessions are ended, nothing is lost
            death_signal=signal.SIGINT,
        )

    @property
    def child(self) -> Child:
        """The postmaster process."""
        return self._child

    @property
    def password_file(self) -> Path:
        """A file that holds the superuser's password."""
        return self.folder / "postgres.password"

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self._data

    def initialise(self) -> None:
        """Make an empty cluster unless there is one.

        It is made beside and renamed, so an interruption leaves none or a whole one.
        """
        if len(os.fsencode(self.socket_folder)) > 80:
            raise StackError(
                f"{self.socket_folder}: too long for a unix socket (at most 80 bytes); choose a shorter ANTOAN_HOME"
            )
        self._make_folder(self.folder, WALKABLE if self._user else PRIVATE)
        self._make_folder(self.socket_folder, PRIVATE)
        require_name()
        if not self._data.is_dir():
            self._initdb()
        self._write_settings()

    def start(self, within_s: float = 60.0) -> None:
        """Start the server and wait until it takes connections (after a crash: until it has recovered)."""
        self.initialise()
        self._child.start()
        self._child.await_true(self._ready, within_s, "PostgreSQL")

    def stop(self, within_s: float = 30.0) -> None:
        """End cleanly: sessions are ended, a checkpoint is written."""
        self._child.stop(within_s)

    def kill(self) -> None:
        """End the postmaster and every backend with SIGKILL at once, as a power cut would, and wait until they are gone."""
        below = descendants(self._child.pid) if self._child.running else []
        self._child.kill()
        for pid in below:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pause(self) -> None:
        """Stop the postmaster and every backend where they are; sockets and locks stay."""
        for pid in [self._child.pid, *descendants(self._child.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let all go on after `pause`."""
        for pid in [self._child.pid, *descendants(self._child.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def wipe(self) -> None:
        """Drop all data; the server must be stopped."""
        if self._child.running:
            raise StackError(f"{self.folder}: the database runs; stop it before dropping its data")
        shutil.rmtree(self.folder, ignore_errors=True)

    def replace_data(self, backup: Path) -> None:
        """Put a copy of the cluster's files, made while it was stopped, in place of what is there. It must be stopped."""
        if self._child.running:
            raise StackError(f"{self.folder}: the database runs; stop it before restoring a backup")
        shutil.rmtree(self._data)
        shutil.copytree(backup, self._data, symlinks=True)
        for path in (self._data, *self._data.rglob("*")):
            self._hand_over(path)

    def _initdb(self) -> None:
        self.password_file.write_text(secrets.token_urlsafe(24))
        self.password_file.chmod(0o600)
        self._hand_over(self.password_file)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            self._bin / "initdb", "-D", fresh, "-U", SUPERUSER, f"--pwfile={self.password_file}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
            "-c", "timezone=GMT", "-c", "log_timezone=GMT", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(  # noqa: S603  (the unpacked initdb)
            [str(word) for word in command],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self._environment(),
            user=self._user.uid if self._user else None,
            group=self._user.gid if self._user else None,
            extra_groups=[] if self._user else None,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"initdb failed: {done.stderr.strip()[-800:]}")
        os.sync()
        fresh.rename(self._data)

    def _write_settings(self) -> None:
        file = self._data / "postgresql.auto.conf"
        file.write_text("".join(f"{key} = {value}\n" for key, value in self._settings.items()))
        self._hand_over(file)

    def _ready(self) -> bool:
        return (self.socket_folder / f".s.PGSQL.{self.port}").exists() and self._answers()

    def _answers(self) -> bool:
        """Whether a start-up packet is answered by a demand for a password: `recovering` and `starting` answer with an error."""
        packet = b"\x00\x03\x00\x00user\x00" + SUPERUSER.encode() + b"\x00database\x00postgres\x00\x00"
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2.0)
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{self.port}"))
                probe.sendall((len(packet) + 4).to_bytes(4, "big") + packet)
                return probe.recv(1) == b"R"
            except OSError:
                return False

    def _make_folder(self, folder: Path, mode: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        self._hand_over(folder)

    def _hand_over(self, path: Path) -> None:
        if self._user:
            os.chown(path, self._user.uid, self._user.gid)

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}
