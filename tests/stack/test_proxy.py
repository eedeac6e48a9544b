"""The bad network that fault tests rely on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.proxy import FaultProxy, abort, fault_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1000):
            writer.write(data)
    finally:
        await abort(writer)


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, fault_proxy(("127.0.0.1", server.sockets[0].getsockname()[1])) as made:
        yield made


async def is_broken(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(5):
            return await reader.read(1) == b""
    except ConnectionError:
        return True


async def ask(proxy: FaultProxy, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(data)
        async with asyncio.timeout(5):
            return await reader.read(1000)
    finally:
        await abort(writer)


async def test_bytes_pass_and_are_counted(proxy: FaultProxy) -> None:
    assert await ask(proxy, b"hello") == b"hello"
    assert (proxy.bytes_up, proxy.bytes_down) == (5, 5)


async def test_a_cut_breaks_links_until_it_is_restored(proxy: FaultProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"x")
    assert await reader.read(1) == b"x"
    await proxy.cut()
    assert await is_broken(reader)
    later_reader, later_writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await is_broken(later_reader)
    await abort(later_writer)
    proxy.restore()
    assert await ask(proxy, b"again") == b"again"
    await abort(writer)


async def test_a_black_hole_holds_bytes_and_lets_them_go(proxy: FaultProxy) -> None:
    proxy.swallow()
    waiting = asyncio.create_task(ask(proxy, b"late"))
    done, _ = await asyncio.wait({waiting}, timeout=0.1)
    assert not done
    proxy.restore()
    assert await waiting == b"late"


async def test_a_narrow_band_takes_its_time(proxy: FaultProxy) -> None:
    proxy.bytes_per_s = 2000
    begin = asyncio.get_running_loop().time()
    await ask(proxy, b"x" * 200)
    assert asyncio.get_running_loop().time() - begin >= 0.2


async def test_unix_sockets_can_be_cut_too(proxy: FaultProxy, service_folder: Path) -> None:
    async with fault_proxy(("127.0.0.1", proxy.port), service_folder / "p.sock") as made:
        reader, writer = await asyncio.open_unix_connection(service_folder / "p.sock")
        writer.write(b"u")
        assert await reader.read(1) == b"u"
        await made.cut()
        assert await is_broken(reader)
        await abort(writer)
