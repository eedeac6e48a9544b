"""A wanted configuration on its way into force: checked whole, tried, kept or taken back; every outcome is in the chain.

State folder, each file a signed message as received:

    desired/kept.cose      in force, proven: the instruments answered under it
    desired/trial.cose     in force, on trial; `desired/trial.json` says which instruments answered before, and how often it was begun
    desired/waiting.cose   loosens an edge alarm: waits for a person at the kit
    desired/number         the highest number ever taken up: an older message is never gone back to

The process applies it by beginning anew within itself (`Reconfigured`), with everything sealed before.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from gateway_agent.atmosphere import check_atmosphere
from gateway_agent.checks import CheckRefused
from gateway_agent.drivers.base import Misconfigured
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.durable import write_durably
from gateway_agent.wanted import loosened, merged, read_wanted
from telemetry.desired import digest, open_desired
from telemetry.errors import TelemetryError
from telemetry.events import Configured
from telemetry.strict import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from gateway_agent.settings import GatewaySettings
    from gateway_agent.wanted import Wanted
    from telemetry.cose import VerifyKey
    from telemetry.desired import Desired
    from telemetry.events import EventBody

log = structlog.get_logger()

TRIAL_S: Final = 120.0
"""By then every instrument that answered before must answer again: identified, warmed up or not."""
BEAT_S: Final = 1.0
MOST_BEGUN: Final = 3
"""A trial that the process did not survive so often is taken back."""


class Reconfigured(Exception):  # noqa: N818  (what happened, not an error)
    """Begin anew: the configuration in force has changed."""


@dataclass(frozen=True, slots=True)
class Force:
    """What is in force. `number` None: the kit's own file alone."""

    settings: GatewaySettings
    number: int | None = None
    hold: bool = False
    on_trial: bool = False


class Folder:
    """The files of `desired/`."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "desired"
        self.kept = self.path / "kept.cose"
        self.trial = self.path / "trial.cose"
        self.trial_facts = self.path / "trial.json"
        self.waiting = self.path / "waiting.cose"
        self._number = self.path / "number"

    def number(self) -> int:
        """The highest number ever taken up."""
        try:
            return int(self._number.read_text())
        except (FileNotFoundError, ValueError):
            return -1

    def take_up(self, number: int) -> None:
        """No lower number is taken up from now on."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        write_durably(self._number, f"{number}\n".encode())

    def facts(self) -> dict[str, Any]:
        """Of the trial."""
        try:
            found: dict[str, Any] = json.loads(self.trial_facts.read_bytes())
        except (FileNotFoundError, ValueError):
            return {"answered": [], "begun": 0}
        return found

    def end_trial(self) -> None:
        """It is no longer in force."""
        self.trial.unlink(missing_ok=True)
        self.trial_facts.unlink(missing_ok=True)


def in_force(own: GatewaySettings, key: VerifyKey) -> Force:
    """What is in force at start: the trial, else what was kept, else the kit's own file. Never fails for what was received."""
    folder = Folder(own.state_dir)
    if folder.trial.exists():
        facts = folder.facts()
        facts["begun"] = int(facts["begun"]) + 1
        write_durably(folder.trial_facts, json.dumps(facts).encode())
        if facts["begun"] <= MOST_BEGUN and (force := _read(folder.trial, own, key, on_trial=True)) is not None:
            return force
        log.error("configuration_taken_back", cause="the process did not live with it")
        folder.end_trial()
    return _read(folder.kept, own, key, on_trial=False) or Force(own)


def _read(path: Path, own: GatewaySettings, key: VerifyKey, *, on_trial: bool) -> Force | None:
    try:
        desired = open_desired(path.read_bytes(), key)
        wanted = read_wanted(desired.body)
        return Force(merged(own, wanted), desired.number, wanted.hold, on_trial)
    except (FileNotFoundError, TelemetryError, SettingsError):
        return None


class Configuring:
    """Takes up what arrives, watches over a trial. `answering` names the instruments that answer now."""

    def __init__(
        self,
        *,
        own: GatewaySettings,
        force: Force,
        key: VerifyKey,
        happened: Callable[[EventBody], None],
        answering: Callable[[], Iterable[str]],
        utc_us: Callable[[], int | None],
    ) -> None:
        self.force = force
        self._own = own
        self._key = key
        self._folder = Folder(own.state_dir)
        self._happened = happened
        self._answering = answering
        self._utc_us = utc_us
        self._changed = asyncio.Event()
        self._refused = b""

    def arrived(self, wire: bytes) -> None:
        """A message on the topic of wanted configurations; one that is known already means nothing."""
        try:
            desired = open_desired(wire, self._key)
        except TelemetryError as error:
            log.warning("configuration_refused", error=str(error))
            return
        if desired.gateway != self._own.gateway or desired.number <= self._folder.number():
            return
        why = self._too_late(desired)
        if not why:
            why = self._take_up(desired, wire)
        if why and digest(wire) != self._refused:
            self._refused = digest(wire)
            self._say(desired, wire, "refused", cause=why)

    def confirm(self) -> dict[str, Any]:
        """By hand at the kit: apply what loosens an edge alarm. Raises CheckRefused."""
        try:
            wire = self._folder.waiting.read_bytes()
        except FileNotFoundError:
            raise CheckRefused("no configuration waits for a confirmation") from None
        desired = open_desired(wire, self._key)
        if why := self._too_late(desired):
            self._folder.waiting.unlink()
            raise CheckRefused(f"configuration {desired.number}: {why}")
        self._apply(desired, wire, loosened_=self._loosens(read_wanted(desired.body)))
        return {"number": desired.number}

    def faults(self) -> list[str]:
        """What a person at the kit should know."""
        try:
            desired = open_desired(self._folder.waiting.read_bytes(), self._key)
        except (FileNotFoundError, TelemetryError):
            return []
        loosens = ", ".join(self._loosens(read_wanted(desired.body)))
        return [f"configuration {desired.number} waits for a confirmation at the kit: it loosens {loosens}"]

    async def run(self) -> None:
        """Watch over the trial, if there is one; then wait for a change. Raises Reconfigured."""
        if self.force.on_trial:
            await self._try()
        await self._changed.wait()
        raise Reconfigured

    async def _try(self) -> None:
        expected = set(self._folder.facts()["answered"]) & {one.name for one in self.force.settings.instruments}
        loop = asyncio.get_running_loop()
        end = loop.time() + TRIAL_S
        while not expected <= set(self._answering()):
            if loop.time() >= end:
                self._take_back(sorted(expected - set(self._answering())))
                return
            if self._changed.is_set():
                return
            await asyncio.sleep(BEAT_S)
        self._folder.trial.replace(self._folder.kept)
        self._folder.trial_facts.unlink(missing_ok=True)
        log.info("configuration_kept", number=self.force.number)

    def _take_back(self, silent: list[str]) -> None:
        wire = self._folder.trial.read_bytes()
        self._folder.end_trial()
        cause = f"silent: {', '.join(silent)}"
        self._say(open_desired(wire, self._key), wire, "rolled_back", cause=cause)
        self._changed.set()

    def _too_late(self, desired: Desired) -> str:
        now_us = self._utc_us()
        if now_us is None:
            return "UTC is not known here, so its expiry cannot be judged"
        return "expired" if now_us >= desired.expires_us else ""

    def _take_up(self, desired: Desired, wire: bytes) -> str:
        """Why it cannot be in force as a whole; empty when it is applied, or waits."""
        try:
            wanted = read_wanted(desired.body)
            settings = merged(self._own, wanted)
            check_atmosphere(settings, build_drivers(settings.instruments, lambda: 0))
        except (SettingsError, Misconfigured) as error:
            return str(error)
        loosens = self._loosens(wanted)
        self._folder.take_up(desired.number)
        if loosens:
            write_durably(self._folder.waiting, wire)
            self._say(desired, wire, "waits", loosens=loosens)
        else:
            self._apply(desired, wire)
        return ""

    def _loosens(self, wanted: Wanted) -> list[str]:
        """Edge alarms that would be loosened, and instruments that would be gone while there are alarms at all."""
        now, then = self.force.settings, merged(self._own, wanted)
        gone = {one.name for one in now.instruments} - {one.name for one in then.instruments}
        return loosened(now.alarms, then.alarms) + (sorted(gone) if now.alarms else [])

    def _apply(self, desired: Desired, wire: bytes, *, loosened_: list[str] | None = None) -> None:
        facts = {"answered": sorted(self._answering()), "begun": 0}
        write_durably(self._folder.trial_facts, json.dumps(facts).encode())
        write_durably(self._folder.trial, wire)
        self._folder.waiting.unlink(missing_ok=True)
        self._say(desired, wire, "applied", loosens=loosened_ or [], cause="confirmed at the kit" if loosened_ else "")
        self._changed.set()

    def _say(
        self, desired: Desired, wire: bytes, outcome: str, *, cause: str = "", loosens: list[str] | None = None
    ) -> None:
        log.info("configuration", number=desired.number, outcome=outcome, cause=cause)
        self._happened(
            Configured(
                number=desired.number,
                digest=digest(wire),
                outcome=outcome,
                cause=cause[:128],
                loosened=[name[:128] for name in loosens or []][:64],
            )
        )
