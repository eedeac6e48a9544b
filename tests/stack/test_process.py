"""Children end when their parent does, in whatever way it ends, and may be paused and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.stack.errors import NotReadyError, StackError
from deploy.stack.process import Child, descendants

ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from pathlib import Path
from deploy.stack.process import Child
child = Child(["sleep", "60"], Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def test_the_kernel_ends_a_child_whose_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path / "log"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    watch = os.pidfd_open(child)
    parent.kill()
    parent.communicate()
    import select

    assert select.select([watch], [], [], 5.0)[0], "the child outlived its parent"
    os.close(watch)


def test_a_child_is_started_from_the_main_thread_only(tmp_path: Path) -> None:
    faults: list[Exception] = []

    def start() -> None:
        try:
            Child(["true"], tmp_path / "log").start()
        except StackError as error:
            faults.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(faults[0])


def test_a_paused_child_can_still_be_stopped(tmp_path: Path) -> None:
    child = Child(["sleep", "60"], tmp_path / "log")
    child.start()
    child.pause()
    assert child.running
    assert child.stop() == -signal.SIGTERM


def test_a_child_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    child = Child(["sh", "-c", "echo no such thing >&2; exit 3"], tmp_path / "log")
    child.start()
    with pytest.raises(NotReadyError, match=r"status 3(.|\n)*no such thing"):
        child.await_true(lambda: False, 5, "it")


def test_a_child_has_a_session_of_its_own_so_that_ctrl_c_does_not_reach_it(tmp_path: Path) -> None:
    child = Child(["sleep", "60"], tmp_path / "log")
    child.start()
    assert os.getsid(child.pid) == child.pid
    assert child.pid in descendants(os.getpid())
    child.kill()
    assert child.exit_status == -signal.SIGKILL
