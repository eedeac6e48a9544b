"""The server's services with the demonstration's settings, each started as the command line starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy.stack.ports import LOOPBACK
from deploy.stack.provision import login
from deploy.stack.service import Service
from store.bootstrap import ALERTS, API, INGEST, OWNER

if TYPE_CHECKING:
    from deploy.demo.backing import Backing
    from deploy.demo.folder import DemoFolder, Ports
    from deploy.demo.options import Pace
    from store.connection import DatabaseSettings

DATABASE = "antoan_demo"
COMMITTED_S = 1.0
"""Readings may come sixty times as fast as life, and the tour counts what is confirmed."""


@dataclass(frozen=True)
class Servers:
    """The three services, not started yet."""

    ingest: Service
    alerts: Service
    api: Service

    def all(self) -> tuple[Service, ...]:
        """In the order in which they are started."""
        return (self.api, self.ingest, self.alerts)


@dataclass(frozen=True)
class Logins:
    """How each role reaches the demonstration's database."""

    owner: DatabaseSettings
    ingest: DatabaseSettings
    alerts: DatabaseSettings
    api: DatabaseSettings


def logins(backing: Backing, folder: DemoFolder) -> Logins:
    """The roles' logins."""
    owner, ingest, alerts, api = (
        login(backing.admin, folder.passwords, role, DATABASE) for role in (OWNER, INGEST, ALERTS, API)
    )
    return Logins(owner, ingest, alerts, api)


def page_url(ports: Ports) -> str:
    """Where the page is."""
    return f"http://{LOOPBACK}:{ports.page}"


def enrolment_url(ports: Ports) -> str:
    """Where gateways enrol."""
    return f"https://{LOOPBACK}:{ports.enrolment}"


def ingest(backing: Backing, folder: DemoFolder, roles: Logins, pace: Pace, name: str = "ingest") -> Service:
    """An ingest. A second one of another name is a standby."""
    settings = {
        "name": name,
        "database": roles.ingest.model_dump(mode="json"),
        "broker": backing.broker.service("ingest"),
        "server_key_file": str(backing.broker.authority / "server.key"),
        "takeover_s": pace.takeover_s,
        "committed_s": COMMITTED_S,
    }
    return Service("ingest", settings, folder.services, instance=name)


def servers(
    backing: Backing, folder: DemoFolder, ports: Ports, roles: Logins, pace: Pace, *, gateways_port: int
) -> Servers:
    """The services. `gateways_port` is where gateways find the broker: the proxy before it."""
    way = backing.broker

    def service(name: str, settings: dict[str, Any]) -> Service:
        return Service(name, settings, folder.services)

    return Servers(
        ingest=ingest(backing, folder, roles, pace),
        alerts=service(
            "alerts",
            {
                "database": roles.alerts.model_dump(mode="json"),
                "broker": way.service("alerts"),
                "page_url": page_url(ports),
                "webhook": {"allow_loopback_http": True},
            },
        ),
        api=service(
            "api",
            {
                "port": ports.page,
                "database": roles.api.model_dump(mode="json"),
                "enrolment": {
                    "host": LOOPBACK,
                    "port": ports.enrolment,
                    "url": enrolment_url(ports),
                    "authority_dir": str(way.authority),
                    "crl_file": str(way.revoked),
                    "broker_host": way.host,
                    "broker_port": gateways_port,
                },
            },
        ),
    )
