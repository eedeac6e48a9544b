"""`antoan admin …`: what an installation needs before people can use the page. As the API's role, with its settings file."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import asyncpg
from cyclopts import App, Parameter

from alerts.book import load_rules
from api.models.session import Role
from api.passwords import hash_password
from api.settings import ApiSettings
from deploy.commands.desired import desired
from deploy.commands.spoken import spoken
from deploy.service_runner import read_settings
from store import people, sites
from store.alerts_rules import Recipient, put_recipient
from store.connection import connect
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Connection = asyncpg.Connection[asyncpg.Record]

Result = TypeVar("Result")
Config = Annotated[Path, Parameter(name="--config", help="The settings file of the API service.")]
SHORTEST_PASSWORD = 10
app = App(name="admin", help="Agencies, people, sites, deployments, rules and recipients.")
app.command(desired)


@app.command
def agency(name: str, /, *, config: Config, parent: int | None = None) -> None:
    """Add an agency (or find it by its name) and print its number.

    Example: `./antoan admin agency "Sở Nội vụ tỉnh Bình An" --config api.yaml`
    """
    print(_with_database(config, lambda db: people.create_agency(db, name, parent)))  # noqa: T201


@app.command
def person(
    login: str, /, *, agency: int, role: Role, name: str, config: Config, title: str = "", email: str | None = None
) -> None:
    """Add a person who may log in; the password is asked for, twice.

    Example: `./antoan admin person lan --agency 1 --role inspector --name "Nguyễn Thị Lan" --config api.yaml`
    """
    with spoken(ValueError):
        phc = hash_password(_password())
    fields = {"agency": agency, "login": login, "name": name, "role": role, "title": title, "email": email}
    print(_with_database(config, lambda db: people.create_person(db, phc=phc, **fields)))  # type: ignore[arg-type]  # noqa: T201


@app.command
def site(name: str, /, *, agency: int, config: Config, address: str = "", procedure: str = "") -> None:
    """Add a workplace and print its number. `procedure`: what people there do in danger, in three lines.

    Example: `./antoan admin site "Công ty may Sông Lam" --agency 1 --address "xã Bình An" --config api.yaml`
    """
    fields = {"name": name, "address": address, "procedure": procedure}
    print(_with_database(config, lambda db: sites.create_site(db, agency=agency, **fields)))  # noqa: T201


@app.command
def deploy(gateway: str, /, *point: str, agency: int, site: int, config: Config) -> None:
    """Hang a kit at a site: each point is CHANNEL:QUANTITY:NAME, with the gateway's number of the channel.

    Example: `./antoan admin deploy kit00001 "0:sound_level:Máy dập 160 tấn" --agency 1 --site 1 --config api.yaml`
    """
    with spoken(ValueError):
        placements = [_placement(text) for text in point]

    async def hang(db: Connection) -> int:
        async with db.transaction():
            deployment = await sites.create_deployment(db, agency=agency, site=site, gateway=gateway)
            for position, placement in enumerate(placements):
                await sites.place(db, deployment, placement, position=position)
        return deployment

    print(_with_database(config, hang))  # noqa: T201


@app.command
def rules(file: Path, /, *, config: Config, replace: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Bring the alert rules of a YAML file into force; a changed rule becomes a new version.

    Example: `./antoan admin rules rules.yaml --config api.yaml`

    Parameters
    ----------
    replace
        Retire the rules that the file does not name.
    """
    with spoken(OSError):
        text = file.read_text(encoding="utf-8")
    changed = _with_database(config, lambda db: load_rules(db, text, str(file), replace=replace))
    print("\n".join(changed) if changed else "nothing changed")  # noqa: T201


@app.command
def recipient(file: Path, /, *, config: Config) -> None:
    """Tell someone of alerts: a YAML file with name, medium (email or webhook), address, and of what.

    Example: `./antoan admin recipient duty.yaml --config api.yaml`
    """
    told = read_settings(file, Recipient)
    _with_database(config, lambda db: put_recipient(db, told))


def _placement(text: str) -> sites.Placement:
    channel, quantity, name = (*text.split(":", 2), "", "")[:3]
    if not channel.isdecimal() or not quantity or not name:
        raise ValueError(f"{text!r} is no point; write CHANNEL:QUANTITY:NAME, such as 0:sound_level:Press 1")
    return sites.Placement(name=name, quantity=quantity, channel=int(channel))


def _password() -> str:
    password = getpass.getpass("password: ")
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password has at least {SHORTEST_PASSWORD} characters")
    if getpass.getpass("once more: ") != password:
        raise ValueError("the two passwords differ; nothing was changed")
    return password


def _with_database(config: Path, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    settings = read_settings(config, ApiSettings)

    async def run() -> Result:
        connection = await connect(settings.database, "antoan admin")
        try:
            return await work(connection)
        finally:
            await connection.close()

    with spoken(asyncpg.PostgresError, OSError, StoreError):
        return asyncio.run(run())
