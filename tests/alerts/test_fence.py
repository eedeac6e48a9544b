"""Messages go to public addresses only, by allowed schemes, and follow no redirect: webhooks and what `apprise` sends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientConnectorError, web

from alerts.addresses import PrivateAddress, check, is_public
from alerts.apprise_sender import AppriseSender
from alerts.senders import SendFailed, WebhookSender, webhook_session
from alerts.settings import AppriseSettings, WebhookSettings
from alerts.wording import Wording
from tests.alerts.test_sending import claimed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WORDING = Wording("[NGUY HIỂM] CO: 142 ppm", "Nơi đo: Bồn chứa số 2")
HOME = AppriseSettings(schemes=("json",), private_hosts=("127.0.0.1",))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("127.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False),
        ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_one_private_address_of_several_refuses_the_name_unless_it_is_allowed() -> None:
    with pytest.raises(PrivateAddress, match=r"sms\.example is 10\.0\.0\.9"):
        check("sms.example", ["1.1.1.1", "10.0.0.9"], ())
    check("sms.example", ["1.1.1.1", "10.0.0.9"], ("sms.example",))


@asynccontextmanager
async def server(status: int = 200) -> AsyncIterator[tuple[int, list[str]]]:
    """A server on loopback that notes what it was asked, and answers so."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(f"{request.path} {await request.text()}")
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status >= 300 else {})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1], asked
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "169.254.169.254"])
async def test_a_webhook_to_an_address_in_the_house_is_refused(host: str) -> None:
    async with webhook_session(WebhookSettings()) as session:
        with pytest.raises(SendFailed, match="not a public address") as failed:
            await WebhookSender(WebhookSettings(), session, 5).send(claimed(address=f"https://{host}/"), WORDING)
    assert not failed.value.again


async def test_a_name_that_turns_to_the_house_is_refused_when_it_is_connected_to() -> None:
    async with server() as (port, asked), webhook_session(WebhookSettings()) as session:
        with pytest.raises(ClientConnectorError, match="not a public address"):
            await session.get(f"http://localhost:{port}/")
    assert asked == []


async def test_apprise_hands_over_by_an_allowed_scheme_to_an_allowed_host() -> None:
    async with server() as (port, asked):
        await AppriseSender(HOME).send(claimed(address=f"json://127.0.0.1:{port}/hook"), WORDING)
    (request,) = asked
    assert request.startswith("/hook")
    assert "142 ppm" in request


@pytest.mark.parametrize(
    ("settings", "address", "why", "again"),
    [
        (AppriseSettings(), "json://127.0.0.1:{port}/", "scheme 'json'", False),
        (AppriseSettings(schemes=("json",)), "json://127.0.0.1:{port}/", "onnection", True),
        (AppriseSettings(schemes=("json",)), "json://localhost:{port}/", "onnection", True),
        (HOME, "json://", "does not understand", False),
    ],
    ids=["scheme", "address", "name", "nonsense"],
)
async def test_apprise_is_fenced(settings: AppriseSettings, address: str, why: str, again: bool) -> None:
    async with server() as (port, asked):
        with pytest.raises(SendFailed, match=why) as failed:
            await AppriseSender(settings).send(claimed(address=address.format(port=port)), WORDING)
    assert failed.value.again is again
    assert asked == []


async def test_apprise_follows_no_redirect() -> None:
    async with server(302) as (port, asked):
        with pytest.raises(SendFailed):
            await AppriseSender(HOME).send(claimed(address=f"json://127.0.0.1:{port}/hook?redirect=yes"), WORDING)
    assert [request.partition(" ")[0] for request in asked] == ["/hook"]


async def test_a_provider_that_hangs_is_ended_with_its_process() -> None:
    over = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()
        await writer.wait_closed()

    listener = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await AppriseSender(HOME).send(claimed(address=f"json://127.0.0.1:{port}/"), WORDING)
    over.set()
    listener.close()
    await listener.wait_closed()
