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
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.enrol import load_identity
from gateway_agent.kit import Kit
from gateway_agent.opening import open_state
from gateway_agent.spool.database import lock_folder
from telemetry.strict import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.clock import GatewayClock
    from gateway_agent.drivers.base import Driver
    from gateway_agent.enrol import Identity
    from gateway_agent.settings import GatewaySettings

log = structlog.get_logger()


async def run(settings: GatewaySettings) -> None:
    """Be the gateway until cancelled. Raises NotEnrolled, SettingsError, Misconfigured, SpoolUnavailable."""
    clock = SystemClock(settings.clock)
    identity = load_identity(settings.state_dir)
    if identity.gateway != settings.gateway:
        raise SettingsError(f"gateway: {settings.gateway} in the settings, enrolled as {identity.gateway}")
    drivers = build_drivers(settings.instruments, clock.boot_us)
    check_atmosphere(settings, drivers)
    await serve(settings, identity, clock, drivers)


async def serve(settings: GatewaySettings, identity: Identity, clock: GatewayClock, drivers: Sequence[Driver]) -> None:
    """The same with identity, clock and instruments given (tests bring their own)."""
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
        )
        stack.push_async_callback(kit.close)
        await kit.start()
        async with asyncio.TaskGroup() as tasks:
            for work in kit.tasks():
                tasks.create_task(work)
            log.info("ready", gateway=settings.gateway, epoch=kit.epoch, instruments=len(drivers))
