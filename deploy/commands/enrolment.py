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
    from collections.abc import Awaitable, Callable

    from api.settings import ApiSettings
    from store.enrolment import Connection

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
def withdraw(gateway: str, /, *, config: Config) -> None:
    """Make a gateway's unused tokens worthless (one was lost, or sent to the wrong person).

    Example: `./antoan enrolment withdraw kit00001 --config api.yaml`

    Parameters
    ----------
    gateway
        Id of the gateway.
    """
    from store.enrolment_audit import Asker
    from store.enrolment_tokens import withdraw_tokens

    with spoken(OSError):
        asyncio.run(_with_store(_settings(config), lambda c: withdraw_tokens(c, gateway, datetime.now(UTC), Asker())))


@app.command
def revoke(gateway: str, /, *, reason: str, config: Config, epoch: int | None = None) -> None:
    """Shut a gateway out: its certificates and sealing keys count no more from now on.

    Example: `./antoan enrolment revoke kit00001 --reason "stolen from the van" --config api.yaml`

    Parameters
    ----------
    gateway
        Id of the gateway.
    reason
        Why; it is kept in the audit.
    epoch
        Revoke the sealing key of this epoch only (a copied card); a new token then enrols the gateway anew.
    """
    from store.enrolment_audit import Asker
    from store.enrolment_errors import EnrolmentRefusedError
    from store.enrolment_revocation import revoke_epoch, revoke_gateway

    async def revoked(conn: Connection) -> None:
        now = datetime.now(UTC)
        if epoch is None:
            await revoke_gateway(conn, gateway, reason=reason, now=now, asker=Asker())
        else:
            await revoke_epoch(conn, gateway, epoch, reason=reason, now=now, asker=Asker())

    with spoken(EnrolmentRefusedError, OSError):
        asyncio.run(_with_store(_settings(config), revoked))


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


async def _with_store(settings: ApiSettings, work: Callable[[Connection], Awaitable[None]]) -> None:
    from store.connection import connect

    connection = await connect(settings.database, "antoan enrolment")
    try:
        await work(connection)
    finally:
        await connection.close()
