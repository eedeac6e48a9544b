"""Handing a message over: by e-mail to an SMTP server, by POST to a webhook. Each returns what the other side answered.

A hand-over that fails raises SendFailed; `.again` says whether another attempt can help.
"""

from __future__ import annotations

import contextlib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import aiosmtplib

from alerts.addresses import PrivateAddress, PublicResolver, check
from alerts.wording import Wording, physical

if TYPE_CHECKING:
    from alerts.settings import EmailSettings, WebhookSettings
    from store.alerts_outbox import Claimed

RECEIPT_BYTES = 200
"""Of a webhook's answer that are kept."""


class SendFailed(Exception):  # noqa: N818  (what happened)
    """The other side did not take the message over. `again`: another attempt can help."""

    def __init__(self, why: str, *, again: bool) -> None:
        """Say why, and whether to try again."""
        super().__init__(why)
        self.again = again


class Sender(Protocol):
    """Hands messages of one medium over."""

    async def send(self, notification: Claimed, wording: Wording) -> str:
        """What the other side answered. Raises SendFailed."""
        ...


class EmailSender:
    """E-mail by SMTP, one connection per message: alerts are few, and a kept connection can be dead."""

    def __init__(self, settings: EmailSettings, send_s: float) -> None:
        """Read the password once."""
        self._settings = settings
        self._send_s = send_s
        self._password = (
            settings.password_file.read_text(encoding="utf-8").splitlines()[0] if settings.password_file else None
        )
        self._domain = settings.sender.rpartition("@")[2]

    async def send(self, notification: Claimed, wording: Wording) -> str:
        """Hand over to the server; its answer. Raises SendFailed."""
        s = self._settings
        try:
            _, answer = await aiosmtplib.send(
                self._message(notification, wording),
                hostname=s.host,
                port=s.port,
                username=s.username,
                password=self._password,
                use_tls=s.security == "tls",
                start_tls=s.security == "starttls",
                tls_context=ssl.create_default_context(cafile=s.ca_file) if s.security != "none" else None,
                timeout=self._send_s,
            )
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            raise SendFailed(str(error), again=not _is_permanent(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendFailed(f"{type(error).__name__}: {error}", again=True) from error
        return answer

    def _message(self, notification: Claimed, wording: Wording) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = notification.address
        message["Subject"] = wording.subject
        message["Date"] = format_datetime(notification.created_at)
        # The same for every attempt: a mail server that sees one twice can tell.
        message["Message-ID"] = f"<alert-{notification.alert}-{notification.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Priority"] = "1" if notification.priority == "urgent" else "3"
        message.set_content(wording.text)
        return message


def _is_permanent(error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused) -> bool:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(refusal.code >= 500 for refusal in error.recipients)
    return error.code >= 500


class WebhookSender:
    """POST of JSON. Only https, or loopback where the settings allow it; redirects are refused."""

    def __init__(self, settings: WebhookSettings, session: aiohttp.ClientSession, send_s: float) -> None:
        """`session` is closed by its owner."""
        self._settings = settings
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=send_s)
        self._tls = ssl.create_default_context(cafile=settings.ca_file)

    async def send(self, notification: Claimed, wording: Wording) -> str:
        """Hand over; the answer's status and first bytes. Raises SendFailed."""
        self._check(notification.address)
        headers = {"Idempotency-Key": f"antoan-notification-{notification.id}"}
        try:
            async with self._session.post(
                notification.address,
                json=payload(notification, wording),
                headers=headers,
                allow_redirects=False,
                timeout=self._timeout,
                ssl=self._tls,
            ) as response:
                answer = (await response.content.read(RECEIPT_BYTES)).decode("utf-8", "replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SendFailed(f"{type(error).__name__}: {error}", again=True) from error
        if 200 <= response.status < 300:
            return f"{response.status} {answer}".rstrip()
        again = response.status >= 500 or response.status in {408, 425, 429}
        raise SendFailed(f"answered {response.status} {answer}".rstrip(), again=again)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            self._check_literal(parts.hostname)
            return
        if parts.scheme == "http" and self._settings.allow_loopback_http and _is_loopback(parts.hostname or ""):
            return
        raise SendFailed(
            "only https is called (loopback by http where webhook.allow_loopback_http is set)", again=False
        )

    def _check_literal(self, host: str) -> None:
        """An address written as such is resolved by nobody: look at it here. Names are looked at when they are resolved."""
        with contextlib.suppress(ValueError):
            ip_address(host)
            try:
                check(host, [host], self._settings.private_hosts)
            except PrivateAddress as error:
                raise SendFailed(str(error), again=False) from error


def webhook_session(settings: WebhookSettings) -> aiohttp.ClientSession:
    """The HTTP client of webhooks: names are resolved to public addresses only, those of the settings apart."""
    allowed = {*settings.private_hosts, *(("localhost",) if settings.allow_loopback_http else ())}
    connector = aiohttp.TCPConnector(resolver=PublicResolver(allowed))
    return aiohttp.ClientSession(connector=connector, trust_env=False)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def payload(notification: Claimed, wording: Wording) -> dict[str, Any]:
    """What a webhook gets: the facts with units and times (ISO 8601, UTC), and the words. No person."""
    n = notification
    value, peak = physical(n.value, n.exponent), physical(n.peak, n.exponent)
    moments = {
        "since": n.since_at,
        "raised": n.raised_at,
        "returned": n.returned_at,
        "received": n.entry_received,
        "noticed": n.notice_received,
        "queued": n.created_at,
    }
    return {
        "notification": n.id,
        "alert": n.alert,
        "change": n.change,
        "rule": n.rule,
        "kind": n.kind,
        "priority": n.priority,
        "title": n.title,
        "gateway": n.gateway,
        "channel": n.gateway_channel if n.gateway_channel >= 0 else None,
        "site": n.site_name,
        "point": n.point_name,
        "value": None if value is None else str(value),
        "peak": None if peak is None else str(peak),
        "at_least": n.at_least,
        "set_point": None if n.set_point is None else str(n.set_point),
        "unit": n.unit,
        "provisional": n.provisional,
        "withdrawn": n.withdrawn,
        "times": {word: None if moment is None else moment.isoformat() for word, moment in moments.items()},
        "subject": wording.subject,
        "text": wording.text,
    }
