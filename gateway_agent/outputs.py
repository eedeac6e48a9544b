"""What sounds or lights at the kit when an edge alarm changes. Needs no network and never holds up sampling.

GPIO lines are in `siren`.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    from gateway_agent.alarms import EdgeTransition
    from gateway_agent.settings import OutputSettings

log = structlog.get_logger()

MAX_WAITING = 100  # programs not started yet; beyond it the oldest is passed over, as the newest says how things stand


class Output(Protocol):
    """Told of every change, at once."""

    def set(self, transition: EdgeTransition) -> None:
        """Set the output. Returns within a millisecond and raises nothing."""

    async def close(self) -> None:
        """End what is running."""


class LogOutput:
    """A line in the log: what a kit without siren has."""

    def set(self, transition: EdgeTransition) -> None:
        """Log the transition."""
        alarm = transition.alarm
        log.warning("alarm", rule=alarm.rule, channel=alarm.channel, state=alarm.state, value=alarm.value)

    async def close(self) -> None:
        """Nothing is running."""


class CommandOutput:
    """Runs a program for each change, one after the other, with the transition as JSON on its standard input."""

    def __init__(self, settings: OutputSettings) -> None:
        if settings.command is None:
            raise ValueError("output.command is not set")
        self._command = settings.command
        self._timeout_s = settings.timeout_s
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def set(self, transition: EdgeTransition) -> None:
        """Queue the program's run; the first starts in this turn of the loop."""
        if self._waiting.qsize() >= MAX_WAITING:
            self._waiting.get_nowait()
            log.error("output_behind", command=self._command[0])
        self._waiting.put_nowait(
            json.dumps({"t_us": transition.t_us, **transition.alarm.model_dump(exclude_none=True)}).encode()
        )
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="output")

    async def close(self) -> None:
        """Stop; a program that runs is ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            message = await self._waiting.get()
            try:
                await self._start(message)
            except OSError as error:
                log.warning("output_failed", command=self._command[0], error=str(error))

    async def _start(self, message: bytes) -> None:
        program = await asyncio.create_subprocess_exec(*self._command, stdin=asyncio.subprocess.PIPE)
        try:
            async with asyncio.timeout(self._timeout_s):
                await program.communicate(message)
        except TimeoutError:
            log.warning("output_timeout", command=self._command[0], timeout_s=self._timeout_s)
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()


class Outputs:
    """Several outputs as one."""

    def __init__(self, *outputs: Output) -> None:
        self._outputs = outputs

    def set(self, transition: EdgeTransition) -> None:
        """All are told, in order."""
        for output in self._outputs:
            output.set(transition)

    async def close(self) -> None:
        """All end."""
        for output in self._outputs:
            await output.close()


def build_output(settings: OutputSettings, siren: Output | None = None) -> Output:
    """The outputs that the settings name: the lines first, for they take no time; a line in the log where there is nothing else."""
    found = [siren] if siren is not None else []
    if settings.command is not None:
        found.append(CommandOutput(settings))
    return Outputs(*found) if found else LogOutput()
