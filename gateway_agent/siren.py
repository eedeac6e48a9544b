"""Siren, lamp and relays on GPIO lines, with the buttons beside them: the rules of `sounding` on the lines of `gpio`.

An alarm sets its lines in the same turn of the loop in which its reading was taken. Lines that fail are told as a fault of the kit
and asked for again; measuring goes on.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from pydantic import ValidationError

from gateway_agent.durable import write_durably
from gateway_agent.gpio import GpioError, KernelLines, Wanted
from gateway_agent.sounding import MUTE_S, Sounding, Sounds
from telemetry.events import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway_agent.alarms import EdgeTransition
    from gateway_agent.gpio import Lines
    from gateway_agent.settings import OutputSettings
    from gateway_agent.sounding import OutputLine
    from telemetry.events import EventBody

log = structlog.get_logger()

FILE: Final = "sounding.json"
BEAT_S: Final = 0.1
"""Buttons are looked at, and mutes and tests end, this exactly."""
SELF_TEST_S: Final = 0.3
AGAIN_S: Final = 10.0


class Siren:
    """The outputs of one kit. An `Output` like the others, with a task of its own."""

    def __init__(
        self,
        settings: OutputSettings,
        folder: Path,
        happened: Callable[[EventBody], None],
        *,
        ask: Callable[[Wanted], Lines] = KernelLines,
    ) -> None:
        self.fault = ""
        self._settings = settings
        self._sounding = Sounding(settings.lines, _load(folder / FILE))
        self._file = folder / FILE
        self._happened = happened
        self._ask = ask
        self._lines: list[Lines] = []
        self._buttons: Lines | None = None
        self._pressed: list[bool] = [False, False]
        self._asked_at_s = -AGAIN_S
        self._unsaved = False

    def set(self, transition: EdgeTransition) -> None:
        """An edge alarm changed: the lines follow at once."""
        self._sounding.changed(transition)
        self._apply()
        self._unsaved = True

    async def close(self) -> None:
        """Outputs off, lines given back."""
        self._drive([False] * len(self._settings.lines))
        self._release()
        self._remember()

    async def run(self) -> None:
        """Test the outputs, then look after mutes, tests and buttons for ever."""
        self._open()
        await self.self_test()
        while True:
            self._apply()
            self._look_at_buttons()
            if self._unsaved:
                await asyncio.to_thread(self._remember)
            await asyncio.sleep(BEAT_S)

    async def self_test(self) -> None:
        """Each output on for a moment, one after the other, and read back; not while an alarm sounds."""
        count = len(self._settings.lines)
        if not self._lines or any(self._sounding.on(_now_s())):
            return
        deaf = []
        for at, line in enumerate(self._settings.lines):
            self._drive([number == at for number in range(count)])
            await asyncio.sleep(SELF_TEST_S)
            if not self._reads_back(at):
                deaf.append(line.name)
        self._apply()
        if deaf:
            self.fault = f"output {', '.join(deaf)} does not follow: check wiring and relay board"
        self._happened(Note(mark=f"outputs tested at start: {'failed ' + ', '.join(deaf) if deaf else 'good'}"[:128]))

    # -- by hand at the kit -----------------------------------------------------------------------------------------

    def test(self) -> dict[str, Any]:
        """All outputs on for two seconds."""
        self._sounding.test(_now_s())
        self._apply()
        self._happened(Note(mark="outputs tested by hand"))
        return {"fault": self.fault}

    def mute(self, seconds: float = MUTE_S) -> dict[str, Any]:
        """Silence what may be muted, for a time; danger to life for a minute at most."""
        granted = self._sounding.mute(float(seconds), _now_s())
        self._apply()
        self._happened(Note(mark=f"siren muted at the kit for {granted:.0f} s"))
        return {"muted_s": granted}

    def acknowledge(self) -> dict[str, Any]:
        """What is latched and no longer holds ends."""
        ended = self._sounding.acknowledge()
        self._apply()
        self._unsaved = True
        for episode in ended:
            self._happened(Note(mark=f"acknowledged at the kit: {episode}"[:128]))
        return {"ended": ended}

    def state(self) -> dict[str, Any]:
        """What sounds, for the kit's page."""
        now_s = _now_s()
        return {
            "on": [line.name for line, on in zip(self._settings.lines, self._sounding.on(now_s), strict=True) if on],
            "latched": [name for name, episode in self._sounding.sounds.episodes.items() if not episode.holds],
            "muted_s": max(0, round(self._sounding.muted_until_s - now_s)),
            "fault": self.fault,
        }

    # -- within -----------------------------------------------------------------------------------------------------

    def _apply(self) -> None:
        self._drive(self._sounding.on(_now_s()))

    def _drive(self, on: list[bool]) -> None:
        if not self._lines and _now_s() - self._asked_at_s >= AGAIN_S:
            self._open()
        try:
            for line, value in zip(self._lines, on, strict=False):
                line.set([value])
        except GpioError as error:
            self._failed(error)

    def _reads_back(self, at: int) -> bool:
        try:
            return self._lines[at].get() == [True]
        except (GpioError, IndexError):
            return False

    def _open(self) -> None:
        self._asked_at_s = _now_s()
        try:
            for line in self._settings.lines:
                self._lines.append(self._ask(_wanted(line)))
            buttons = self._settings.buttons
            if buttons is not None:
                self._buttons = self._ask(
                    Wanted(buttons.chip, (buttons.test_line, buttons.mute_line), output=False, active_low=True)
                )
        except GpioError as error:
            self._failed(error)
        else:
            self.fault = ""

    def _failed(self, error: GpioError) -> None:
        if not self.fault:
            log.error("outputs_failed", error=str(error))
        self.fault = str(error)
        self._release()

    def _release(self) -> None:
        for line in (*self._lines, *([self._buttons] if self._buttons is not None else [])):
            line.close()
        self._lines, self._buttons = [], None

    def _look_at_buttons(self) -> None:
        """A press of *test* tests; a press of *mute* mutes and ends what is latched and holds no longer."""
        if self._buttons is None:
            return
        try:
            now = self._buttons.get()
        except GpioError as error:
            self._failed(error)
            return
        test, mute = (is_down and not was for is_down, was in zip(now, self._pressed, strict=True))
        self._pressed = now
        if test:
            self.test()
        if mute:
            self.acknowledge()
            self.mute()

    def _remember(self) -> None:
        """On disk, in a thread: no card may delay sampling."""
        self._unsaved = False
        try:
            write_durably(self._file, self._sounding.sounds.model_dump_json().encode())
        except OSError as error:  # the siren sounds all the same
            log.warning("sounding_not_written", error=str(error))


def faults_of(siren: Siren | None) -> Iterator[str]:
    """What a person should know of the outputs."""
    if siren is not None and siren.fault:
        yield f"outputs: {siren.fault}"


def _wanted(line: OutputLine) -> Wanted:
    return Wanted(line.chip, (line.line,), output=True, active_low=line.active_low)


def _load(path: Path) -> Sounds:
    try:
        return Sounds.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return Sounds()


def _now_s() -> float:
    return time.monotonic()
