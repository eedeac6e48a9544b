"""The link of a message: a look changes nothing, the button acknowledges as its person, an old or foreign token does nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.api.world import Api, World

if TYPE_CHECKING:
    import aiohttp

TOKEN = "a-token-of-forty-three-characters-or-thereab"


async def linked(world: World, token: str = TOKEN, login: str = "lan", holds: str = "1 hour") -> int:
    """An alert and a link to it in the message of a person."""
    number = await world.alert()
    recipient = await world.owner.fetchval(
        "INSERT INTO alert_recipient (name, medium, address) VALUES ($1, 'email', 'lan@example.vn') RETURNING id", token
    )
    notification = await world.owner.fetchval(
        "INSERT INTO alert_notification (alert, change, recipient) VALUES ($1, 'raised', $2) RETURNING id",
        number,
        recipient,
    )
    await world.owner.execute(
        "INSERT INTO alert_link VALUES ($1, $2, $3, $4, now() + $5::text::interval)",
        hashlib.sha256(token.encode()).digest(), number, world.people[login], notification, holds,
    )  # fmt: skip
    return number


async def ask(client: aiohttp.ClientSession, path: str, token: str = TOKEN) -> aiohttp.ClientResponse:
    return await client.post(f"/api/v1/take{path}", json={"token": token})


async def state(world: World, number: int) -> str:
    return str(await world.owner.fetchval("SELECT state FROM alert WHERE id = $1", number))


async def test_looking_changes_nothing_and_the_button_acknowledges_without_a_log_in(api: Api, world: World) -> None:
    number, stranger = await linked(world), api.client()
    for _ in range(2):
        seen = await (await ask(stranger, "/look")).json()
    assert (seen["person"], seen["value"], seen["may_take"]) == ("Cán bộ lan", "142.0", True)
    assert await state(world, number) == "unacknowledged"
    assert (await stranger.get("/api/v1/take")).status == 405
    assert (await stranger.get("/take")).status == 200
    assert await state(world, number) == "unacknowledged"
    for _ in range(2):
        taken = await (await ask(stranger, "")).json()
    assert (taken["acknowledged_by"], taken["may_take"]) == ("Cán bộ lan", False)
    log = await world.owner.fetch(
        "SELECT person, note FROM alert_log WHERE alert = $1 AND fact = 'acknowledge'", number
    )
    assert [(row["person"], row["note"]) for row in log] == [(world.people["lan"], "by the link of a message")]


async def test_a_token_that_is_old_foreign_or_of_a_person_who_left_does_nothing(api: Api, world: World) -> None:
    number, stranger = await linked(world, holds="-1 second"), api.client()
    assert (await ask(stranger, "")).status == 404
    assert (await ask(stranger, "", TOKEN[::-1])).status == 404
    other = await linked(world, TOKEN[::-1])
    await world.owner.execute("UPDATE person SET disabled_at = now() WHERE login = 'lan'")
    assert (await ask(stranger, "", TOKEN[::-1])).status == 404
    assert [await state(world, each) for each in (number, other)] == ["unacknowledged"] * 2


async def test_a_link_to_an_alert_that_its_person_may_not_see_does_nothing(api: Api, world: World) -> None:
    number = await linked(world, login="xa")
    assert (await ask(api.client(), "/look")).status == 404
    assert (await ask(api.client(), "")).status == 404
    assert await state(world, number) == "unacknowledged"
