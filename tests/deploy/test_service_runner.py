"""A service ends cleanly when it is told to, however often and however late it is told again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICE = """
import asyncio, atexit, sys
from deploy.service_runner import until_told

def say_and_wait(word):
    print(word, flush=True)
    sys.stdin.readline()

async def service():
    print("ready", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(say_and_wait, "ending")
        print("ended", flush=True)

atexit.register(say_and_wait, "leaving")
asyncio.run(until_told(service()))
"""


def test_a_second_signal_changes_nothing_while_it_ends_and_while_python_does() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        for word in ("ending\n", "ended\nleaving\n"):
            assert "".join(process.stdout.readline() for _ in word.splitlines()) == word
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
            process.stdin.write("\n")
            process.stdin.flush()
        assert process.wait(20) == 0
