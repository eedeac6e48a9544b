"""`antoan gateway check` and `antoan gateway measure`: what an inspector does at a kit before and after a measurement."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from deploy.commands.spoken import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

Config = Annotated[Path, Parameter(name="--config", help="The gateway's settings file.")]

measure = App(name="measure", help="Begin and end a measurement at the kit.")


def check(
    instrument: str,
    /,
    *,
    config: Config,
    reference: str,
    channel: str = "",
    device: str = "",
    settle_s: float = 10.0,
) -> None:
    """Hold a reference against an instrument of the running kit: as found first, and once more after an adjustment.

    Its readings are *under check* meanwhile: they enter no dose and page nobody. What is found is sealed in the chain.

    Example: `./antoan gateway check noise1 --config gateway.yaml --reference 94.0 --device "B&K 4231 no. 123"`

    Parameters
    ----------
    instrument
        Its name in the settings.
    reference
        What the reference gives, in the channel's unit.
    channel
        Which channel, where the instrument has several.
    device
        Maker, model and serial number of the reference.
    settle_s
        Seconds from applying the reference until its readings count.
    """
    do = _orders(config)
    do("begin_check", instrument=instrument)
    try:
        _wait(f"Apply {reference} to {instrument} and leave it there", settle_s)
        found = do("hold", instrument=instrument, reference=reference, channel=channel, device=device)
        _say(found)
        while not found["passed"] and _adjusted(instrument):
            _wait("Apply the reference again", settle_s)
            found = do(
                "hold", instrument=instrument, reference=reference, channel=channel, device=device, step="as_left"
            )
            _say(found)
    finally:
        do("end_check", instrument=instrument)
    if not found["passed"]:
        sys.exit(f"antoan: {instrument} did not pass: no legal measurement begins with it")


@measure.command
def begin(*instruments: str, config: Config, use: Literal["legal", "screening"] = "screening") -> None:
    """Begin a measurement, on all instruments if none is named. A legal one needs a field check of each before.

    Example: `./antoan gateway measure begin noise1 --use legal --config gateway.yaml`
    """
    state = _orders(config)("begin_measurement", instruments=list(instruments), use=use)
    print(f"measurement {state['measurement']['name']} has begun, {use}")  # noqa: T201


@measure.command
def end(*, config: Config) -> None:
    """End the measurement; the field check after it is due.

    Example: `./antoan gateway measure end --config gateway.yaml`
    """
    _orders(config)("end_measurement")
    print("the measurement has ended: check every instrument now, as found, before anything is adjusted")  # noqa: T201


def siren(what: Literal["test", "mute", "acknowledge"], /, *, config: Config, seconds: float = 600.0) -> None:
    """Test the kit's outputs, mute its siren for a time, or end a danger alarm that is latched and no longer holds.

    Example: `./antoan gateway siren mute --seconds 120 --config gateway.yaml`

    Parameters
    ----------
    what
        test: all outputs on for two seconds; mute: for `--seconds`, danger to life for a minute at most; acknowledge.
    seconds
        How long to mute.
    """
    do = _orders(config)
    given = {"seconds": seconds} if what == "mute" else {}
    print(json.dumps(do(what, **given)))  # noqa: T201


def confirm(*, config: Config) -> None:
    """Confirm, by hand at the kit, a configuration of the server's that loosens an edge alarm.

    Example: `./antoan gateway confirm --config gateway.yaml`
    """
    print(f"configuration {_orders(config)('confirm')['number']} is applied")  # noqa: T201


def _orders(config: Path) -> Callable[..., dict[str, Any]]:
    from deploy.service_runner import read_settings
    from gateway_agent.checks import CheckRefused
    from gateway_agent.control import SOCKET, NotRunning, order
    from gateway_agent.settings import GatewaySettings

    path = read_settings(config, GatewaySettings).volatile_dir / SOCKET

    def do(what: str, **given: object) -> dict[str, Any]:
        with spoken(CheckRefused, NotRunning):
            return order(path, what, **given)

    return do


def _wait(what: str, seconds: float) -> None:
    print(f"{what} … {seconds:g} s", flush=True)  # noqa: T201
    time.sleep(seconds)


def _say(found: dict[str, Any]) -> None:
    verdict = "passed" if found["passed"] else "NOT PASSED"
    step = found["step"].replace("_", " ")
    print(f"{step}: {found['found']} where {found['reference']} is due, within {found['tolerance']}: {verdict}")  # noqa: T201
    if found["in_doubt"]:
        print("what it measured since its last good check is marked in doubt")  # noqa: T201


def _adjusted(instrument: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"Adjust {instrument}, then press Enter (or n to leave it): ").strip().lower() != "n"
