"""Orders to a running gateway from the machine it runs on: one JSON object a line on a unix socket that its user alone may open.

`{"do": "begin_check", "instrument": "noise1"}` is answered by `{"done": {…}}` or `{"refused": "why, and what to do"}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from gateway_agent.checks import CheckRefused
from telemetry.strict import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Orders = Mapping[str, Callable[..., Any]]

SOCKET: Final = "control.sock"
MAX_LINE: Final = 16_384
"""Bytes of one order: names and numbers."""
ANSWER_S: Final = 10.0


class NotRunning(Exception):  # noqa: N818  (named for what it says)
    """No gateway listens in that folder."""


async def listen(path: Path, orders: Orders) -> asyncio.Server:
    """Take orders until the server is closed."""
    listening = socket.socket(socket.AF_UNIX)
    os.fchmod(listening.fileno(), 0o600)  # before it has a name: nobody else ever finds it open
    with _short(path) as short:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(short)  # noqa: PTH108
        listening.bind(short)
    return await asyncio.start_unix_server(_serving(orders), sock=listening, limit=MAX_LINE)


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """The same file by a name that fits: a socket's may have 107 bytes, and folders lie deep."""
    folder = os.open(path.parent, os.O_PATH | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def order(path: Path, do: str, /, **given: object) -> dict[str, Any]:
    """Give an order and wait for the answer. Raises NotRunning, CheckRefused."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_S)
        try:
            with _short(path) as short:
                connection.connect(short)
            connection.sendall(json.dumps({"do": do, **given}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer = json.loads(answers.readline())
        except (OSError, ValueError) as error:
            raise NotRunning(f"{path}: no gateway answers ({error}); is it running, and are you its user?") from error
    if "refused" in answer:
        raise CheckRefused(answer["refused"])
    done: dict[str, Any] = answer["done"]
    return done


def _serving(orders: Orders) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError, asyncio.CancelledError):  # ValueError: a line too long
            while line := await reader.readline():
                writer.write(json.dumps(answered(orders, line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    return serve


def answered(orders: Orders, line: bytes) -> dict[str, Any]:
    """Carry out one order."""
    try:
        given = json.loads(line)
        do = str(given.pop("do", ""))
        if do not in orders:
            return {"refused": f"no order {do!r}; {nearest(do, list(orders))}"}
        return {"done": orders[do](**given)}
    except CheckRefused as error:
        return {"refused": str(error)}
    except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
        return {"refused": f"the order is not understood: {error}"}
