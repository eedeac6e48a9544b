"""`python -m deploy.simulate KIT.yaml [--die-with-parent]`: play a kit until SIGTERM or SIGINT.

Prints one JSON object when everything is plugged in:
`{"event": "ready", "places": {"noise": {"serial": PATH}, "gas1": {"host": H, "port": N}}, "control": SOCKET}`.
For people there is `./antoan simulate`.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from pathlib import Path

from deploy.simulate.session import announce, play, read_kit
from telemetry.strict import SettingsError

PR_SET_PDEATHSIG = 1


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
        asyncio.run(play(read_kit(path), path.resolve().parent, announce))
    except (SettingsError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
