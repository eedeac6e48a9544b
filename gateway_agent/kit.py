"""Everything of one running gateway, tied together: what the samplers report, what the uplink is told, and the tasks."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import structlog

from gateway_agent.accounts import Accounts, write_state
from gateway_agent.alarms import EdgeAlarms
from gateway_agent.care import Care
from gateway_agent.channels import ChannelTable
from gateway_agent.clock_state import ClockState
from gateway_agent.collector import Collector
from gateway_agent.configuring import Configuring, Force
from gateway_agent.control import SOCKET, listen
from gateway_agent.enrol_files import CERTIFICATE
from gateway_agent.enrol_renew import keep_certificate
from gateway_agent.journal import Journal
from gateway_agent.memory import settle
from gateway_agent.notes import Notes
from gateway_agent.opening import pending_recorder
from gateway_agent.outputs import build_output
from gateway_agent.power import LOOK_S, Supply
from gateway_agent.registry import Registry
from gateway_agent.sampler import Sampler
from gateway_agent.sealing import Sealing
from gateway_agent.shown import instrument_shown, kit_shown
from gateway_agent.siren import Siren, faults_of
from gateway_agent.spool.rows import EpochState
from gateway_agent.status import VERSION, state_json, status
from gateway_agent.uplink.host import SpoolHost
from gateway_agent.uplink.mqtt import Target
from gateway_agent.uplink.service import Uplink
from gateway_agent.watchdog import give_signs
from gateway_agent.waveforms import with_waveforms
from telemetry import topics
from telemetry.events import ClockChange, Note, PowerOn
from telemetry.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

    from gateway_agent.batch import Reading
    from gateway_agent.clock import GatewayClock
    from gateway_agent.clock_state import ClockChange as Change
    from gateway_agent.drivers.base import Driver
    from gateway_agent.enrol import Identity
    from gateway_agent.opening import State
    from gateway_agent.outputs import Output
    from gateway_agent.recorder import Recorder
    from gateway_agent.sealing import OnSpool
    from gateway_agent.settings import GatewaySettings
    from telemetry.events import EventBody

log = structlog.get_logger()

CLOCK_S = 1.0
STATE_S = 1.0


class Kit:
    """One running gateway. Call `start` once, then run its `tasks`."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        identity: Identity,
        clock: GatewayClock,
        drivers: Sequence[Driver],
        state: State,
        on_spool: OnSpool,
        own: GatewaySettings | None = None,
        force: Force | None = None,
    ) -> None:
        """`own`: the kit's own file, where a wanted configuration is in force; `force`: that configuration."""
        spool = state.spool
        counters = spool.counters()
        self._settings = settings
        self._identity = identity
        self._clock = clock
        self._clock_state = ClockState()
        self._state = state
        self._on_spool = on_spool
        self._drivers = drivers
        self._accounts = Accounts.load(counters)
        self._registry = Registry(ChannelTable(spool.channels()))
        self._journal = Journal(settings.volatile_dir / "unsealed.journal", self._accounts.sealed_number)
        self._alarms = EdgeAlarms(settings.alarms, settings.gateway)
        if (saved := spool.alarm_state()) is not None:
            self._alarms.load(saved)
        self._siren = Siren(settings.output, settings.state_dir, self.happened) if settings.output.lines else None
        self._output: Output = with_waveforms(build_output(settings.output, self._siren), drivers)
        self._collector = self._make_collector(counters.get("lived_us", 0))
        self._sealing = self._make_sealing()
        self._host = self._make_host()
        self._uplink = self._make_uplink(identity)
        self._samplers: list[Sampler] = []
        self.care = self._make_care()
        self._control: asyncio.Server | None = None
        self._notes = Notes(settings.state_dir, self.happened)
        self._supply = Supply()
        self._retries: set[asyncio.Task[None]] = set()
        self.configuring = self._make_configuring(own or settings, force or Force(settings))
        self._host.on_desired = self.configuring.arrived
        self._sealing.held = self.configuring.force.hold

    @property
    def epoch(self) -> int:
        """The epoch that is sealed in."""
        return self._sealing.recorder.epoch

    def tasks(self) -> Iterator[Coroutine[None, None, None]]:
        """What runs as long as the gateway does."""
        yield self._sealing.run()
        yield self._sealing.trim_forever()
        yield self._watch_clock()
        yield self._write_state_forever()
        yield self._watch_supply()
        yield settle()
        yield self.configuring.run()
        yield give_signs(lambda: self._on_spool(time.monotonic))
        if self._siren is not None:
            yield self._siren.run()
        yield self._uplink.run()
        if (self._identity.state_dir / CERTIFICATE).exists():  # a broker without TLS has none to keep
            yield keep_certificate(self._identity, self._uplink.failing)
        for sampler in self._samplers:
            yield sampler.run()

    async def close(self) -> None:
        """Seal what is measured, put the outputs down. Samplers and uplink have ended."""
        if self._control is not None:
            self._control.close()
            (self._settings.volatile_dir / SOCKET).unlink(missing_ok=True)
        await self._output.close()
        self._collector.cut()
        await self._sealing.flush()
        self._write_state()
        self._journal.close()

    # -- what samplers report ---------------------------------------------------------------------------------------

    def ids(self, driver: Driver) -> Mapping[str, int]:
        """Channel ids by name, as they are now."""
        return self._registry.ids(driver)

    def take(self, readings: Sequence[Reading]) -> None:
        """Readings, as a driver has handed them over."""
        self._collector.take(self.care.mark(readings))

    def happened(self, body: EventBody, t_us: int | None = None) -> None:
        """An event."""
        self._collector.happened(body, t_us)

    def identified(self, driver: Driver) -> None:
        """An instrument has said who it is: its channels may be others now."""
        if self._registry.enter(driver):
            self._collector.channels_changed()

    def orders(self) -> Mapping[str, Callable[..., Any]]:
        """What a person at the kit may ask for."""
        care, siren = self.care, self._siren
        sounding = {"test": siren.test, "mute": siren.mute, "acknowledge": siren.acknowledge} if siren else {}
        return {
            **sounding,
            "confirm": self.configuring.confirm,
            "begin_check": care.begin_check,
            "hold": care.hold,
            "end_check": care.end_check,
            "begin_measurement": care.begin_measurement,
            "end_measurement": care.end_measurement,
            "retry": self._retry,
            "note": self._notes.note,
            "place": self._notes.place,
            "photo": self._notes.photo,
            "shown": self._shown,
            "state": lambda: {**care.state(), "faults": list(self._faults())},
        }

    # -- what people and the server are told ------------------------------------------------------------------------

    def status(self) -> Status:
        """The gateway as it is now."""
        return status(
            gateway=self._settings.gateway,
            epoch=self.epoch,
            boot=self._clock.boot_id,
            t_us=self._clock.boot_us(),
            clock=self._clock_state.clock,
            sealed_seq=self._sealing.recorder.tip,
            committed_seq=self._sealing.acknowledged[self.epoch].seq,
            spool_bytes=self._sealing.spool_bytes,
            fork=self._sealing.recorder.pending,
            configuration=self.configuring.force.number,
            faults=list(self._faults()),
            latest=self._collector.latest,
        )

    def _faults(self) -> Iterator[str]:
        yield from self._state.faults
        yield from faults_of(self._siren)
        if self._supply.fault:
            yield self._supply.fault
        yield from self.configuring.faults()
        if self._sealing.spool_fails:
            yield self._sealing.spool_fails
        for sampler in self._samplers:
            if sampler.answering is False:
                yield f"{sampler.name}: {sampler.cause}"

    # -- tasks ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take over what was left unsealed, look at the clock, describe the channels. Raises UnitMismatch."""
        for driver in self._drivers:
            self._registry.enter(driver)
        change = self._clock_state.look(self._clock.look())
        self._collector.start(self._clock_state.clock)
        previous = self._state.last_boot
        cause = "cold" if not previous else "restart" if previous == self._clock.boot_id else "reboot"
        self.happened(PowerOn(cause=cause, version=VERSION, previous_boot=previous))
        if change is not None:
            self.happened(_clock_event(change), change.t_us)
        self._collector.cut()
        await self._sealing.start()
        rows = await self._on_spool(self._state.spool.epochs)
        for row in rows:
            if row.state is not EpochState.PENDING:
                self._uplink.add_chain(row, await self._on_spool(self._state.spool.holes, row))
        spool = self._state.spool
        waiting = [
            await self._on_spool(spool.readings_between, row.epoch, row.acknowledged.seq, row.tip) for row in rows
        ]
        self._accounts.committed = self._accounts.sealed - self._accounts.trimmed_lost - sum(waiting)
        self._sealing.offline = lambda: not self._uplink.online
        self._sealing.on_sealed = self._uplink.sealed
        self._sealing.on_trimmed = self._uplink.trimmed
        self._sealing.on_notices = self._alarm_waits
        self._samplers = [Sampler(driver, self._clock, self) for driver in self._drivers]
        self._control = await listen(self._settings.volatile_dir / SOCKET, self.orders())

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_S)
            before = self._clock_state.clock
            change = self._clock_state.look(self._clock.look())
            if self._clock_state.clock != before:
                self._collector.clock_changed(self._clock_state.clock)
            if change is not None:
                log.info("clock", step=change.step, source=change.after.source.name)
                self.happened(_clock_event(change), change.t_us)

    async def _watch_supply(self) -> None:
        while True:
            if (mark := self._supply.look()) is not None:
                log.warning("supply", seen=mark)
                self.happened(Note(mark=mark))
            await asyncio.sleep(LOOK_S)

    async def _write_state_forever(self) -> None:
        while True:
            self._write_state()
            await asyncio.sleep(STATE_S)

    def _write_state(self) -> None:
        said = state_json(self.status(), self._accounts, online=self._uplink.online)
        try:
            write_state(self._settings.volatile_dir / "state.json", said)
        except OSError as error:
            log.warning("state_not_written", error=str(error))

    def _retry(self, instrument: str) -> dict[str, Any]:
        """Open the line of an instrument anew, now: somebody has just plugged it in."""
        for sampler in self._samplers:
            if sampler.name == instrument:
                task = asyncio.get_running_loop().create_task(sampler.driver.close())
                self._retries.add(task)
                task.add_done_callback(self._retries.discard)
        return {"instrument": instrument}

    def _shown(self) -> dict[str, Any]:
        """Everything that the kit's own page shows."""
        care, now_us, said = self.care.state(), self._clock.boot_us(), self.status()
        checked = {one["name"]: one for one in care["instruments"]}
        models, latest = self._registry.models(), self._collector.latest
        opened = self.care.checks.memory.open
        return {
            "kit": kit_shown(said, site=self._settings.site, online=self._uplink.online),
            "measurement": None
            if opened is None
            else {"name": opened.name, "use": opened.use, "for_s": self.care.measured_s()},
            "instruments": [
                {**checked[sampler.name], **instrument_shown(sampler, self.ids(sampler.driver), models, latest, now_us)}
                for sampler in self._samplers
            ],
            "placements": self._notes.placements(),
            "siren": None if self._siren is None else self._siren.state(),
        }

    def _utc_us(self) -> int | None:
        """UTC now; None while nobody vouches for it."""
        offset_us = self._clock_state.clock.utc_offset_us
        return None if offset_us is None else self._clock.boot_us() + offset_us

    async def _forked(self, epoch: int) -> None:
        """The server has another chain under our name: free nothing, seal under a new key, tell."""
        log.error("fork", epoch=epoch)
        spool = self._state.spool
        if epoch != self.epoch:
            await self._on_spool(spool.mark_fork, epoch)
            return
        self._state.faults.append("waits for a person to enrol it again: fork")

        def pending() -> Recorder:
            spool.mark_fork(epoch)
            return pending_recorder(spool, self._settings.state_dir, self._settings.gateway)

        await self._sealing.switch(pending)
        self._sealing.fork_event(epoch)

    def _alarm_waits(self) -> None:
        """A notice is in the spool: send it now."""
        self._host.notices_wait = True
        self._uplink.hurry()

    # -- the parts, each told what it needs of the others -------------------------------------------------------------

    def _make_collector(self, lived_before_us: int) -> Collector:
        return Collector(
            clock=self._clock,
            journal=self._journal,
            accounts=self._accounts,
            registry=self._registry,
            alarms=self._alarms,
            output=self._output,
            lived_before_us=lived_before_us,
        )

    def _make_sealing(self) -> Sealing:
        return Sealing(
            settings=self._settings,
            collector=self._collector,
            accounts=self._accounts,
            spool=self._state.spool,
            recorder=self._state.recorder,
            on_spool=self._on_spool,
        )

    def _make_host(self) -> SpoolHost:
        return SpoolHost(
            spool=self._state.spool,
            sealing=self._sealing,
            collector=self._collector,
            accounts=self._accounts,
            on_spool=self._on_spool,
            status=lambda: self.status().encode(),
            on_fork=self._forked,
        )

    def _make_care(self) -> Care:
        return Care(
            folder=self._settings.state_dir,
            clock=self._clock,
            clock_state=lambda: self._clock_state.clock,
            drivers=self._drivers,
            ids=self._registry.ids,
            happened=self.happened,
        )

    def _make_configuring(self, own: GatewaySettings, force: Force) -> Configuring:
        return Configuring(
            own=own,
            force=force,
            key=self._identity.server_key,
            happened=self.happened,
            answering=lambda: [sampler.name for sampler in self._samplers if sampler.answering],
            utc_us=self._utc_us,
        )

    def _make_uplink(self, identity: Identity) -> Uplink:
        settings = self._settings
        farewell = Status(gateway=settings.gateway, epoch=identity.epoch, online=False)
        target = Target(
            host=settings.broker.host or identity.broker_host,
            port=settings.broker.port or identity.broker_port,
            client_id=settings.gateway,
            keepalive_s=settings.broker.keepalive_s,
            tls=identity.tls_context,
            will_topic=topics.topic(settings.gateway, topics.Leaf.STATUS),
            will=farewell.encode(),
        )
        return Uplink(
            gateway=settings.gateway,
            settings=settings.uplink,
            target=target,
            server_key=identity.server_key,
            host=self._host,
        )


def _clock_event(change: Change) -> ClockChange:
    """The event of a mapping that became known, was lost, or was stepped."""
    before, after = change.before.utc_offset_us, change.after.utc_offset_us
    return ClockChange(
        source=int(change.after.source),
        utc_offset_us=after,
        bound_us=change.after.bound_us,
        step_us=after - before if change.step and after is not None and before is not None else None,
    )
