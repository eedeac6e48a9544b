"""A real mosquitto for tests: plain listeners on loopback, one by TCP and one by unix socket, nothing kept from the test before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    process.configure(CONFIG.format(storage=process.storage, port=port, socket=socket))
    process.start()
    return Broker(process, port, socket)
