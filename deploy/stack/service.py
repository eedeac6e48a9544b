"""One of AnToan's own services as a child process: `antoan NAME run --config FILE`, its log read as the JSON lines that it writes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.stack.errors import NotReadyError
from deploy.stack.process import BEAT_S, Child

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
READY = "ready"


def own_environment() -> dict[str, str]:
    """The environment of a child that runs our own code."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


class Service(Child):
    """A service by its word on the command line. `instance` tells two of a kind apart in log and settings file names.

    `settings` are plain data (paths as text); they are written to `<folder>/<instance>.yaml` at construction.
    """

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any],
        folder: Path,
        *,
        instance: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.instance = instance or name
        self.config = folder / f"{self.instance}.yaml"
        self.config.write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n")  # JSON is YAML 1.2
        super().__init__(
            [sys.executable, "-m", "deploy.cli", name, "run", "--config", self.config],
            folder / f"{self.instance}.log",
            environment={**own_environment(), **(environment or {})},
            folder=folder,
        )
        self._begin = 0

    def start(self) -> None:
        """Start it, unless it runs; `events` speaks of this start only."""
        if self.running:
            return
        self._begin = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def events(self, event: str | None = None) -> list[dict[str, Any]]:
        """The log lines since the last start, in order; with `event`, only those of that name."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as stream:
            stream.seek(self._begin)
            lines = stream.read().split(b"\n")[:-1]
        found = [parsed for line in lines if (parsed := _parse(line))]
        return [line for line in found if event is None or line.get("event") == event]

    async def until(self, event: str = READY, within_s: float = 30.0) -> dict[str, Any]:
        """Wait for the first log line of that name since the last start.

        NotReadyError with the end of the log when the service ends before that, or takes too long.
        """
        end = time.monotonic() + within_s
        while not (found := self.events(event)):
            if not self.running:
                words = self.last_words()
                raise NotReadyError(f"{self.instance} ended with status {self.exit_status}; {self.log} ends:\n{words}")
            if time.monotonic() > end:
                words = self.last_words()
                raise NotReadyError(f"{self.instance}: no {event!r} within {within_s:g} s; {self.log} ends:\n{words}")
            await asyncio.sleep(BEAT_S)
        return found[0]

    async def run(self, within_s: float = 30.0) -> None:
        """Start it and wait until it is ready."""
        self.start()
        await self.until(READY, within_s)


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(line)
    except ValueError:
        return None  # a traceback, or a library that prints
    return parsed if isinstance(parsed, dict) else None
