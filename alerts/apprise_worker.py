"""The fenced process that hands one message to `apprise`: an order on standard input, an answer on standard output, both JSON.

Every name is resolved here, and only addresses that are public, or of a host that the order allows, are given to the library:
what it connects to is what was checked. A redirect is an answer, never followed.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
from typing import TYPE_CHECKING, Any

import apprise
import requests

from alerts.addresses import check

if TYPE_CHECKING:
    from collections.abc import Collection

WHY = 300
"""Characters of the library's last words that are kept."""


def fence(allowed: Collection[str]) -> None:
    """Let this process resolve public names only, and follow no redirect."""
    resolve = socket.getaddrinfo

    def public(host: Any, *more: Any, **named: Any) -> list[Any]:  # noqa: ANN401  (socket's own signature)
        found = resolve(host, *more, **named)
        name = host.decode() if isinstance(host, bytes) else str(host)
        check(name, [str(entry[4][0]) for entry in found], allowed)
        return found

    socket.getaddrinfo = public
    requests.Session.get_redirect_target = lambda *_: None  # type: ignore[method-assign]
    requests.Session.trust_env = False


def hand_over(order: dict[str, Any]) -> dict[str, object]:
    """Send one message; whether that went well, what was said, and whether to try again."""
    fence(order["private_hosts"])
    asset = apprise.AppriseAsset(http_redirects=False, async_mode=False)
    sender = apprise.Apprise(asset=asset)
    with apprise.LogCapture(level=logging.INFO) as said:  # type: ignore[no-untyped-call]
        if not sender.add(order["url"]):
            return {"ok": False, "again": False, "why": "apprise does not understand the address"}
        sent = sender.notify(title=order["title"], body=order["body"], body_format=apprise.NotifyFormat.TEXT)
        lines = said.getvalue().strip().splitlines()
    return {"ok": bool(sent), "again": True, "why": lines[-1][-WHY:] if lines else ""}


if __name__ == "__main__":
    print(json.dumps(hand_over(json.load(sys.stdin))))  # noqa: T201
