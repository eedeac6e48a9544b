"""Fills an empty database with the story: agency, people, sites, deployments, points, rules, and who is told of alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.passwords import hash_password
from deploy.demo.story import AGENCY, KITS, PEOPLE, Kit, rules
from store import alerts_rules, people, sites
from store.alerts_rules import Recipient
from store.connection import connect

if TYPE_CHECKING:
    import asyncpg

    from store.connection import DatabaseSettings


@dataclass(frozen=True)
class Seeded:
    """Numbers that the rest of the demonstration needs."""

    agency: int


async def seed(owner: DatabaseSettings, password: str, inbox_url: str) -> Seeded:
    """Put the story into the database; what is there already is left, rules and recipient are brought up to date."""
    connection = await connect(owner, "antoan demo")
    try:
        agency = await people.create_agency(connection, AGENCY)
        if await people.password_hash(connection, PEOPLE[-1].login) is None:
            await _people(connection, agency, password)
        for kit in KITS:
            if await sites.running_deployment(connection, kit.gateway) is None:
                await _deploy(connection, agency, kit)
        bodies = {rule.id: rule.model_dump(mode="json") for rule in rules()}
        await alerts_rules.put_rules(connection, bodies, replace=True)
        inbox = Recipient(
            name="Người trực giám sát", medium="webhook", address=inbox_url, agency=agency, on_return=True
        )
        await alerts_rules.put_recipient(connection, inbox)
    finally:
        await connection.close()
    return Seeded(agency)


async def _people(connection: asyncpg.Connection, agency: int, password: str) -> None:
    phc = hash_password(password)
    for person in PEOPLE:
        await people.create_person(
            connection,
            agency=agency,
            login=person.login,
            name=person.name,
            role=person.role,
            phc=phc,
            title=person.title,
        )


async def _deploy(connection: asyncpg.Connection, agency: int, kit: Kit) -> None:
    site = await sites.create_site(
        connection, agency=agency, name=kit.site, address=f"{kit.address} ({kit.played})", procedure=kit.procedure
    )
    deployment = await sites.create_deployment(connection, agency=agency, site=site, gateway=kit.gateway)
    for number, channel in enumerate(channel for instrument in kit.instruments for channel in instrument.channels):
        placement = sites.Placement(name=channel.point, quantity=channel.quantity, channel=number)
        await sites.place(connection, deployment, placement, position=number)
