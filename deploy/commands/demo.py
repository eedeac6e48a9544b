"""`antoan demo`: the whole platform here, in one command."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from deploy.commands.spoken import spoken

Switch = Parameter(negative="")


def demo(
    *,
    fresh: Annotated[bool, Switch] = False,
    speed: float = 1.0,
    tour: Annotated[bool, Switch] = False,
    headless: Annotated[bool, Switch] = False,
    seconds: float = 30.0,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
    database: str | None = None,
    broker: str | None = None,
) -> None:
    """Run a real database, a real broker, every service and three kits, played from real recordings, on this machine.

    Needs neither Docker nor root and touches none of this machine's services. Ctrl-C ends it and leaves nothing running.

    Examples: `./antoan demo`, `./antoan demo --tour`, `./antoan demo --headless --seconds 30 --json`

    Parameters
    ----------
    fresh
        Drop what the last demonstration kept, and begin anew.
    speed
        Seconds of recording played in one second.
    tour
        Show the point in 60 seconds; then it goes on.
    headless
        Run unattended for --seconds, compare all counts, end; exit status 1 if any disagrees.
    seconds
        With --headless: how long to measure.
    json_output
        With --headless: print one JSON object, last.
    database
        URL of a TimescaleDB to use instead of our own; its user must be a superuser.
    broker
        URL of a broker to use instead of our own; deploy/compose.yaml says how it is prepared.
    """
    from deploy.demo.options import DemoOptions
    from deploy.demo.run import demo as run
    from deploy.stack.errors import StackError

    options = DemoOptions(fresh, speed, headless, seconds, json_output, tour, database, broker)
    with spoken(StackError, OSError):
        sys.exit(run(options))
