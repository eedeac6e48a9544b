"""A real mosquitto with TLS, a gateway and a server on it; what the gateway's socket really sent and received.

The kernel counts (TCP_INFO): bytes of payload, which hold TLS and MQTT, and segments; a segment costs 20 bytes of IPv4
and 20 of TCP with 12 of time-stamps. Connection and handshake are left out: they are paid once.
"""

from __future__ import annotations

import datetime
import socket
import ssl
import struct
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from deploy.stack.debian import SERVER, ensure
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENT_BYTES: Final = 20 + 20 + 12
_CONFIG: Final = """\
persistence false
set_tcp_nodelay true
log_dest stdout
listener {tls} 127.0.0.1
allow_anonymous true
max_topic_alias 0
certfile {folder}/cert.pem
keyfile {folder}/key.pem
listener {plain} 127.0.0.1
allow_anonymous true
"""


@dataclass(frozen=True)
class Traffic:
    """What went over a TCP connection so far, both ways."""

    payload_bytes: int
    segments: int

    @property
    def total_bytes(self) -> int:
        """Payload and the headers of every segment, acknowledgements included."""
        return self.payload_bytes + self.segments * SEGMENT_BYTES

    def since(self, before: Traffic) -> Traffic:
        """The difference."""
        return Traffic(self.payload_bytes - before.payload_bytes, self.segments - before.segments)


def traffic_of(client: mqtt.Client) -> Traffic:
    """The kernel's counters of a client's connection (struct tcp_info of linux/tcp.h)."""
    connection = client.socket()
    if connection is None:
        raise ConnectionError("the gateway's client lost its connection")
    assert isinstance(connection, ssl.SSLSocket)  # noqa: S101  (paho types it as any of its transports)
    raw = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232)
    received, segments_out, segments_in = struct.unpack_from("<QII", raw, 128)
    (sent,) = struct.unpack_from("<Q", raw, 200)
    return Traffic(sent + received, segments_out + segments_in)


@contextmanager
def gateway_and_server() -> Iterator[tuple[mqtt.Client, mqtt.Client]]:
    """(gateway over TLS, server on loopback), both connected to a fresh broker."""
    packages = ensure(SERVER)
    with tempfile.TemporaryDirectory(prefix="antoan-wire-") as name:
        Path(name).chmod(0o711)
        folder = Path(name) / "broker"
        tls, plain = free_ports(2)
        broker = Mosquitto(packages, folder, [tls, plain])
        cert, key = _certificate()
        config = _CONFIG.format(tls=tls, plain=plain, folder=folder)
        broker.configure({"mosquitto.conf": config.encode(), "cert.pem": cert, "key.pem": key})
        broker.start()
        context = ssl.create_default_context(cadata=cert.decode())
        gateway, server = _connect(tls, "gateway", context), _connect(plain, "server", None)
        try:
            yield gateway, server
        finally:
            for client in (gateway, server):
                client.disconnect()
                client.loop_stop()
            broker.stop()


def _connect(port: int, client_id: str, context: ssl.SSLContext | None) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    if context:
        client.tls_set_context(context)
    client.connect("localhost", port, keepalive=600)
    client.loop_start()
    if not connected.wait(10):
        raise ConnectionError(f"{client_id} could not connect to the broker")
    return client


def _certificate() -> tuple[bytes, bytes]:
    """A self-signed certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem), private
