"""The ingest service: wait for ownership, work, and begin again when the database or ownership is lost."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import TYPE_CHECKING, Final

import structlog

from ingest.metrics import Metrics
from ingest.owning import owned
from ingest.worker import BACKOFF_FIRST_S, BACKOFF_MOST_S, Worker, words
from store.errors import DATABASE_ERRORS
from telemetry.pem import read_signing_key

if TYPE_CHECKING:
    from ingest.settings import IngestSettings


SWITCH_S: Final = 0.0005
"""How long a thread that computes keeps the interpreter from one that waits for it. Python's 5 ms, met at every answer of the
database, would cost a batch more than the database does."""


COLLECT: Final = (50_000, 20, 100)
"""Decoded messages are many small objects without cycles: the collector would go through all that are kept every few batches."""


async def run(settings: IngestSettings) -> None:
    """Run until cancelled. Raises OSError or KeyFileError when the server key cannot be read."""
    key = read_signing_key(await asyncio.to_thread(settings.server_key_file.read_bytes))
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECT)
    metrics = Metrics()
    log = structlog.get_logger("antoan.ingest").bind(worker=settings.name)
    stop = metrics.serve(settings.metrics_port) if settings.metrics_port is not None else None
    backoff_s = BACKOFF_FIRST_S
    try:
        while True:
            try:
                async with owned(settings, log) as connection:
                    metrics.owner.set(1)
                    backoff_s = BACKOFF_FIRST_S
                    await Worker(settings, key, connection, metrics, log).work()
            except* DATABASE_ERRORS as errors:
                log.warning("tenure_ended", error=words(errors))
            metrics.owner.set(0)
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, BACKOFF_MOST_S)
    finally:
        if stop is not None:
            stop()
