"""`python -m deploy.simulate KIT.yaml [--die-with-parent]`: play a kit until SIGTERM or SIGINT.

Prints one JSON object when everything is plugged in:
`{"event": "ready", "places": {"noise": {"serial": PATH}, "gas1": {"host": H, "port": N}}, "control": SOCKET}`.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from deploy.simulate.control import clear, listen
from deploy.simulate.kit import Kit
from deploy.simulate.settings import SimulatedKit
from telemetry.strict import SettingsError, parse_yaml

PR_SET_PDEATHSIG = 1
CONTROL = "control.sock"


async def play(settings: SimulatedKit, folder: Path) -> None:
    """Play until cancelled or signalled."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    kit = Kit(settings, folder)
    control = kit.ports / CONTROL
    clear(control)  # what a killed simulator left behind must not look like this one being ready
    await kit.open()
    server = await listen(kit, control)
    ready = {"event": "ready", "places": kit.places, "control": str(control)}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    try:
        await stop.wait()
    finally:
        server.close()
        control.unlink(missing_ok=True)
        await kit.close()


def main(arguments: list[str]) -> int:
    """Exit code 0 after a clean end, 2 when the settings are wrong."""
    files = [a for a in arguments if not a.startswith("--")]
    if len(files) != 1 or set(arguments) - set(files) - {"--die-with-parent"}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    if "--die-with-parent" in arguments:
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            return 0
    path = Path(files[0])
    try:
        settings = parse_yaml(path.read_text("utf-8"), SimulatedKit, str(path))
        asyncio.run(play(settings, path.resolve().parent))
    except (SettingsError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
