"""Prepares what `deploy/compose.yaml` needs: passwords, the CA and the broker's files. `python -m deploy.stack.compose [FOLDER]`.

The demonstration finds the same folder again, so that its kits trust this broker: `<home>/compose` unless one is named.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from deploy.stack.broker_files import BrokerPlace, broker_files, service_passwords
from deploy.stack.home import home

SEEN_IN_CONTAINER = Path("/mosquitto/config")
GATEWAYS_PORT, SERVICES_PORT = 8883, 1883
DATABASE_URL = "postgresql://postgres@127.0.0.1:5432/postgres"
BROKER_URL = f"mqtts://127.0.0.1:{GATEWAYS_PORT}"


def default_folder() -> Path:
    """Where the material lies unless a folder is named."""
    return home() / "compose"


def prepare(folder: Path) -> None:
    """Write what is missing into `folder`: `database.password`, `authority/`, `broker/`, `broker-*.password`, `.env`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = folder / "database.password"
    if not password.exists():
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(24))
    place = BrokerPlace(SEEN_IN_CONTAINER, GATEWAYS_PORT, SERVICES_PORT)
    broker = folder / "broker"
    broker.mkdir(mode=0o700, exist_ok=True)
    for name, content in broker_files(place, folder / "authority", service_passwords(folder)).items():
        file = broker / name
        file.touch(0o600)
        file.write_bytes(content)
    (folder / ".env").write_text(f"ANTOAN_COMPOSE={folder}\nANTOAN_USER={os.getuid()}:{os.getgid()}\n")


def main() -> None:
    """Prepare and say what to run next."""
    folder = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else default_folder()
    prepare(folder)
    sys.stdout.write(
        f"ready in {folder}; now:\n"
        f"  docker compose --env-file {folder / '.env'} -f deploy/compose.yaml up --detach --wait\n"
        f"  ./antoan demo --database {DATABASE_URL} --broker {BROKER_URL}\n"
    )


if __name__ == "__main__":
    main()
