"""The database and the broker of the demonstration: our own, unpacked from Debian's packages, or given ones."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from deploy.stack import compose
from deploy.stack.broker_files import REVOKED, BrokerPlace, broker_files, service_passwords
from deploy.stack.debian import SERVER, ensure
from deploy.stack.errors import StackError
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import LOOPBACK
from deploy.stack.postgres import Postgres
from deploy.stack.provision import superuser
from store.connection import DatabaseSettings

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.demo.folder import DemoFolder, Ports
    from deploy.demo.options import DemoOptions
    from deploy.stack.debian import Progress
    from deploy.stack.process import Child

POSTGRES_SETTINGS = {"shared_buffers": "128MB", "max_wal_size": "512MB"}


@dataclass(frozen=True)
class BrokerWay:
    """How gateways and services reach the broker, and with what."""

    host: str
    gateways_port: int
    services_port: int
    authority: Path
    passwords: dict[str, Path]
    revoked: Path

    def service(self, name: str) -> dict[str, str | int]:
        """The `broker` settings of a service."""
        return {
            "host": self.host,
            "port": self.services_port,
            "username": name,
            "password_file": str(self.passwords[name]),
        }


class Backing:
    """Starts what is ours and leaves what is given alone. `postgres` and `mosquitto` are None where given."""

    def __init__(self, options: DemoOptions, folder: DemoFolder, ports: Ports, progress: Progress) -> None:
        ours = options.database is None or options.broker is None
        packages = ensure(SERVER, progress) if ours else None
        self.postgres: Postgres | None = None
        self.mosquitto: Mosquitto | None = None
        if options.database is None and packages is not None:
            self.postgres = Postgres(packages, folder.postgres, settings=POSTGRES_SETTINGS)
        self._url = options.database
        self._folder = folder
        if options.broker is None and packages is not None:
            self.mosquitto = Mosquitto(packages, folder.broker, [ports.gateways, ports.services])
            passwords = service_passwords(folder.passwords)
            self.broker = BrokerWay(
                LOOPBACK, ports.gateways, ports.services, folder.authority, passwords, folder.broker / REVOKED
            )
        else:
            self.broker = _given_broker(options.broker or "")

    @property
    def admin(self) -> DatabaseSettings:
        """How the superuser reaches the server; valid once it has started."""
        if self.postgres is not None:
            return superuser(self.postgres)
        return given_database(self._url or "", self._folder.path)

    @property
    def broker_version(self) -> str:
        """What the broker is."""
        return self.mosquitto.version() if self.mosquitto is not None else "given"

    def children(self) -> list[Child]:
        """The processes that are ours."""
        return [server.child for server in (self.postgres, self.mosquitto) if server is not None]

    def start(self) -> None:
        """Start what is ours and wait until it answers."""
        if self.postgres is not None:
            self.postgres.start()
        if self.mosquitto is not None:
            way = self.broker
            place = BrokerPlace(self.mosquitto.folder, way.gateways_port, way.services_port)
            self.mosquitto.configure(broker_files(place, way.authority, way.passwords))
            self.mosquitto.start()

    def stop(self) -> None:
        """Stop what is ours: the broker first, then the database."""
        if self.mosquitto is not None:
            self.mosquitto.stop()
        if self.postgres is not None:
            self.postgres.stop()


def given_database(url: str, folder: Path) -> DatabaseSettings:
    """A URL as settings. Its password goes to a file in `folder`; without one, that of deploy.stack.compose is taken."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname:
        raise StackError(f"--database: {url!r} is no URL of a database; its form is {compose.DATABASE_URL}")
    password_file: Path | None = compose.default_folder() / "database.password"
    if parts.password is not None:
        password_file = folder / "database.password"
        password_file.touch(0o600)
        password_file.write_text(unquote(parts.password))
    elif password_file is not None and not password_file.exists():
        password_file = None
    return DatabaseSettings(
        host=parts.hostname,
        port=parts.port or 5432,
        name=parts.path.strip("/") or "postgres",
        user=unquote(parts.username or "postgres"),
        password_file=password_file,
    )


def _given_broker(url: str) -> BrokerWay:
    parts = urlsplit(url)
    if parts.scheme != "mqtts" or not parts.hostname:
        raise StackError(f"--broker: {url!r} is no URL of a broker's TLS listener; its form is {compose.BROKER_URL}")
    if not _is_loopback(parts.hostname):
        raise StackError(
            f"--broker: {parts.hostname} is not this machine; the demonstration's certificates are for loopback"
        )
    folder = compose.default_folder()
    if not (folder / "broker").is_dir():
        raise StackError(f"--broker: {folder} is missing; run `python -m deploy.stack.compose` first")
    services = int(parse_qs(parts.query).get("services", [str(compose.SERVICES_PORT)])[0])
    return BrokerWay(
        parts.hostname,
        parts.port or compose.GATEWAYS_PORT,
        services,
        folder / "authority",
        service_passwords(folder),
        folder / "broker" / REVOKED,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
