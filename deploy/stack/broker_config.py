"""mosquitto's configuration from typed settings: listeners, TLS, exact ACLs, bounds. Pure.

Gateways: the certificate's common name `{p}/{gateway}` becomes user name and client id, so `%u` in a pattern is
exactly one gateway's branch. Nothing is kept on the broker's disk: gateways keep what is not committed, ingest
publishes `committed` anew.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Final

from telemetry.topics import PREFIX, Leaf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.stack.broker_settings import BrokerSettings, GatewayListener, ServiceListener

CONFIG_FILE: Final = "mosquitto.conf"
GATEWAYS_ACL_FILE: Final = "gateways.acl"
SERVICES_ACL_FILE: Final = "services.acl"
PASSWORD_FILE: Final = "services.passwd"  # noqa: S105  (a file's name)

GATEWAY_WRITES: Final = (Leaf.ENTRY, Leaf.ALARM, Leaf.STATUS)
GATEWAY_READS: Final = (Leaf.COMMITTED, Leaf.DESIRED)
SERVICE_RIGHTS: Final[Mapping[str, tuple[tuple[Leaf, ...], tuple[Leaf, ...]]]] = {
    "ingest": ((Leaf.ENTRY, Leaf.ALARM, Leaf.STATUS), (Leaf.COMMITTED,)),
    "alerts": ((Leaf.ALARM, Leaf.STATUS), ()),
    "api": ((Leaf.STATUS,), (Leaf.DESIRED,)),
}
"""Each service's user name with the topics of all gateways that it reads, and those that it writes."""

_EVERY_LISTENER: Final = ("allow_anonymous false", "allow_zero_length_clientid false", "max_qos 1", "max_topic_alias 0")
"""These must stand under a listener: before the first, mosquitto 2.0 opens its default listener on port 1883 for them."""

PASSWORD_ITERATIONS: Final = 210_000
"""PBKDF2-HMAC-SHA512, OWASP's number of 2023; checked once per connection of a service."""


def render(settings: BrokerSettings) -> dict[str, str]:
    """The broker's files by name: configuration and both ACLs. Passwords are written apart: `password_lines`."""
    return {
        CONFIG_FILE: _config(settings),
        GATEWAYS_ACL_FILE: gateways_acl(),
        SERVICES_ACL_FILE: services_acl(),
    }


def gateways_acl() -> str:
    """What a gateway may do: write its own entry, alarm and status, read its own committed and desired."""
    writes = [f"pattern write {PREFIX}/%u/{leaf}" for leaf in GATEWAY_WRITES]
    reads = [f"pattern read {PREFIX}/%u/{leaf}" for leaf in GATEWAY_READS]
    return "\n".join([*writes, *reads, ""])


def services_acl() -> str:
    """What each service may do, by `SERVICE_RIGHTS`."""
    lines = []
    for user, (reads, writes) in SERVICE_RIGHTS.items():
        lines.append(f"user {user}")
        lines += [f"topic read {PREFIX}/+/+/{leaf}" for leaf in reads]
        lines += [f"topic write {PREFIX}/+/+/{leaf}" for leaf in writes]
    return "\n".join([*lines, ""])


def password_lines(passwords: Mapping[str, str], salts: Mapping[str, bytes] | None = None) -> str:
    """Mosquitto's password file (its form `$7$`): user names with salted hashes. Salts are random unless given."""
    lines = []
    for user, password in passwords.items():
        salt = salts[user] if salts else os.urandom(12)
        digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PASSWORD_ITERATIONS, 64)
        lines.append(f"{user}:$7${PASSWORD_ITERATIONS}${_base64(salt)}${_base64(digest)}\n")
    return "".join(lines)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _config(settings: BrokerSettings) -> str:
    return "\n".join([*_general(settings), "", *_gateways(settings), "", *_services(settings), ""])


def _general(settings: BrokerSettings) -> list[str]:
    limits = settings.limits
    return [
        "per_listener_settings true",
        *([f"user {settings.user}"] if settings.user else []),
        "persistence false",
        f"max_packet_size {limits.message_bytes + limits.packet_overhead_bytes}",
        f"max_inflight_messages {limits.inflight_messages}",
        f"max_queued_messages {limits.queued_messages}",
        f"max_queued_bytes {limits.queued_bytes}",
        f"max_keepalive {limits.keepalive_s}",
        "queue_qos0_messages false",
        "set_tcp_nodelay true",
        "sys_interval 0",
        "log_dest stderr",
        *(f"log_type {kind}" for kind in settings.log_types),
    ]


def _gateways(settings: BrokerSettings) -> list[str]:
    listener: GatewayListener = settings.gateways
    return [
        f"listener {listener.port}{f' {listener.host}' if listener.host else ''}",
        f"cafile {listener.ca_file}",
        f"certfile {listener.cert_file}",
        f"keyfile {listener.key_file}",
        f"crlfile {listener.crl_file}",
        f"tls_version {listener.tls_version}",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        f"acl_file {settings.folder / GATEWAYS_ACL_FILE}",
        f"max_connections {listener.max_connections}",
        *_EVERY_LISTENER,
    ]


def _services(settings: BrokerSettings) -> list[str]:
    listener: ServiceListener = settings.services
    place = f"0 {listener.socket}" if listener.socket else f"{listener.port} {listener.host}"
    return [
        f"listener {place}",
        f"password_file {settings.folder / PASSWORD_FILE}",
        f"acl_file {settings.folder / SERVICES_ACL_FILE}",
        f"max_connections {listener.max_connections}",
        *_EVERY_LISTENER,
    ]
