"""Orders to a running kit: JSON objects, one per line, on a unix socket; each is answered with `{"ok": true}` or the error.

{"do": "set", "instrument": "gas1", "channel": "gas_concentration", "value": 140, "over_s": 20}
{"do": "state", "instrument": "gas1", "field": "state", "raw": 2}
{"do": "fault", "instrument": "noise", "kind": "late", "times": 1, "delay_s": 0.8}   (kind "none" clears)
{"do": "unplug", "instrument": "noise"}    {"do": "plug_in", "instrument": "noise"}
{"do": "stick", "instrument": "gas1"}    {"do": "free", "instrument": "gas1"}
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, RootModel

from deploy.simulate.faults import Fault, FaultKind
from telemetry.strict import SettingsError, StrictModel, validate

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.simulate.kit import Kit


class Set(StrictModel):
    """Drive a channel to a value."""

    do: Literal["set"]
    instrument: str = Field(description="Name of the instrument")
    channel: str = Field(description="Name of the channel")
    value: Decimal | None = Field(description="Physical value; null: the instrument's code for 'no value'")
    over_s: float = Field(default=0.0, ge=0, description="Played seconds to get there")


class State(StrictModel):
    """Set the raw value of a field that is no channel's (a status word)."""

    do: Literal["state"]
    instrument: str = Field(description="Name of the instrument")
    field: str = Field(description="Name of the field")
    raw: int | str = Field(description="Its raw value")


class FaultOrder(StrictModel):
    """Spoil the next answers."""

    do: Literal["fault"]
    instrument: str = Field(description="Name of the instrument")
    kind: FaultKind | Literal["none"] = Field(description="What happens to them")
    times: int | None = Field(default=None, ge=1, description="How many; until cleared when absent")
    delay_s: float = Field(default=0.0, ge=0, le=60, description="Delay of a late or split answer")


class Plug(StrictModel):
    """Pull or put back a plug."""

    do: Literal["unplug", "plug_in"]
    instrument: str = Field(description="Name of the instrument")


class Freeze(StrictModel):
    """Let an instrument's values stick, or move again."""

    do: Literal["stick", "free"]
    instrument: str = Field(description="Name of the instrument")


class Order(RootModel[Annotated[Set | State | FaultOrder | Plug | Freeze, Field(discriminator="do")]]):
    """One line."""


def obey(kit: Kit, line: str) -> None:
    """Do what a line says. Raises SettingsError, ValueError with what is wrong about it."""
    order = validate(json.loads(line), Order, "order").root
    if order.instrument not in kit.instruments:
        raise ValueError(f"no instrument is named {order.instrument!r}")
    instrument = kit.instruments[order.instrument]
    if isinstance(order, Set):
        instrument.go_to(order.channel, order.value, order.over_s)
    elif isinstance(order, State):
        instrument.stated[order.field] = order.raw
    elif isinstance(order, FaultOrder):
        instrument.fault = None if order.kind == "none" else Fault(order.kind, order.times, order.delay_s)
    elif isinstance(order, Freeze):
        instrument.stuck = order.do == "stick"
    elif order.do == "unplug":
        kit.unplug(order.instrument)
    else:
        kit.plug_in(order.instrument)


async def listen(kit: Kit, path: Path) -> asyncio.Server:
    """Take orders on a unix socket at `path`; who may enter its folder may give them."""
    return await asyncio.start_unix_server(partial(_client, kit), path)


def clear(path: Path) -> None:
    """Remove a socket that nobody listens on any more."""
    path.unlink(missing_ok=True)


async def _client(kit: Kit, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while line := await reader.readline():
            answer: dict[str, object] = {"ok": True}
            try:
                obey(kit, line.decode("utf-8"))
            except (SettingsError, ValueError) as error:
                answer = {"ok": False, "error": str(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
    writer.close()


async def order(path: Path, **words: object) -> None:
    """Send one order to the kit that listens at `path`. Raises ValueError when it refuses."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(json.dumps(words).encode() + b"\n")
        answer = json.loads(await reader.readline())
    finally:
        writer.close()
        await writer.wait_closed()
    if not answer["ok"]:
        raise ValueError(answer["error"])
