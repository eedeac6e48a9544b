"""`antoan enrolment …`: what an administrator does so that a gateway may join, or may no longer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from deploy.commands.spoken import spoken
from deploy.service_runner import read_settings

if TYPE_CHECKING:
    from api.settings import ApiSettings

app = App(name="enrolment", help="Let gateways join, or shut them out.")
Config = Annotated[Path, Parameter(name="--config", help="The settings file of the API service.")]


@app.command
def token(gateway: str, /, *, agency: int, config: Config, hours: float = 24.0, name: str = "") -> None:
    """Issue a token that enrols one gateway once; it is shown now and never again.

    Example: `./antoan enrolment token kit00001 --agency 1 --config api.yaml`

    Parameters
    ----------
    gateway
        Id of the gateway: 8 to 32 of a-z and 0-9.
    agency
        Number of the agency that owns it.
    hours
        How long the token may be used.
    name
        What people call the gateway.
    """
    from store.enrolment_errors import EnrolmentRefusedError
    from telemetry.enrolment_token import TokenError

    with spoken(EnrolmentRefusedError, TokenError, ValueError, OSError):
        print(asyncio.run(_issue(_settings(config), gateway, agency, timedelta(hours=hours), name)))  # noqa: T201


@app.command
def revoke(gateway: str, /, *, reason: str, config: Config) -> None:
    """Shut a gateway out: its certificates and sealing keys count no more from now on.

    Example: `./antoan enrolment revoke kit00001 --reason "stolen from the van" --config api.yaml`

    Parameters
    ----------
    gateway
        Id of the gateway.
    reason
        Why; it is kept in the audit.
    """
    from store.enrolment_errors import EnrolmentRefusedError

    with spoken(EnrolmentRefusedError, OSError):
        asyncio.run(_revoke(_settings(config), gateway, reason))


def _settings(config: Path) -> ApiSettings:
    from api.settings import ApiSettings

    return read_settings(config, ApiSettings)


async def _issue(settings: ApiSettings, gateway: str, agency: int, life: timedelta, name: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    from api.enrolment.authority_files import open_authority
    from store.connection import connect
    from store.enrolment_tokens import TokenOffice, issue_token

    enrolment = settings.enrolment
    if enrolment is None:
        raise ValueError("the settings have no `enrolment` section: this server enrols no gateways")
    ca = open_authority(enrolment.authority_dir, enrolment.authority_name)
    office = TokenOffice(enrolment.url, ca.certificate.public_bytes(Encoding.DER))
    connection = await connect(settings.database, "antoan enrolment")
    try:
        issued = await issue_token(
            connection, office, gateway=gateway, agency=agency, now=datetime.now(UTC), name=name, life=life
        )
    finally:
        await connection.close()
    return str(issued)


async def _revoke(settings: ApiSettings, gateway: str, reason: str) -> None:
    from store.connection import connect
    from store.enrolment_audit import Asker
    from store.enrolment_revocation import revoke_gateway

    connection = await connect(settings.database, "antoan enrolment")
    try:
        await revoke_gateway(connection, gateway, reason=reason, now=datetime.now(UTC), asker=Asker())
    finally:
        await connection.close()
