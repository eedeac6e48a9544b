"""Runs one service: settings from its file, JSON logs, a clean end on SIGTERM and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, TypeVar

from deploy.logs import configure_logs
from deploy.services import SERVICES
from telemetry.strict import SettingsError, StrictModel, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

Settings = TypeVar("Settings", bound=StrictModel)
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def read_settings(config: Path, model: type[Settings]) -> Settings:
    """Read and validate a settings file. Raises SettingsError that names the file, the key and the remedy."""
    try:
        text = config.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{config}: {error.strerror}; name a readable file with --config") from error
    return parse_yaml(text, model, str(config))


def run_service(name: str, config: Path) -> None:
    """Run the service `name` until it ends by itself or is told to stop by SIGTERM or SIGINT."""
    run_with(name, read_settings(config, SERVICES[name].settings_model()))


def run_with(name: str, settings: StrictModel) -> None:
    """The same with settings that are read already."""
    configure_logs(name)
    asyncio.run(until_told(SERVICES[name].runner()(settings)))


async def until_told(service: Awaitable[None]) -> None:
    """Cancel at the first signal; those that follow change nothing, neither while the service ends nor while Python does."""
    task = asyncio.ensure_future(service)
    loop = asyncio.get_running_loop()

    def end() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        task.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, end)
    with contextlib.suppress(asyncio.CancelledError):
        await task
