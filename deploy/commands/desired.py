"""`antoan admin desired`: the configuration wanted of a gateway, signed by the server and published for it to take up."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from pydantic import Field

from deploy.commands.spoken import spoken
from deploy.service_runner import read_settings
from ingest.settings import BrokerSettings
from telemetry.strict import StrictModel, load_yaml

if TYPE_CHECKING:
    from telemetry.cose import SigningKey

DAY_US = 86_400_000_000
PUBLISH_S = 15.0


class DesiredSettings(StrictModel):
    """Where wanted configurations are published, and what signs them."""

    broker: BrokerSettings = Field(description="The broker's listener for services, as user `api`.")
    server_key_file: Path = Field(description="PEM file of the Ed25519 key of the server.")


def desired(
    gateway: str,
    wanted: Path,
    /,
    *,
    config: Annotated[Path, Parameter(name="--config", help="Settings: broker and server_key_file.")],
    days: float = 7.0,
) -> None:
    """Sign a wanted configuration for a gateway and publish it; the kit takes it up whole, or says why not.

    What loosens an edge alarm waits there for a confirmation by hand.

    Example: `./antoan admin desired kitthanhtra1 wanted.yaml --days 7 --config desired.yaml`

    Parameters
    ----------
    gateway
        Its id.
    wanted
        YAML file with any of `instruments`, `seal`, `spool`, `alarms`, `hold`, as in a gateway's own settings.
    days
        The kit refuses it after this time.
    """
    from telemetry.pem import read_signing_key

    settings = read_settings(config, DesiredSettings)
    with spoken(OSError, ValueError):
        text = wanted.read_text(encoding="utf-8")
        key = read_signing_key(settings.server_key_file.read_bytes())
        number, wire = signed(gateway, text, str(wanted), key, days=days, now_us=time.time_ns() // 1000)
        publish(settings.broker, gateway, wire)
    print(f"configuration {number} is published for {gateway}; its status says when it is in force")  # noqa: T201


def signed(gateway: str, text: str, where: str, key: SigningKey, *, days: float, now_us: int) -> tuple[int, bytes]:
    """Number and message. The number is the time of issue: it grows without anything to remember. Raises SettingsError, ValueError."""
    from gateway_agent.wanted import read_wanted
    from telemetry.desired import Desired

    body = json.dumps(load_yaml(text, where), ensure_ascii=False, default=str).encode()
    read_wanted(body)
    return now_us, Desired(gateway, now_us, now_us, now_us + round(days * DAY_US), body).seal(key)


def publish(broker: BrokerSettings, gateway: str, wire: bytes) -> None:
    """Publish retained, and wait for the broker's word. Raises OSError."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    from telemetry.topics import Leaf, topic

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        f"antoan-desired-{gateway}",
        protocol=mqtt.MQTTv5,
        transport="unix" if broker.socket else "tcp",
    )
    if broker.username is not None and broker.password_file is not None:
        client.username_pw_set(broker.username, broker.password_file.read_text().splitlines()[0])
    if broker.ca_file is not None:
        client.tls_set(str(broker.ca_file))
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect(str(broker.socket or broker.host), broker.port or 1)
    client.loop_start()
    try:
        if not connected.wait(PUBLISH_S):
            raise TimeoutError("the broker does not answer")
        taken = client.publish(topic(gateway, Leaf.DESIRED), wire, qos=1, retain=True)
        taken.wait_for_publish(PUBLISH_S)
        if not taken.is_published():
            raise TimeoutError("the broker did not take it: has this user the right to publish wanted configurations?")
    finally:
        client.disconnect()
        client.loop_stop()
