"""Real services for every test: one database server for the session, a fresh database and a fresh broker for each test that asks.

async def test_x(database): connection = await database.connect("antoan_ingest")
async def test_y(broker): broker.host, broker.port, broker.process.kill(), broker.process.start()
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import settings

from deploy.stack.chromium import Chromium, find_chromium
from deploy.stack.debian import SERVER, ensure
from deploy.stack.postgres import Postgres
from deploy.stack.service import Service
from tests.support.broker import Broker, PlatformBroker, start_broker, start_platform_broker
from tests.support.database import Database, Databases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

settings.register_profile(
    "antoan", parent=settings(), deadline=None
)  # time is measured in benchmarks/, never asserted here
settings.load_profile("antoan")


@pytest.fixture(scope="session")
def server_packages() -> Path:
    """PostgreSQL, TimescaleDB and mosquitto, unpacked; fetched on first use."""
    return ensure(SERVER)


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    """A folder with a short path that the services' user may walk through; gone after the session."""
    folder = Path(tempfile.mkdtemp(prefix="antoan-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def service_folder(session_folder: Path) -> Iterator[Path]:
    """The same, for one test."""
    folder = Path(tempfile.mkdtemp(dir=session_folder))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_server(server_packages: Path, session_folder: Path) -> Iterator[Postgres]:
    """One running server for the whole session; throw-away (no fsync)."""
    server = Postgres(server_packages, session_folder / "postgres", durable=False)
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def databases(database_server: Postgres) -> Databases:
    """The maker of databases, its template migrated."""
    maker = Databases(database_server)
    await maker.prepare()
    return maker


@pytest_asyncio.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    made = await databases.create()
    yield made
    await databases.drop(made)


@pytest_asyncio.fixture
async def empty_database(databases: Databases) -> AsyncIterator[Database]:
    """A fresh database with TimescaleDB and nothing else in it: for tests of the migrations."""
    made = await databases.create(empty=True)
    yield made
    await databases.drop(made)


@pytest.fixture
def make_server(server_packages: Path, service_folder: Path) -> Iterator[Callable[[], Postgres]]:
    """Starts a durable database server of the test's own, to be killed, paused, filled."""
    made: list[Postgres] = []

    def make() -> Postgres:
        server = Postgres(server_packages, service_folder / f"postgres{len(made)}")
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def broker(server_packages: Path, service_folder: Path) -> Iterator[Broker]:
    """A fresh broker without TLS."""
    made = start_broker(server_packages, service_folder / "broker")
    yield made
    made.process.stop()


@pytest.fixture
def platform_broker(server_packages: Path, service_folder: Path) -> Iterator[PlatformBroker]:
    """A fresh broker as in production: TLS and client certificates for gateways, passwords and ACLs for services."""
    made = start_platform_broker(server_packages, service_folder)
    yield made
    made.process.stop()


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """A browser to drive with playwright: `program`, `environment`, `flags`; fetched on first use."""
    return find_chromium()


@pytest.fixture
def service(service_folder: Path) -> Iterator[Callable[..., Service]]:
    """Makes child processes of AnToan's own services: `await service("ingest", settings).run()`; ended after the test."""
    made: list[Service] = []

    def make(name: str, settings: Mapping[str, Any], instance: str = "") -> Service:
        one = Service(name, settings, service_folder, instance=instance)
        made.append(one)
        return one

    yield make
    for one in reversed(made):
        one.stop()
