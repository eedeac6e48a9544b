"""What a gateway says of itself: the retained status for health pages, and `state.json` for whoever stands at the kit."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from telemetry.status import Latest, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway_agent.accounts import Accounts
    from gateway_agent.batch import Reading
    from telemetry.link import Clock

try:
    VERSION = version("antoan")
except PackageNotFoundError:  # run from its source, not installed
    VERSION = "source"

MAX_LATEST = 500
"""Latest values in a status: 500 of about 30 bytes stay well under the size of a message."""


def status(
    *,
    gateway: str,
    epoch: int,
    boot: bytes,
    t_us: int,
    clock: Clock,
    sealed_seq: int,
    committed_seq: int,
    spool_bytes: int,
    fork: bool,
    configuration: int | None = None,
    faults: Sequence[str],
    latest: Mapping[int, Reading],
) -> Status:
    """The status message of a gateway that is online."""
    return Status(
        gateway=gateway,
        epoch=epoch,
        online=True,
        version=VERSION,
        boot=boot,
        t_us=t_us,
        clock_source=int(clock.source),
        utc_offset_us=clock.utc_offset_us,
        bound_us=clock.bound_us,
        sealed_seq=sealed_seq,
        committed_seq=committed_seq,
        spool_entries=max(0, sealed_seq - committed_seq),
        spool_bytes=spool_bytes,
        fork=fork,
        configuration=configuration,
        faults=[fault[:128] for fault in faults[:32]],
        latest=[
            Latest(channel=reading.channel, t_us=reading.t_us, value=reading.value, quality=reading.quality)
            for _, reading in sorted(latest.items())[:MAX_LATEST]
        ],
    )


def state_json(said: Status, accounts: Accounts, *, online: bool) -> dict[str, Any]:
    """The content of state.json; the counters are defined in `accounts`."""
    return {
        "gateway": said.gateway,
        "epoch": said.epoch,
        "version": said.version,
        "boot": said.boot.hex(),
        "t_us": said.t_us,
        "online": online,
        "sampled": accounts.sampled,
        "sealed": accounts.sealed,
        "committed": accounts.committed,
        "lost": accounts.lost,
        "entries_sealed": (said.sealed_seq or 0) + 1,
        "entries_committed": (said.committed_seq or 0) + 1,
        "spool_bytes": said.spool_bytes,
        "fork": said.fork,
        "configuration": said.configuration,
        "faults": list(said.faults),
    }
