"""Everything a broker of ours reads, as bytes by name: configuration, ACLs, passwords, its certificate, the CA and what is revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.enrolment.authority import revocation_list
from api.enrolment.authority_files import ensure_server, open_authority
from api.enrolment.private_files import write_file
from deploy.stack.broker_config import PASSWORD_FILE, SERVICE_RIGHTS, password_lines, render
from deploy.stack.broker_settings import BrokerSettings, GatewayListener, ServiceListener
from deploy.stack.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CA, CERTIFICATE, KEY, REVOKED = "ca.pem", "broker.pem", "broker.key", "revoked.pem"
NAMES = (LOOPBACK, "localhost")


@dataclass(frozen=True)
class BrokerPlace:
    """Where a broker listens and where it finds its files. `folder` is the path as the broker sees it."""

    folder: Path
    gateways_port: int
    services_port: int

    def settings(self) -> BrokerSettings:
        """As the settings that its configuration is rendered from; both listeners on loopback."""
        return BrokerSettings(
            folder=self.folder,
            gateways=GatewayListener(
                host=LOOPBACK,
                port=self.gateways_port,
                ca_file=self.folder / CA,
                cert_file=self.folder / CERTIFICATE,
                key_file=self.folder / KEY,
                crl_file=self.folder / REVOKED,
            ),
            services=ServiceListener(port=self.services_port),
        )


def service_passwords(folder: Path) -> dict[str, Path]:
    """A password file for each service that logs in to the broker, made on first use: 0600 in `folder`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {}
    for service in SERVICE_RIGHTS:
        file = folder / f"broker-{service}.password"
        if not file.exists():
            file.touch(0o600)
            file.write_text(secrets.token_urlsafe(24))
        files[service] = file
    return files


def broker_files(place: BrokerPlace, authority_folder: Path, passwords: dict[str, Path]) -> dict[str, bytes]:
    """The files of a broker at `place`, its certificate issued by the CA of `authority_folder` (made on first use)."""
    authority = open_authority(authority_folder)
    server = ensure_server(authority_folder, "broker", NAMES)
    words = {service: file.read_text().strip() for service, file in passwords.items()}
    texts = {**render(place.settings()), PASSWORD_FILE: password_lines(words)}
    return {
        **{name: text.encode() for name, text in texts.items()},
        CA: (authority_folder / "root.pem").read_bytes(),
        CERTIFICATE: server.cert_file.read_bytes(),
        KEY: server.key_file.read_bytes(),
        REVOKED: revocation_list(authority, (), datetime.now(UTC)),
    }


def install_broker(
    settings: BrokerSettings, authority_folder: Path, password_folder: Path, names: Sequence[str]
) -> None:
    """Write all files of a server's broker where its settings say, each 0600 and whole or not at all.

    The revocation list is left as it is when there is one. Raises AuthorityError, OSError.
    """
    authority, files = open_authority(authority_folder), ensure_server(authority_folder, "broker", names)
    words = {service: file.read_text().strip() for service, file in service_passwords(password_folder).items()}
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in {**render(settings), PASSWORD_FILE: password_lines(words)}.items():
        write_file(settings.folder / name, text.encode())
    listener = settings.gateways
    write_file(listener.ca_file, authority.pem, 0o644)
    write_file(listener.cert_file, files.cert_file.read_bytes(), 0o644)
    write_file(listener.key_file, files.key_file.read_bytes())
    if not listener.crl_file.exists():
        write_file(listener.crl_file, revocation_list(authority, (), datetime.now(UTC)), 0o644)
