"""Why a host cannot be reached, in words that lead to different cures: no such name, no way, refused, no answer, silent."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl

CONNECT_S: Final = 5.0
VERDICT_S: Final = 1.0
"""How long a broker may take to refuse a certificate; one that accepts says nothing before CONNECT."""
NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def connect(host: str, port: int, within_s: float = CONNECT_S) -> socket.socket:
    """A TCP connection whose reads time out too. Raises OSError, for `why` to explain."""
    return socket.create_connection((host, port), within_s)


def why(error: OSError, *, connected: bool = False) -> tuple[str, str]:
    """What happened and what to do; `connected` when TCP stood and what came after it failed."""
    if isinstance(error, socket.gaierror):
        return "its name is not known (DNS)", "check the name in the settings, and whether the kit has a network at all"
    if error.errno in NO_WAY:
        return "there is no way to it", "the kit has no network there: check cable, Wi-Fi or SIM"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection", "the host is there, nothing listens on this port: check port and service"
    if isinstance(error, TimeoutError) and connected:
        return "it accepts the connection, then stays silent", "another service has this port, or a firewall holds it"
    if isinstance(error, TimeoutError):
        return "it does not answer", "it is off, has another address, or a firewall drops what is sent to it"
    return str(error), "check its power, its cable and its address"


def certificate_refused(secured: ssl.SSLSocket, within_s: float = VERDICT_S) -> bool:
    """Whether a broker ends what TLS has begun. In TLS 1.3 it judges the client's certificate only after the client's handshake is over."""
    secured.settimeout(within_s)
    try:
        return not secured.recv(1)
    except TimeoutError:
        return False
    except OSError:  # ssl.SSLError with the broker's alert, or a reset
        return True
