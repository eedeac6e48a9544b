"""Child processes that never outlive us: each in a session of its own, told to end by the kernel when the parent ends.

The kernel's promise (PR_SET_PDEATHSIG) follows the *thread* that starts the child, so only the main thread may. A
session of its own keeps the terminal's Ctrl-C from reaching all children at once: we end them in the order that we
choose.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.stack.errors import NotReadyError, StackError
from deploy.stack.home import RunAs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
BEAT_S = 0.02


class Child:
    """One child process with its log file. It may be started again after it ended.

    `death_signal` is what the kernel sends when the thread that started the child ends; `end_signal` is what `stop`
    sends.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        user: RunAs | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        end_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command = [str(word) for word in command]
        self.log = log
        self._user = user
        self._environment = environment
        self._folder = folder
        self._end_signal = end_signal
        self._death_signal = death_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id. StackError before the first start."""
        if self._process is None:
            raise StackError(f"{self.command[0]} has not been started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there (paused counts as there)."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """The status it ended with (negative: the signal), None while it runs or before it started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it; its output is appended to the log. StackError from any thread but the main one."""
        if threading.current_thread() is not threading.main_thread():
            raise StackError(
                "children are started from the main thread only: their end is bound to the thread that starts them"
            )
        if self.running:
            return
        parent, death_signal = os.getpid(), self._death_signal

        def bind_to_parent() -> None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:  # it ended before the line above
                os._exit(1)

        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  (commands are ours)
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=self._environment,
                user=self._user.uid if self._user else None,
                group=self._user.gid if self._user else None,
                extra_groups=[] if self._user else None,
                start_new_session=True,
                preexec_fn=bind_to_parent,  # noqa: PLW1509  (two system calls, no lock is taken)
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def ask_to_end(self) -> None:
        """Send the signal of a clean end, to a paused process too, and do not wait."""
        self.signal(self._end_signal)
        self.signal(signal.SIGCONT)

    def stop(self, within_s: float = 10.0) -> int | None:
        """Ask it to end and wait; after `within_s` seconds it is killed. Returns its exit status."""
        if self._process is None:
            return None
        self.ask_to_end()
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.returncode

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would, and wait until it is gone."""
        if self._process is not None:
            self.signal(signal.SIGKILL)
            self._process.wait()

    def pause(self) -> None:
        """Stop it where it is (SIGSTOP): it keeps its sockets and locks and does nothing."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self.signal(signal.SIGCONT)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def await_true(self, ready: Callable[[], bool], within_s: float, what: str) -> None:
        """Wait until `ready` holds.

        NotReadyError with the end of the log when it ends before that, or takes too long.
        """
        end = time.monotonic() + within_s
        while not ready():
            if not self.running:
                raise NotReadyError(
                    f"{what} ended with status {self.exit_status}; {self.log} ends:\n{self.last_words()}"
                )
            if time.monotonic() > end:
                raise NotReadyError(
                    f"{what} did not answer within {within_s:g} s; {self.log} ends:\n{self.last_words()}"
                )
            time.sleep(BEAT_S)


def descendants(pid: int) -> list[int]:
    """The process ids below `pid`, children before grandchildren."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            fields = entry.read_text().rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: list[int] = []
    level = [pid]
    while level:
        level = [child for parent in level for child in children.get(parent, [])]
        found += level
    return found
