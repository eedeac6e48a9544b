"""Every line of the broker's rules against a real mosquitto: what each gateway and service may do, and nothing more."""

from __future__ import annotations

import socket
import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from api.enrolment.authority import (
    Authority,
    Revocation,
    issue_gateway,
    issue_server,
    new_authority,
    revocation_list,
)
from deploy.stack.broker_config import PASSWORD_FILE, password_lines, render
from deploy.stack.broker_settings import BrokerSettings, GatewayListener, ServiceListener
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_ports
from gateway_agent.doctor import State, broker
from telemetry.limits import MESSAGE_BYTES
from telemetry.topics import Leaf, topic
from tests.support.mqtt import Peer, Received, RefusedError
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.services

A, B = "kitaaaaa1", "kitbbbbb2"
NOW = datetime.now(UTC)
PASSWORDS = {"ingest": "một", "alerts": "hai", "api": "ba"}


@dataclass(frozen=True)
class Platform:
    """A configured broker with its CA, and certificates of two gateways beside it."""

    process: Mosquitto
    authority: Authority
    folder: Path
    port: int
    service_port: int

    def gateway(self, name: str | None, authority: Authority | None = None) -> ssl.SSLContext:
        """The TLS context of a gateway with a fresh certificate; None shows no certificate."""
        context = ssl.create_default_context(cadata=self.authority.pem.decode())
        if name is not None:
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = issue_gateway(authority or self.authority, key.public_key(), name, NOW)
            self._load(context, certificate, key)
        return context

    def context(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
        """The TLS context of who holds this certificate."""
        context = self.gateway(None)
        self._load(context, certificate, key)
        return context

    def _load(self, context: ssl.SSLContext, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        file = self.folder.parent / f"{certificate.serial_number:x}.pem"
        file.write_bytes(certificate.public_bytes(Encoding.PEM) + private(key))
        context.load_cert_chain(file)

    def connect(self, name: str, *, client_id: str = "any", will: str | None = None) -> Peer:
        return Peer.tls(self.port, self.gateway(name), client_id=client_id, will=will)

    def service(self, user: str, password: str | None = None) -> Peer:
        return Peer.plain(self.service_port, user, PASSWORDS[user] if password is None else password)


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


@pytest.fixture
def platform(server_packages: Path, service_folder: Path) -> Iterator[Platform]:
    authority, folder = new_authority("AnToan test", NOW), service_folder / "broker"
    port, service_port = free_ports(2)
    key = ec.generate_private_key(ec.SECP256R1())
    settings = BrokerSettings(
        folder=folder,
        gateways=GatewayListener(
            host="127.0.0.1",
            port=port,
            ca_file=folder / "ca.pem",
            cert_file=folder / "broker.pem",
            key_file=folder / "broker.key",
            crl_file=folder / "revoked.pem",
        ),
        services=ServiceListener(port=service_port),
    )
    files = {name: text.encode() for name, text in render(settings).items()}
    files[PASSWORD_FILE] = password_lines(PASSWORDS).encode()
    files["ca.pem"], files["broker.key"] = authority.pem, private(key)
    files["broker.pem"] = issue_server(authority, key.public_key(), ["localhost", "127.0.0.1"], NOW).public_bytes(
        Encoding.PEM
    )
    files["revoked.pem"] = revocation_list(authority, [], NOW)
    process = Mosquitto(server_packages, folder, [port, service_port])
    process.configure(files)
    process.start()
    yield Platform(process, authority, folder, port, service_port)
    process.stop()


def test_a_gateway_writes_its_own_entry_alarm_and_status_and_reads_its_own_committed_and_desired(
    platform: Platform,
) -> None:
    with platform.connect(A) as gateway, platform.service("ingest") as ingest, platform.service("api") as api:
        ingest.subscribe("antoan/1/+/+/entry", "antoan/1/+/+/alarm", "antoan/1/+/+/status")
        for leaf in (Leaf.ENTRY, Leaf.ALARM, Leaf.STATUS):
            assert gateway.publish(topic(A, leaf), leaf.encode()) == "Success"
            assert ingest.received() == Received(topic(A, leaf), leaf.encode())
        gateway.subscribe(topic(A, Leaf.COMMITTED), topic(A, Leaf.DESIRED))
        assert ingest.publish(topic(A, Leaf.COMMITTED), b"c") == "Success"
        assert gateway.received() == Received(topic(A, Leaf.COMMITTED), b"c")
        assert api.publish(topic(A, Leaf.DESIRED), b"d") == "Success"
        assert gateway.received() == Received(topic(A, Leaf.DESIRED), b"d")


def test_a_gateway_publishes_nothing_for_another_and_nothing_of_the_server(platform: Platform) -> None:
    with platform.connect(A) as gateway:
        forbidden = [topic(B, leaf) for leaf in Leaf]
        forbidden += [topic(A, Leaf.COMMITTED), topic(A, Leaf.DESIRED), "antoan/1", "$SYS/x", "elsewhere"]
        for name in forbidden:
            assert gateway.publish(name, b"forged") == "Not authorized", name


def test_a_gateway_receives_nothing_of_another_whatever_it_subscribes(platform: Platform) -> None:
    with (
        platform.connect(A) as spy,
        platform.connect(B) as other,
        platform.service("ingest") as ingest,
        platform.service("api") as api,
    ):
        spy.subscribe("#", "antoan/#", "antoan/1/+/+/entry", *(topic(B, leaf) for leaf in Leaf), "$SYS/#")
        for leaf in (Leaf.ENTRY, Leaf.ALARM, Leaf.STATUS):
            assert other.publish(topic(B, leaf), b"secret") == "Success"
        assert ingest.publish(topic(B, Leaf.COMMITTED), b"secret", retain=True) == "Success"
        assert api.publish(topic(B, Leaf.DESIRED), b"secret") == "Success"
        assert ingest.publish(topic(A, Leaf.COMMITTED), b"mine") == "Success"
        assert spy.received() == Received(topic(A, Leaf.COMMITTED), b"mine"), "the first that came is its own"


def test_nobody_takes_the_session_of_another_by_its_client_id(platform: Platform) -> None:
    with platform.connect(A) as gateway, platform.connect(B, client_id=f"7/{A}") as thief:
        assert thief.publish(topic(A, Leaf.ENTRY), b"forged") == "Not authorized"
        assert thief.publish(topic(B, Leaf.ENTRY), b"own") == "Success", "the certificate says who it is"
        assert gateway.publish(topic(A, Leaf.ENTRY), b"alive") == "Success"
        assert gateway.connections == 1


def test_a_last_will_reaches_only_the_gateways_own_status(platform: Platform) -> None:
    with platform.service("ingest") as ingest:
        ingest.subscribe("antoan/1/+/+/status")
        platform.connect(B, client_id="forger", will=topic(A, Leaf.STATUS)).break_off()
        platform.connect(A, client_id="owner", will=topic(A, Leaf.STATUS)).break_off()
        assert ingest.received() == Received(topic(A, Leaf.STATUS), b"will by owner", retain=True), (
            "the forged one never came"
        )


def test_without_a_certificate_of_our_ca_nobody_is_let_in(platform: Platform) -> None:
    for context in (platform.gateway(None), platform.gateway(A, new_authority("another CA", NOW))):
        with pytest.raises((RefusedError, OSError)):
            Peer.tls(platform.port, context)


def test_the_doctor_tells_a_broker_that_takes_the_kit_from_one_that_refuses_it(platform: Platform) -> None:
    def judged(context: ssl.SSLContext) -> tuple[State, str]:
        finding = broker("127.0.0.1", platform.port, lambda: context)
        return finding.state, finding.seen

    assert judged(platform.gateway(A)) == (State.GOOD, f"127.0.0.1:{platform.port} speaks TLSv1.3")
    for context in (platform.gateway(A, new_authority("another", NOW)), platform.gateway(None)):
        state, seen = judged(context)
        assert (state, "refuses this kit's certificate" in seen) == (State.BAD, True)
    state, seen = judged(ssl.create_default_context())
    assert (state, "certificate" in seen) == (State.BAD, True)
    platform.process.stop()
    assert judged(platform.gateway(A)) == (State.WARNING, f"127.0.0.1:{platform.port}: it refuses the connection")


def test_an_expired_certificate_is_not_let_in(platform: Platform) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    old = issue_gateway(platform.authority, key.public_key(), A, NOW - timedelta(days=90), timedelta(days=89))
    with pytest.raises((RefusedError, OSError)):
        Peer.tls(platform.port, platform.context(old, key))


def test_a_server_certificate_is_no_gateway(platform: Platform) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issue_server(platform.authority, key.public_key(), [f"7/{A}"], NOW)
    with pytest.raises((RefusedError, OSError)):
        Peer.tls(platform.port, platform.context(certificate, key))


def test_tls_older_than_1_2_is_refused(platform: Platform) -> None:
    context = platform.gateway(A)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that it is the broker who refuses
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", platform.port)) as line,
        pytest.raises(OSError, match="alert protocol version"),
    ):
        context.wrap_socket(line, server_hostname="localhost")


def test_a_message_over_the_bound_ends_the_connection_and_reaches_nobody(platform: Platform) -> None:
    with platform.service("ingest") as ingest:
        ingest.subscribe("antoan/1/+/+/entry")
        with platform.connect(A) as gateway:
            assert gateway.publish(topic(A, Leaf.ENTRY), bytes(MESSAGE_BYTES)) == "Success", "the bound itself passes"
            assert len(ingest.received().payload) == MESSAGE_BYTES
            with pytest.raises(RefusedError):
                gateway.publish(topic(A, Leaf.ENTRY), bytes(MESSAGE_BYTES + 1024))
        with platform.connect(A) as gateway:
            gateway.publish(topic(A, Leaf.ENTRY), b"next")
        assert ingest.received().payload == b"next"


def test_a_retained_entry_is_known_as_one_so_that_ingest_can_refuse_it(platform: Platform) -> None:
    """mosquitto has no rule per topic for retaining; status and committed need it. The flag arrives as published."""
    with platform.service("ingest") as ingest, platform.connect(A) as gateway:
        ingest.subscribe("antoan/1/+/+/entry")
        gateway.publish(topic(A, Leaf.ENTRY), b"kept", retain=True)
        assert ingest.received().retain
        gateway.publish(topic(A, Leaf.ENTRY), b"not kept")
        assert not ingest.received().retain


async def test_a_revoked_certificate_is_refused_after_the_list_is_read_again(platform: Platform) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issue_gateway(platform.authority, key.public_key(), B, NOW)
    context = platform.context(certificate, key)
    with Peer.tls(platform.port, context):
        pass
    line = Revocation(certificate.serial_number, NOW)
    (platform.folder / "revoked.pem").write_bytes(revocation_list(platform.authority, [line], NOW))
    platform.process.reload()

    await eventually(lambda: _kept_out(platform.port, context))
    with platform.connect(B) as renewed:
        assert renewed.publish(topic(B, Leaf.ENTRY), b"x") == "Success", "another certificate of the gateway is good"


@pytest.mark.parametrize(
    ("user", "may_write", "may_read"),
    [
        ("ingest", {Leaf.COMMITTED}, {Leaf.ENTRY, Leaf.ALARM, Leaf.STATUS}),
        ("alerts", set(), {Leaf.ALARM, Leaf.STATUS}),
        ("api", {Leaf.DESIRED}, {Leaf.STATUS}),
    ],
)
def test_each_service_has_its_own_rights_and_no_more(
    platform: Platform, user: str, may_write: set[Leaf], may_read: set[Leaf]
) -> None:
    with platform.service(user) as service, platform.connect(A) as gateway:
        allowed = {leaf for leaf in Leaf if service.publish(topic(A, leaf), b"x") == "Success"}
        assert allowed == may_write
        service.subscribe("#")
        heard = set()
        for leaf in (Leaf.ENTRY, Leaf.ALARM, Leaf.STATUS):
            gateway.publish(topic(A, leaf), leaf.encode())
        for _ in may_read:
            heard.add(service.received().payload.decode())
        assert heard == {str(leaf) for leaf in may_read}


def test_a_service_needs_its_password_and_a_gateway_has_none_there(platform: Platform) -> None:
    with pytest.raises(RefusedError, match="Not authorized"):
        platform.service("ingest", "wrong")
    with pytest.raises(RefusedError, match="Not authorized"):
        Peer.plain(platform.service_port, f"7/{A}", "")


def test_the_broker_listens_where_it_was_told_and_nowhere_else(platform: Platform) -> None:
    pid = platform.process.child.pid
    ports = {c.laddr.port for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN}
    assert ports == {platform.port, platform.service_port}


def _kept_out(port: int, context: ssl.SSLContext) -> bool:
    try:
        with Peer.tls(port, context):
            return False
    except (RefusedError, OSError):
        return True
