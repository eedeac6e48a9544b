"""`antoan broker configure`: everything a mosquitto of a plain server reads, from typed settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.commands.spoken import spoken
from deploy.service_runner import read_settings

app = App(name="broker", help="Configure the MQTT broker of a server.")


@app.command
def configure(
    *,
    config: Annotated[Path, Parameter(help="Settings of the broker (docs/settings.md).")],
    authority: Annotated[Path, Parameter(help="Folder of the CA, as in the API service's settings.")],
    passwords: Annotated[Path, Parameter(help="Folder for the services' password files; made when missing.")],
    name: Annotated[list[str], Parameter(help="Host name or address of the broker; repeat for more.")],
) -> None:
    """Write the broker's configuration, ACLs, passwords, certificate and an empty revocation list.

    Run it as root, again after every upgrade; then `chown` the folder to the broker's user and restart the broker. The
    certificate is kept until a third of its life is left.

    Example: `./antoan broker configure --config broker.yaml --authority /var/lib/antoan-api/authority
    --passwords /etc/antoan --name kits.example.vn`
    """
    from api.enrolment.errors import AuthorityError
    from deploy.stack.broker_files import install_broker
    from deploy.stack.broker_settings import BrokerSettings

    with spoken(AuthorityError, OSError):
        settings = read_settings(config, BrokerSettings)
        install_broker(settings, authority, passwords, name)
    print(f"written; broker reads {settings.folder / 'mosquitto.conf'}")  # noqa: T201
