"""One run of the simulator: a kit file read, played until a signal, and announced when everything is plugged in."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import sys
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from deploy.simulate.control import clear, listen
from deploy.simulate.kit import Kit
from deploy.simulate.settings import SimulatedKit
from telemetry.strict import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTROL = "control.sock"


def read_kit(path: Path, *, speed: float | None = None, ports: Path | None = None) -> SimulatedKit:
    """A kit file, with what the command line changes. Raises SettingsError, OSError."""
    settings = parse_yaml(path.read_text("utf-8"), SimulatedKit, str(path))
    given = {"speed": speed, "ports": None if ports is None else str(ports)}
    changed = {**settings.model_dump(), **{key: value for key, value in given.items() if value is not None}}
    return SimulatedKit.model_validate(changed)


async def play(settings: SimulatedKit, folder: Path, tell: Callable[[Kit, Path], str]) -> None:
    """Play until cancelled or signalled; `tell` says what is printed once everything is plugged in."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    kit = Kit(settings, folder)
    control = kit.ports / CONTROL
    clear(control)  # what a killed simulator left behind must not look like this one being ready
    await kit.open()
    server = await listen(kit, control)
    sys.stdout.write(tell(kit, control) + "\n")
    sys.stdout.flush()
    try:
        await stop.wait()
    finally:
        server.close()
        control.unlink(missing_ok=True)
        await kit.close()


def announce(kit: Kit, control: Path) -> str:
    """For programs: one JSON object."""
    return json.dumps({"event": "ready", "places": kit.places, "control": str(control)})


def said(kit: Kit, control: Path) -> str:
    """For people: the `instruments` of a gateway's settings, ready to be copied."""
    instruments = [
        {
            "name": name,
            "profile": played.settings.profile,
            **({} if played.settings.variant is None else {"variant": played.settings.variant}),
            **({} if played.settings.address is None else {"address": played.settings.address}),
            "connection": kit.places[name],
        }
        for name, played in kit.instruments.items()
    ]
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump({"instruments": instruments}, text)
    return f"# Playing until Ctrl-C. Orders are taken at {control}\n{text.getvalue().rstrip()}"
