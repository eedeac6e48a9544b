"""The demonstration from its first line to its last: shown until Ctrl-C, counted unattended, or told as a story."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from deploy.demo.console import Voice
from deploy.demo.folder import DemoFolder
from deploy.demo.measure import RowTimes, Traffic, report, settle
from deploy.demo.story import PEOPLE
from deploy.demo.tour import tour
from deploy.demo.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.demo.options import DemoOptions

WARM_UP_S = 3.0
"""Connections and descriptors are not counted as bytes of readings."""


def demo(options: DemoOptions) -> int:
    """Run it; the exit status: 1 when counts disagree. Raises StackError when something cannot be had or does not start."""
    voice = Voice(plain=options.headless)
    folder = DemoFolder()
    with folder.held(fresh=options.fresh):
        try:
            return asyncio.run(_run(options, folder, voice))
        finally:
            voice.still()


async def _run(options: DemoOptions, folder: DemoFolder, voice: Voice) -> int:
    with _told_to_end():
        world = World(options, folder, voice.progress)
        try:
            await world.start()
            if options.headless:
                return await _count(world, voice)
            await _show(world, voice)
        except asyncio.CancelledError:
            voice.say("ending …")
        finally:
            with _deaf():
                await world.stop()
    voice.say("ended; data are kept for next time (--fresh begins anew)")
    return 0


async def _show(world: World, voice: Voice) -> None:
    voice.welcome(world.url, [(person.login, person.title) for person in PEOPLE], world.folder.password())
    world.inbox.heard = voice.heard
    async with asyncio.TaskGroup() as group:
        group.create_task(world.watch())
        if world.options.tour:
            group.create_task(tour(world, voice))


async def _count(world: World, voice: Voice) -> int:
    options = world.options
    times = RowTimes()
    warm_up = min(WARM_UP_S, options.seconds / 3)
    async with times.watching(world):
        await world.watch(warm_up)
        before = Traffic.now(world)
        voice.progress(f"measuring for {options.seconds:g} s", 0.0)
        await world.watch(options.seconds - warm_up)
        wire = Traffic.now(world).since(before)
    voice.progress("letting the kits finish", 0.0)
    found = await report(world, await settle(world), times, wire)
    voice.report(found, as_json=options.json)
    return 0 if found["ok"] else 1


@contextlib.contextmanager
def _told_to_end() -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel the task that runs this."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: task.cancel() if task else None)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """A second Ctrl-C does not interrupt the end: it takes a few seconds and leaves nothing running."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: None)
    yield
