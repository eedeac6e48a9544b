"""What every request and answer must pass: Host and Origin checks, security headers. Pure but for the middleware itself.

Cross-site requests are refused three times over: the cookie is SameSite=Strict, a request that changes something must carry
this page's own Origin (or none and no cookie-bearing browser headers), and bodies must be JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.problems import Forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

HSTS = "max-age=31536000"


def host_name(authority: str) -> str:
    """The name of a Host header or of an origin's authority, without its port: `[::1]:80` gives `[::1]`."""
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0].lower()


def check_host(host: str, allowed: tuple[str, ...]) -> None:
    """Refuse foreign Host headers, so that a name rebound to this address reaches nothing. Raises Forbidden."""
    if host_name(host) not in allowed:
        raise Forbidden("this host name is not served here; see the setting allowed_hosts")


def check_origin(origin: str | None, fetch_site: str | None, host: str) -> None:
    """Refuse what a foreign page sends. A program that is no browser sends neither header and is let through.

    Raises Forbidden.
    """
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Forbidden("the request comes from a foreign page")
    if fetch_site not in {None, "same-origin", "none"}:
        raise Forbidden("the request comes from a foreign page")


def check_request(request: web.Request, allowed_hosts: tuple[str, ...], *, upgrade: bool) -> None:
    """The Host check for every request; the Origin check for one that changes something or opens a socket."""
    check_host(request.headers.get("Host", ""), allowed_hosts)
    if upgrade or request.method not in SAFE_METHODS:
        check_origin(
            request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), request.headers.get("Host", "")
        )
