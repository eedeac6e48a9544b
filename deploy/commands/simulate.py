"""`antoan simulate`: play a kit of instruments over their real protocols."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deploy.commands.spoken import spoken


def simulate(
    kit: str = "",
    *,
    speed: float | None = None,
    ports: Path | None = None,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Play the instruments of a kit on ptys, sockets, I2C buses and folders of sysfs, until Ctrl-C.

    Prints the `instruments` section with which a gateway finds them. Without a kit: lists the example kits. docs/simulate.md
    says what a kit file may hold, and how to order faults.

    Examples: `./antoan simulate`, `./antoan simulate confined_space --speed 5`, `./antoan simulate mykit.yaml --json`

    Parameters
    ----------
    kit
        A file, or the name of an example kit.
    speed
        Seconds of the scenario played in one second; the file's when absent.
    ports
        Folder for the ports and the control socket; the file's when absent, ./ports for an example kit.
    json_output
        Print one JSON object when everything is plugged in, instead.
    """
    from deploy.simulate.example_kits import examples, find
    from deploy.simulate.session import announce, play, read_kit, said

    if not kit:
        print("\n".join(f"{name:<20} {what}" for name, what in examples().items()))  # noqa: T201
        return
    with spoken(OSError, ValueError):
        path, folder = find(kit)
        settings = read_kit(path, speed=speed, ports=ports or folder)
        asyncio.run(play(settings, path.resolve().parent, announce if json_output else said))
