"""`antoan ingest|alerts|api run`: start one service of the server from its settings file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.service_runner import run_service

Config = Annotated[Path, Parameter(name="--config", help="The settings file; docs/settings.md lists every setting.")]

ingest = App(name="ingest", help="Broker to record, and what follows the record.")
alerts = App(name="alerts", help="Rules over the record; people told of alerts.")
api = App(name="api", help="The page, its API and enrolment.")


@ingest.command(name="run")
def run_ingest(*, config: Config) -> None:
    """Verify, append and acknowledge what gateways send; keep the projections behind the record.

    Example: `./antoan ingest run --config ingest.yaml`
    """
    run_service("ingest", config)


@alerts.command(name="run")
def run_alerts(*, config: Config) -> None:
    """Follow the record with the rules, keep episodes, tell people until someone acknowledges.

    Example: `./antoan alerts run --config alerts.yaml`
    """
    run_service("alerts", config)


alerts.command("deploy.commands.alerts_try:try_command", name="try")


@api.command(name="run")
def run_api(*, config: Config) -> None:
    """Serve the page, its API and live values.

    Example: `./antoan api run --config api.yaml`
    """
    run_service("api", config)
