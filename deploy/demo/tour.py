"""The story for a chief inspector, in 60 seconds: gas in a tank, a network that fails, a look back, a digit that was altered."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from deploy.demo import kits
from deploy.demo.story import KITS, PEOPLE, TANK, Kit
from ingest.verify_chains import verify_chains
from ingest.verify_readings import verify_readings
from store import alerts, people, tampering
from store.connection import connect
from store.counts import physical_since

if TYPE_CHECKING:
    from deploy.demo.console import Voice
    from deploy.demo.world import World

DETECTOR = TANK.instruments[0]
CHANNEL = DETECTOR.channels[0]
DANGER_PPM, CALM_PPM = "260", "6"
RISE_S, ACKNOWLEDGE_S, DARK_S, PATIENCE_S = 5.0, 10.0, 12.0, 30.0
BARS = "▁▂▃▄▅▆▇█"


class Tour:
    """Tells the story on a running world; each step waits for what it speaks of, and says what was seen."""

    def __init__(self, world: World, voice: Voice) -> None:
        self._world = world
        self._voice = voice
        self._began = time.monotonic()
        self._came: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def tell(self) -> None:
        """All of it."""
        tell = self._world.inbox.heard

        def heard(message: dict[str, Any]) -> None:
            self._came.put_nowait(message)
            if tell:
                tell(message)

        self._world.inbox.heard = heard
        try:
            await self._gas()
            await self._network()
            await self._look_back()
            await self._altered()
        finally:
            self._world.inbox.heard = tell
        self._say("That was it. The page stays open: the same alert, chart and kits are there.")

    async def _gas(self) -> None:
        self._say(f"A worker opens tank 2. Carbon monoxide rises to {DANGER_PPM} ppm.")
        sirens = kits.siren(self._world.folder, TANK)
        before = sirens.stat().st_size if sirens.exists() else 0
        await self._drive(DANGER_PPM)
        await self._until(lambda: sirens.exists() and sirens.stat().st_size > before)
        self._say("The kit itself has switched on its siren: that needs no network.")
        async with asyncio.timeout(PATIENCE_S):
            while (message := await self._came.get()).get("kind") != "danger":
                pass
        self._say("The person on duty has been told, with value, place and since when.")
        await self._acknowledge(int(message["alert"]))

    async def _acknowledge(self, alert: int) -> None:
        self._say(f'Open {self._world.url}/alerts/{alert} and press "Đã nhận" (or wait {ACKNOWLEDGE_S:.0f} s).')
        connection = await connect(self._world.logins.owner, "antoan demo tour")
        try:
            person = await people.password_hash(connection, PEOPLE[0].login)
            if person is None:
                return
            end = time.monotonic() + ACKNOWLEDGE_S
            while time.monotonic() < end and not await self._is_acknowledged(  # noqa: ASYNC110  (a person does it)
                connection, person[0], alert
            ):
                await asyncio.sleep(0.5)
            if await self._is_acknowledged(connection, person[0], alert):
                self._say("Acknowledged on the page; who and when stand in the alert's trace.")
            else:
                await alerts.acknowledge(connection, person[0], alert, "tour")
                self._say(f"Acknowledged for you as {PEOPLE[0].name}; who and when stand in the alert's trace.")
        finally:
            await connection.close()

    async def _is_acknowledged(self, connection: Any, person: int, alert: int) -> bool:  # noqa: ANN401  (asyncpg)
        log = await alerts.log_of(connection, person, alert)
        return any(entry.fact == "acknowledge" for entry in log)

    async def _network(self) -> None:
        await self._world.network.cut()
        self._say("The network is cut. The kits go on measuring.")
        await asyncio.sleep(DARK_S)
        measured = {kit.gateway: self._counted(kit, "sampled") for kit in KITS}
        waiting = sum(measured.values()) - sum(self._counted(kit, "committed") for kit in KITS)
        self._say(f"{waiting} readings wait on the kits, sealed. The network comes back.")
        self._world.network.restore()
        await self._drive(CALM_PPM)
        await self._until(lambda: all(self._counted(kit, "committed") >= measured[kit.gateway] for kit in KITS))
        lost = sum(self._counted(kit, "lost") for kit in KITS)
        self._say(f"Everything has arrived, in order: {lost} mất (lost).")

    async def _look_back(self) -> None:
        connection = await connect(self._world.logins.owner, "antoan demo tour")
        try:
            after = datetime.now(UTC) - timedelta(seconds=75)
            rows = await physical_since(connection, TANK.gateway, CHANNEL.quantity, after)
        finally:
            await connection.close()
        if not rows:
            return
        values = [value for _, value in rows]
        self._say(f"A look back at CO in the tank, second by second, highest {max(values):.0f} ppm:")
        self._voice.say(f"         {sparkline(values)}")

    async def _altered(self) -> None:
        connection = await connect(self._world.logins.owner, "antoan demo tour")
        transaction = connection.transaction()
        await transaction.start()
        try:
            await tampering.alter_reading(connection, TANK.gateway, CHANNEL.quantity)
            self._say("Someone with the database's password lowers the highest value. The verifier:")
            for fault in (await verify_readings(connection)).faults[:1]:
                self._voice.say(f"         {fault.text}")
            await tampering.alter_entry(connection, TANK.gateway)
            self._say("They turn one bit of the sealed original too. The verifier:")
            for fault in (await verify_chains(connection, TANK.gateway)).faults[:1]:
                where = f"{fault.gateway} epoch {fault.epoch} entry {fault.seq}"
                self._voice.say(f"         {where}: {fault.reason}, {fault.text}")
        finally:
            await transaction.rollback()
            await connection.close()
        self._say("(Both were undone.)")

    def _counted(self, kit: Kit, what: str) -> int:
        return int(kits.accounts(self._world.folder, kit).get(what, 0))

    async def _drive(self, ppm: str) -> None:
        over_s = RISE_S * self._world.options.speed
        await self._world.player.set(TANK, DETECTOR, CHANNEL.name, ppm, over_s)

    async def _until(self, holds: Any) -> None:  # noqa: ANN401  (a question)
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110  (other processes say it in files)
                await asyncio.sleep(0.1)

    def _say(self, text: str) -> None:
        passed = int(time.monotonic() - self._began)
        self._voice.say(f"[bold]{passed // 60}:{passed % 60:02}[/bold]  {text}")


async def tour(world: World, voice: Voice) -> None:
    """Tell it. A step that does not happen in time says so and ends the tour, not the demonstration."""
    try:
        await Tour(world, voice).tell()
    except TimeoutError:
        voice.say("The tour waited for something that did not happen; the demonstration goes on.")


def sparkline(values: list[float]) -> str:
    """Values as a row of bars."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(BARS[int((value - low) / span * (len(BARS) - 1))] for value in values)
