"""The gateway's service: samplers, clock watch, sealing and uplink, each a task; the spool on a thread of its own.

    instrument → driver → sampler → collector ─┬→ edge alarms → output
                                               └→ recorder + spool (its thread) → uplink ⇄ broker

Ends cleanly when cancelled: what is measured is sealed, the status says offline, the spool is closed. Counters of readings are
in `state.json` (see `accounts` for what they mean).
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

import structlog

from gateway_agent.atmosphere import check_atmosphere
from gateway_agent.clock import SystemClock
from gateway_agent.configuring import Reconfigured, in_force
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.enrol import load_identity
from gateway_agent.kit import Kit
from gateway_agent.opening import open_state
from gateway_agent.spool.database import lock_folder
from telemetry.strict import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.clock import GatewayClock
    from gateway_agent.configuring import Force
    from gateway_agent.drivers.base import Driver
    from gateway_agent.enrol import Identity
    from gateway_agent.settings import GatewaySettings

log = structlog.get_logger()


async def run(settings: GatewaySettings) -> None:
    """Be the gateway until cancelled. Raises NotEnrolled, SettingsError, Misconfigured, SpoolUnavailable.

    When the configuration in force changes everything is sealed and closed, and begins anew under the other one.
    """
    clock = SystemClock(settings.clock)
    identity = load_identity(settings.state_dir)
    if identity.gateway != settings.gateway:
        raise SettingsError(f"gateway: {settings.gateway} in the settings, enrolled as {identity.gateway}")
    while True:
        force = in_force(settings, identity.server_key)
        drivers = build_drivers(force.settings.instruments, clock.boot_us)
        check_atmosphere(force.settings, drivers)
        try:
            await serve(force.settings, identity, clock, drivers, own=settings, force=force)
        except* Reconfigured:
            log.info("reconfigured")


async def serve(
    settings: GatewaySettings,
    identity: Identity,
    clock: GatewayClock,
    drivers: Sequence[Driver],
    *,
    own: GatewaySettings | None = None,
    force: Force | None = None,
) -> None:
    """The same with identity, clock and instruments given (tests bring their own), under one configuration.

    Raises an ExceptionGroup of Reconfigured when another one comes into force.
    """
    async with AsyncExitStack() as stack:
        stack.callback(os.close, lock_folder(settings.state_dir))
        thread = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="spool"))
        loop = asyncio.get_running_loop()
        state = await loop.run_in_executor(thread, open_state, settings.state_dir, identity)
        stack.push_async_callback(loop.run_in_executor, thread, state.spool.close)
        kit = Kit(
            settings=settings,
            identity=identity,
            clock=clock,
            drivers=drivers,
            state=state,
            on_spool=partial(loop.run_in_executor, thread),
            own=own,
            force=force,
        )
        stack.push_async_callback(kit.close)
        await kit.start()
        async with asyncio.TaskGroup() as tasks:
            for work in kit.tasks():
                tasks.create_task(work)
            log.info("ready", gateway=settings.gateway, epoch=kit.epoch, instruments=len(drivers))
