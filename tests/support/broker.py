"""Real mosquittos for tests: a plain one, and one as it runs in production (TLS, client certificates, passwords, ACLs)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deploy.stack.broker_files import BrokerPlace, broker_files, service_passwords
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import LOOPBACK, free_ports

CONFIG = """\
persistence true
persistence_location {storage}/
autosave_interval 1800
max_queued_messages 100000
max_inflight_messages 0
max_packet_size 1048576
log_dest stdout
log_type error
log_type warning
log_type notice
listener {port} 127.0.0.1
allow_anonymous true
listener 0 {socket}
allow_anonymous true
"""


@dataclass(frozen=True)
class Broker:
    """A running broker without TLS. `process` stops, kills, pauses, wipes and starts it again."""

    process: Mosquitto
    port: int
    socket: Path
    host: str = LOOPBACK


def start_broker(packages: Path, folder: Path) -> Broker:
    """A broker with fresh storage, accepting anyone on loopback."""
    (port,) = free_ports(1)
    process = Mosquitto(packages, folder, [port])
    socket = folder / "mqtt.sock"
    config = CONFIG.format(storage=process.storage, port=port, socket=socket)
    process.configure({process.config.name: config.encode()})
    process.start()
    return Broker(process, port, socket)


@dataclass(frozen=True)
class PlatformBroker:
    """A running broker with the platform's own configuration: gateways by certificate, services by password.

    `authority` is the CA's folder (api.enrolment.authority_files); `passwords` has the password file of each service.
    """

    process: Mosquitto
    gateways_port: int
    services_port: int
    authority: Path
    passwords: dict[str, Path]
    host: str = LOOPBACK

    @property
    def ca_file(self) -> Path:
        """The root's certificate."""
        return self.authority / "root.pem"

    def service_settings(self, service: str) -> dict[str, str | int]:
        """Host, port, user name and password file of `ingest`, `alerts` or `api`, for its settings."""
        password_file = str(self.passwords[service])
        return {"host": self.host, "port": self.services_port, "username": service, "password_file": password_file}


def start_platform_broker(packages: Path, folder: Path) -> PlatformBroker:
    """A broker with a new CA."""
    gateways_port, services_port = free_ports(2)
    process = Mosquitto(packages, folder / "broker", [gateways_port, services_port])
    passwords = service_passwords(folder / "passwords")
    place = BrokerPlace(process.folder, gateways_port, services_port)
    process.configure(broker_files(place, folder / "authority", passwords))
    process.start()
    return PlatformBroker(process, gateways_port, services_port, folder / "authority", passwords)
