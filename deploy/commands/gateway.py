"""`antoan gateway …`: what is done at a kit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.service_runner import run_service

app = App(name="gateway", help="Enrol a gateway, and run it.")


@app.command
def run(
    *,
    config: Annotated[
        Path, Parameter(name="--config", help="The settings file; docs/settings.md lists every setting.")
    ],
) -> None:
    """Read the instruments, seal what they say, keep it until the server has it, sound the edge alarms.

    Example: `./antoan gateway run --config gateway.yaml`
    """
    run_service("gateway", config)
