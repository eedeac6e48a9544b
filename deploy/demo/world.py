"""Everything that runs in the demonstration, started in order and ended in the opposite one.

    player → gateways → proxy (the network, which can be cut) → broker → ingest → database → alerts → inbox, api → page

Each of them but proxy and inbox is a process of its own, started as the command line starts it.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from api.enrolment.authority_files import open_server_key
from deploy.demo import kits, people, servers
from deploy.demo.backing import Backing
from deploy.demo.inbox import Inbox
from deploy.demo.story import KITS
from deploy.stack.errors import NotReadyError, StackError
from deploy.stack.ports import LOOPBACK
from deploy.stack.provision import provide
from deploy.stack.proxy import FaultProxy
from store.connection import connect
from store.counts import Counts, counts
from store.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deploy.demo.folder import DemoFolder
    from deploy.demo.options import DemoOptions
    from deploy.stack.debian import Progress
    from deploy.stack.process import Child
    from deploy.stack.service import Service

READY_S = 60.0
WATCH_S = 0.5


class World:
    """The running platform. `start` once, `stop` once; `stop` may be called at any point of a start that failed."""

    def __init__(self, options: DemoOptions, folder: DemoFolder, progress: Progress) -> None:
        self.options = options
        self.folder = folder
        self.inbox = Inbox()
        self._progress = progress
        self._ports = folder.ports()
        self._stack = contextlib.AsyncExitStack()
        self.backing = Backing(options, folder, self._ports, progress)
        way = self.backing.broker
        self.network = FaultProxy((way.host, way.gateways_port))
        self.player = kits.Player(folder, self._ports, options.speed)
        self.services: servers.Servers | None = None
        self.gateways: dict[str, Service] = {}
        self._logins: servers.Logins | None = None
        self._before: Counts | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return servers.page_url(self._ports)

    @property
    def logins(self) -> servers.Logins:
        """How each role reaches the database; once `start` has begun."""
        if self._logins is None:
            raise StackError("the demonstration has not started")
        return self._logins

    @property
    def before(self) -> Counts:
        """What an earlier demonstration left, counted before anything of this one was recorded."""
        if self._before is None:
            raise StackError("the demonstration has not started")
        return self._before

    async def start(self) -> None:
        """Bring everything up. NotReadyError, StackError or a store's error say what did not."""
        self._progress("starting database and broker", 0.0)
        self.backing.start()
        self._logins = roles = servers.logins(self.backing, self.folder)
        self._progress("preparing the database", 0.3)
        await provide(self.backing.admin, self.folder.passwords, servers.DATABASE)
        await migrate(roles.owner)
        await self._stack.enter_async_context(self.inbox.open())
        seeded = await people.seed(roles.owner, self.folder.password(), self.inbox.url)
        self._before = await self._count()
        await self.network.start()
        self._stack.push_async_callback(self.network.close)
        open_server_key(self.backing.broker.authority)
        self._progress("starting the services", 0.5)
        self.services = servers.servers(
            self.backing, self.folder, self._ports, roles, self.options.pace, gateways_port=self.network.port
        )
        if kits.all_enrolled(self.folder):
            self._make_gateways(measuring=True)
            await self._start_together([self.player], [*self.services.all(), *self.gateways.values()])
        else:
            await self._start_together([self.player], self.services.all())
            self._progress("enrolling the kits", 0.8)
            authority = self.backing.broker.authority
            await kits.enrol_kits(self.folder, roles.api, authority, servers.enrolment_url(self._ports), seeded.agency)
            await self.start_gateways()
        self._progress("running", 1.0)

    async def start_gateways(self, *, measuring: bool = True) -> None:
        """Start the kits; without `measuring` they only send what they still have."""
        self._make_gateways(measuring=measuring)
        await self._start_together([], self.gateways.values())

    async def stop_gateways(self) -> None:
        """End the kits: what they measured is sealed and kept."""
        await stop_together(self.gateways.values())

    async def watch(self, seconds: float | None = None) -> None:
        """Wait so long, or until cancelled. NotReadyError as soon as a process has ended that should not have."""
        loop = asyncio.get_running_loop()
        end = None if seconds is None else loop.time() + seconds
        while end is None or loop.time() < end:
            for child in self._children():
                if not child.running:
                    raise NotReadyError(f"{child.log.stem} has ended; {child.log} ends:\n{child.last_words()}")
            await asyncio.sleep(WATCH_S if end is None else min(WATCH_S, max(0.0, end - loop.time())))

    async def stop(self) -> None:
        """End everything in order; nothing of it is left running."""
        await self.stop_gateways()
        await stop_together([self.player, *(self.services.all() if self.services else ())])
        await self._stack.aclose()
        self.backing.stop()

    def _children(self) -> list[Child]:
        services = self.services.all() if self.services else ()
        return [*self.backing.children(), self.player, *services, *self.gateways.values()]

    def _make_gateways(self, *, measuring: bool) -> None:
        way = (LOOPBACK, self.network.port)
        for kit in KITS:
            self.gateways[kit.gateway] = kits.gateway(
                self.folder, self.player, kit, way, self.options.pace, measuring=measuring
            )

    async def _count(self) -> Counts:
        connection = await connect(self.logins.owner, "antoan demo counts")
        try:
            return await counts(connection)
        finally:
            await connection.close()

    async def _start_together(self, players: Iterable[kits.Player], services: Iterable[Service]) -> None:
        waiting = [*services]
        for child in (*players, *waiting):
            child.start()
        async with asyncio.TaskGroup() as group:
            for service in waiting:
                group.create_task(service.until(within_s=READY_S))
            for player in players:
                group.create_task(_until_plugged_in(player))


async def stop_together(children: Iterable[Child]) -> None:
    """Ask all to end, then wait for each."""
    running = [child for child in children if child.running]
    for child in running:
        child.ask_to_end()
    for child in running:
        await asyncio.to_thread(child.stop)


async def _until_plugged_in(player: kits.Player) -> None:
    async def plugged_in() -> None:
        while not player.ready():
            if not player.running:
                raise NotReadyError(f"the player ended; {player.log} ends:\n{player.last_words()}")
            await asyncio.sleep(0.02)

    try:
        async with asyncio.timeout(READY_S):
            await plugged_in()
    except TimeoutError as error:
        raise NotReadyError(f"the player is not ready; {player.log} ends:\n{player.last_words()}") from error
