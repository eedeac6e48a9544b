"""Which addresses messages may go to: the public ones, and those hosts that the settings name. Resolved once, and called there.

A webhook's or provider's name is checked at the moment of the connection, by the very addresses that are then connected to, so
that a name that turns to an address of the server's own network (DNS rebinding) reaches nothing.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from aiohttp.abc import AbstractResolver, ResolveResult

if TYPE_CHECKING:
    from collections.abc import Collection


class PrivateAddress(OSError):  # noqa: N818  (says what it is)
    """A host has an address that is not public, and the settings do not name it."""


def is_public(address: str) -> bool:
    """Whether an IP address is of the Internet at large: not private, loopback, link-local, shared, reserved or multicast."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    subject = mapped or found
    return subject.is_global and not subject.is_multicast


def check(host: str, addresses: Collection[str], allowed: Collection[str]) -> None:
    """Raises PrivateAddress unless every address is public, or the host is one of those allowed."""
    if host in allowed:
        return
    for address in addresses:
        if not is_public(address):
            why = f"{host} is {address}: not a public address; name the host in the settings to allow it"
            raise PrivateAddress(errno.EACCES, why)


class PublicResolver(AbstractResolver):
    """Names to addresses for aiohttp's connector, which connects to exactly these."""

    def __init__(self, allowed: Collection[str]) -> None:
        """`allowed`: hosts whose addresses may be private."""
        self._allowed = frozenset(allowed)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises PrivateAddress."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        check(host, [str(entry[4][0]) for entry in found], self._allowed)
        return [
            ResolveResult(hostname=host, host=str(place[0]), port=port, family=kind, proto=proto, flags=0)
            for kind, _, proto, _, place in found
        ]

    async def close(self) -> None:
        """Nothing is held."""
