"""Field checks and measurements of a running kit: the rules of `checks` tied to instruments, the chain and the state folder."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from gateway_agent.checks import Checked, CheckRefused, Checks, Memory, Moment
from gateway_agent.durable import write_durably
from telemetry.events import Doubt, FieldCheck
from telemetry.strict import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from gateway_agent.batch import Reading
    from gateway_agent.checks import Step, Use
    from gateway_agent.clock import GatewayClock
    from gateway_agent.drivers.base import Driver
    from telemetry.events import EventBody
    from telemetry.link import Clock

FILE: Final = "care.json"


class Care:
    """What is asked for by a person at the kit: from the command line or the kit's own page."""

    def __init__(
        self,
        *,
        folder: Path,
        clock: GatewayClock,
        clock_state: Callable[[], Clock],
        drivers: Sequence[Driver],
        ids: Callable[[Driver], Mapping[str, int]],
        happened: Callable[[EventBody, int], None],
    ) -> None:
        self.checks = Checks(_load(folder / FILE))
        self._file = folder / FILE
        self._clock = clock
        self._clock_state = clock_state
        self._drivers = {driver.settings.name: driver for driver in drivers}
        self._ids = ids
        self._happened = happened

    def mark(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """The readings as they are sealed."""
        return self.checks.mark(readings)

    def begin_check(self, instrument: str) -> dict[str, Any]:
        """Readings of this instrument are under check from now on."""
        self.checks.begin(self._checked(instrument))
        return {"instrument": instrument, "under_check": True}

    def hold(
        self, instrument: str, reference: str, channel: str = "", step: Step = "as_found", device: str = ""
    ) -> dict[str, Any]:
        """A reference (in the channel's unit) is held against a channel. Raises CheckRefused."""
        checked = self._checked(instrument)
        name = channel or _only(checked)
        if name not in checked.channels:
            raise CheckRefused(f"{instrument} has no channel {name!r}; {nearest(name, list(checked.channels))}")
        exponent = checked.exponents[name]
        scaled = round(Decimal(reference).scaleb(-exponent))
        now = self._now()
        events = self.checks.found(checked, name, scaled, now, step, device=device[:128])
        self._done(events, now)
        check = next(event for event in events if isinstance(event, FieldCheck))
        return {
            "instrument": instrument,
            "channel": name,
            "step": step,
            "passed": check.passed,
            "reference": str(Decimal(check.reference).scaleb(exponent)),
            "found": str(Decimal(check.found).scaleb(exponent)),
            "tolerance": str(Decimal(check.tolerance or 0).scaleb(exponent)),
            "in_doubt": any(isinstance(event, Doubt) for event in events),
        }

    def end_check(self, instrument: str) -> dict[str, Any]:
        """Its readings count again."""
        self.checks.end(self._checked(instrument))
        return {"instrument": instrument, "under_check": False}

    def begin_measurement(self, instruments: Sequence[str] = (), use: Use = "screening") -> dict[str, Any]:
        """A measurement begins, on all instruments if none is named. Raises CheckRefused with every reason."""
        now = self._now()
        chosen = [self._checked(name) for name in instruments or self._drivers]
        self._done(self.checks.start(chosen, use, now, self._today()), now)
        return self.state()

    def end_measurement(self) -> dict[str, Any]:
        """It ends; the field check after it is due. Raises CheckRefused."""
        now = self._now()
        self._done(self.checks.stop({name: self._checked(name) for name in self._drivers}), now)
        return self.state()

    def state(self) -> dict[str, Any]:
        """Measurement under way and, per instrument, its check and what keeps it from a legal measurement."""
        memory, today = self.checks.memory, self._today()
        opened = memory.open
        return {
            "measurement": None if opened is None else opened.model_dump(),
            "instruments": [self._shown(name, today) for name in self._drivers],
        }

    def measured_s(self) -> int:
        """Seconds since the measurement that is under way began; counted from this boot where it began in an earlier one."""
        opened = self.checks.memory.open
        if opened is None:
            return 0
        begun_us = opened.begun.us if opened.begun.boot == self._clock.boot_id.hex() else 0
        return max(0, (self._clock.boot_us() - begun_us) // 1_000_000)

    def _shown(self, name: str, today: Any) -> dict[str, Any]:  # noqa: ANN401  (a date or None)
        checked = self._checked(name)
        remembered = self.checks.memory.instruments.get(name)
        return {
            "name": name,
            "under_check": any(channel in self.checks.under_check for channel in checked.channels.values()),
            "checked": remembered is not None and remembered.ready,
            "legal_missing": self.checks.missing(checked, "legal", today),
            "verified_until": None if checked.verified_until is None else checked.verified_until.isoformat(),
        }

    def _done(self, events: Sequence[EventBody], now: Moment) -> None:
        """Remembered first: a power cut between the two asks for a check too many, never for one too few."""
        write_durably(self._file, self.checks.memory.model_dump_json().encode())
        for event in events:
            self._happened(event, now.us)

    def _checked(self, name: str) -> Checked:
        if name not in self._drivers:
            raise CheckRefused(f"no instrument is named {name!r}; {nearest(name, list(self._drivers))}")
        driver = self._drivers[name]
        channels = driver.channels
        return Checked(
            name=name,
            channels={channel: number for channel, number in self._ids(driver).items() if channel in channels},
            exponents={channel: model.exponent for channel, model in channels.items()},
            tolerance={channel: _tolerance(driver, channel) for channel in channels},
            legal=driver.profile.judgement.use == "legal",
            verified_until=driver.settings.verified_until,
        )

    def _now(self) -> Moment:
        return Moment(boot=self._clock.boot_id.hex(), us=self._clock.boot_us())

    def _today(self) -> Any:  # noqa: ANN401
        offset_us = self._clock_state().utc_offset_us
        if offset_us is None:
            return None
        return datetime.fromtimestamp((self._clock.boot_us() + offset_us) / 1e6, UTC).date()


def _tolerance(driver: Driver, channel: str) -> int | None:
    """The profile's tolerance in the channel's scale; None where it has none in the channel's unit."""
    check, model = driver.profile.care.field_check, driver.channels[channel]
    if check is None or check.tolerance is None or check.unit != model.unit:
        return None
    return int(Decimal(str(check.tolerance)).scaleb(-model.exponent))


def _only(checked: Checked) -> str:
    able = [name for name, tolerance in checked.tolerance.items() if tolerance is not None]
    if len(able) == 1:
        return able[0]
    listed = ", ".join(able or checked.channels)
    raise CheckRefused(f"{checked.name} has several channels: name one of {listed}")


def _load(path: Path) -> Memory:
    """What was remembered; after damage nothing: every instrument needs its check again, which is the safe side."""
    try:
        return Memory.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return Memory()
