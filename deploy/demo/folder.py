"""Where the demonstration keeps what it needs next time, and that only one of it runs at a time."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.stack.errors import StackError
from deploy.stack.home import PRIVATE, WALKABLE, home, run_as
from deploy.stack.ports import free_ports, listens

if TYPE_CHECKING:
    from collections.abc import Iterator

DEMO = "demo"
PREFERRED_PAGE_PORT = 8080
"""Of the demonstration that a person starts: easy to remember."""


@dataclass(frozen=True)
class Ports:
    """Loopback ports. They stay the same from one start to the next, as long as they are free."""

    page: int
    enrolment: int
    gateways: int
    services: int
    detectors: tuple[int, int]


class DemoFolder:
    """`<home>/demo`: postgres/, broker/, authority/, passwords/, kits/, services/, ports.json, login.json."""

    def __init__(self, name: str = DEMO) -> None:
        self.path = home() / name
        self.postgres = self.path / "postgres"
        self.broker = self.path / "broker"
        self.authority = self.path / "authority"
        self.passwords = self.path / "passwords"
        self.kits = self.path / "kits"
        self.services = self.path / "services"

    @contextmanager
    def held(self, *, fresh: bool) -> Iterator[None]:
        """Hold the folder alone; with `fresh`, drop what was kept. StackError while another demonstration runs."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / f"{self.path.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StackError(f"a demonstration already runs in {self.path}; end it first (Ctrl-C there)") from error
            if fresh:
                shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(exist_ok=True)
            self.path.chmod(WALKABLE if run_as() else PRIVATE)
            for folder in (self.kits, self.services):
                folder.mkdir(mode=PRIVATE, exist_ok=True)
            yield

    def ports(self) -> Ports:
        """The ports of last time, or new ones where one of them is taken."""
        file = self.path / "ports.json"
        if file.exists():
            kept = json.loads(file.read_text())
            numbers = [*kept.values()]
            if not any(listens(port) for port in numbers):
                return _ports(numbers)
        numbers = free_ports(6)
        if self.path.name == DEMO and not listens(PREFERRED_PAGE_PORT):
            numbers[0] = PREFERRED_PAGE_PORT
        names = ("page", "enrolment", "gateways", "services", "detector_co", "detector_o2")
        file.write_text(json.dumps(dict(zip(names, numbers, strict=True))))
        return _ports(numbers)

    def password(self) -> str:
        """The password of every person of the demonstration, made once."""
        file = self.path / "login.json"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
                json.dump({"password": secrets.token_urlsafe(9)}, stream)
        return str(json.loads(file.read_text())["password"])

    def kit(self, gateway: str) -> Path:
        """The state folder of a kit."""
        return self.kits / gateway


def _ports(numbers: list[int]) -> Ports:
    page, enrolment, gateways, services, co, o2 = numbers
    return Ports(page, enrolment, gateways, services, (co, o2))
