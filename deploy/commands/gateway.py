"""`antoan gateway …`: what is done at a kit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.commands.gateway_care import check, confirm, measure, siren
from deploy.commands.gateway_setup import doctor, install, uninstall
from deploy.commands.spoken import spoken

app = App(name="gateway", help="Enrol a gateway, run it, check its instruments.")
app.command(check)
app.command(measure)
app.command(siren)
app.command(confirm)
app.command(doctor)
app.command(install)
app.command(uninstall)


@app.command
def enrol(
    token_file: Annotated[Path | None, Parameter(name="--token-file")] = None,
    *,
    state: Path,
) -> None:
    """Make this gateway's keys and enrol it with the server, by a token that an administrator issued.

    Example: `./antoan gateway enrol --state /var/lib/antoan` (then paste the token)

    Parameters
    ----------
    token_file
        File that holds the token; without it the token is asked for, so that it stays out of the shell's history.
    state
        Folder for the gateway's keys, enrolment and spool; made if missing.
    """
    import getpass

    from gateway_agent.enrol import enrol as enrol_gateway
    from gateway_agent.enrol_errors import EnrolmentError
    from telemetry.enrolment_token import TokenError

    with spoken(EnrolmentError, TokenError, OSError):
        token = token_file.read_text(encoding="utf-8") if token_file else getpass.getpass("token: ")
        identity = enrol_gateway(token.strip(), state)
    print(f"enrolled as {identity.gateway}, epoch {identity.epoch}")  # noqa: T201


@app.command
def run(
    *,
    config: Annotated[Path, Parameter(name="--config", help="The settings file; docs/settings.md lists every one.")],
) -> None:
    """Read the instruments, seal what they say, keep it until the server has it, sound the edge alarms.

    Example: `./antoan gateway run --config gateway.yaml`
    """
    from deploy.gateway_process import become

    become(config)


@app.command
def page(
    *,
    config: Annotated[Path, Parameter(name="--config", help="The gateway's settings file.")],
) -> None:
    """Serve the kit's own page to a phone on the kit's network, beside the running gateway.

    Example: `./antoan gateway page --config gateway.yaml`
    """
    import asyncio
    import sys

    from deploy.service_runner import read_settings, until_told
    from gateway_agent.page.server import serve
    from gateway_agent.settings import GatewaySettings

    settings = read_settings(config, GatewaySettings)
    if settings.page is None:
        sys.exit(f"antoan: {config}: page: is missing; name at least page.password_file")
    asyncio.run(until_told(serve(settings, settings.page)))
