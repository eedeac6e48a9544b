"""A small platform of real processes, to be hurt; and the accounting that must hold after every fault.

player → gateways → proxy (the network) → broker → ingest (an owner and a standby) → database
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from api.enrolment.authority_files import open_server_key
from deploy.stack.postgres import Postgres
from deploy.stack.provision import provide, superuser
from deploy.stack.service import Service
from ingest.verify_chains import verify_chains
from ingest.verify_readings import verify_readings
from store.connection import connect
from store.counts import Counts, counts
from store.migrate import migrate
from tests.faults.instruments import KITS, Gateway, Player
from tests.support.broker import start_platform_broker
from tests.support.database import Database, passwords
from tests.support.office import running_office
from tests.support.proxy import FaultProxy
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.stack.process import Child

NAME = "antoan_faults"
TAKEOVER_S = 2.0
COMMITTED_S = 0.5
"""A quarter of the gateways' patience: faults come every few seconds here."""
SETTLE_S = 60.0


@dataclass(frozen=True)
class Account:
    """What a fault ended with. All of it was compared: that there is an Account means that nothing disagreed."""

    sampled: int
    entries: int
    chains: int


class World:
    """The platform. `start`, `stop`; between them `measure`, a fault, `account`, as often as asked."""

    def __init__(self, packages: Path, folder: Path) -> None:
        self.folder = folder
        self.packages = packages
        self.postgres = Postgres(packages, folder / "postgres")
        self.database = Database(self.postgres, NAME)
        self.player = Player(folder)
        self.elsewhere = 0
        """Readings recorded that no gateway of `gateways` sampled: those of kits that a fault brought along."""
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Bring it up and enrol the kits."""
        self.postgres.start()
        self._stack.callback(self.postgres.stop)
        await provide(superuser(self.postgres), passwords(self.postgres), NAME)
        await migrate(self.database.login())
        self.broker = start_platform_broker(self.packages, self.folder)
        self._stack.callback(self.broker.process.stop)
        open_server_key(self.broker.authority)
        self.network = FaultProxy((self.broker.host, self.broker.gateways_port))
        await self.network.start()
        self._stack.push_async_callback(self.network.close)
        self.player.plug_in()
        self._stack.callback(self.player.stop)
        self.gateways = [Gateway(kit, self.folder, self.player, self.network.port) for kit in KITS]
        await self.enrol(self.gateways)
        self.workers = [self._ingest(name) for name in ("ingest1", "ingest2")]
        self._stack.callback(self._stop_children)
        for worker in self.workers:
            worker.start()
        await self.owner()

    async def stop(self) -> None:
        """End everything; nothing of it is left running."""
        await self.database.close()
        await self._stack.aclose()

    async def enrol(self, gateways: list[Gateway]) -> None:
        """Enrol kits of one agency over HTTPS."""
        more = {"authority_dir": self.broker.authority, "broker_port": self.network.port}
        async with running_office(self.database, self.folder, **more) as office:
            for gateway in gateways:
                await gateway.enrol(office)
        await self.database.close()

    async def measure(self, readings: int = 40) -> None:
        """Have every kit measure, and wait until each has sampled, and the server committed, so many more."""
        before = [gateway.accounts() for gateway in self.gateways]
        for gateway in self.gateways:
            gateway.measuring.start()
        for gateway, then in zip(self.gateways, before, strict=True):
            for count in ("sampled", "committed"):
                await gateway.reached(count, then.get(count, 0) + readings)

    async def sampled_more(self, readings: int) -> None:
        """Wait until every kit has sampled so many more, whatever becomes of them."""
        before = [gateway.accounts().get("sampled", 0) for gateway in self.gateways]
        for gateway, then in zip(self.gateways, before, strict=True):
            await gateway.reached("sampled", then + readings)

    async def owner(self) -> Service:
        """The worker that owns the partitions, by its own last word; waits while one takes over."""
        owners = await eventually(lambda: [*filter(_owns, self.workers)], SETTLE_S, "an ingest owns the partitions")
        return owners[0]

    async def account(self) -> Account:
        """Heal what is hurt, let the kits finish, and compare every count. AssertionError names what disagrees."""
        await self._heal()
        for gateway in self.gateways:
            await end(gateway.measuring)
        async with asyncio.TaskGroup() as group:
            for gateway in self.gateways:
                gateway.sending.start()
                group.create_task(gateway.sending.until(within_s=SETTLE_S))
        for gateway in self.gateways:
            await eventually(gateway.drained, SETTLE_S, f"{gateway.kit} drains")
        for gateway in self.gateways:
            await end(gateway.sending)
        sampled = sum(gateway.accounts()["sampled"] for gateway in self.gateways) + self.elsewhere
        assert [gateway.accounts().get("lost", 0) for gateway in self.gateways] == [0] * len(self.gateways)
        connection = await connect(self.database.login(), "antoan fault account")
        try:
            found = await self._at_rest(connection, sampled)
            chains, rows = await verify_chains(connection), await verify_readings(connection)
        finally:
            await connection.close()
        assert not chains.faults, chains.faults
        assert not rows.faults, rows.faults
        assert found.readings == found.rows == chains.readings == sampled, (found, chains.readings, sampled)
        assert sampled > 0
        return Account(sampled, found.entries, chains.chains)

    async def _at_rest(self, connection: asyncpg.Connection, expected: int) -> Counts:
        """The counts, once they are as expected, or do not come to it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLE_S / 2
        while True:
            found = await counts(connection)
            if found.readings == found.rows == expected or loop.time() > end:
                return found
            await asyncio.sleep(0.1)

    async def _heal(self) -> None:
        self.network.restore()
        if not self.postgres.child.running:
            self.postgres.start()
        if not self.broker.process.child.running:
            self.broker.process.start()
        for worker in self.workers:
            worker.resume()
            worker.start()
        for gateway in self.gateways:
            gateway.measuring.resume()
            if not gateway.measuring.running:
                await gateway.measuring.run()

    def _ingest(self, name: str) -> Service:
        settings = {
            "database": self.database.login("antoan_ingest").model_dump(mode="json"),
            "broker": self.broker.service_settings("ingest"),
            "server_key_file": str(self.broker.authority / "server.key"),
            "name": name,
            "takeover_s": TAKEOVER_S,
            "committed_s": COMMITTED_S,
        }
        return Service("ingest", settings, self.folder, instance=name)

    def _stop_children(self) -> None:
        children: list[Child] = [*self.workers]
        for gateway in self.gateways:
            children += [gateway.measuring, gateway.sending]
        for child in children:
            child.ask_to_end()
        for child in children:
            child.stop()


def _owns(worker: Service) -> bool:
    words = [line["event"] for line in worker.events() if line.get("event") in {"ready", "standby", "tenure_ended"}]
    return worker.running and words[-1:] == ["ready"]


async def end(service: Service) -> None:
    """Ask a gateway to end, and see that it ends well."""
    service.ask_to_end()
    status = await asyncio.to_thread(service.stop, 20.0)
    assert status == 0, f"{service.instance} ended with {status}; its log ends:\n{service.last_words()}"
