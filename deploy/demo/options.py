"""What the demonstration was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How fast things go; fault tests press harder than a demonstration."""

    period_s: float = 1.0
    """Seconds between samples, of instruments that are asked."""
    seal_s: float = 1.0
    """Readings in one entry: short, so that the page moves every second."""
    takeover_s: float = 10.0
    """How long an ingest may be silent before a standby takes over."""
    shifted_clocks: bool = False
    """Whether each kit reads `clock-<gateway>.json` for a shift of its clock."""


@dataclass(frozen=True)
class DemoOptions:
    """The words of `./antoan demo`, as plain values."""

    fresh: bool = False
    """Drop what an earlier demonstration kept, and begin anew."""
    speed: float = 1.0
    """Seconds of recording played in one second."""
    headless: bool = False
    """Nobody watches: run for `seconds`, count, report, end."""
    seconds: float = 30.0
    json: bool = False
    """Print one JSON object, last."""
    tour: bool = False
    """Tell the story in 60 seconds, then go on."""
    database: str | None = None
    """URL of a server to use instead of our own; its user must be a superuser."""
    broker: str | None = None
    """URL of the gateways' listener of a broker that has the files of deploy.stack.compose."""
    pace: Pace = Pace()
