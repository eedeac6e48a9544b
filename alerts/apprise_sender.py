"""SMS, voice calls, Zalo and others by `apprise`, in a process of its own for each message.

The library brings many providers and its own HTTP client; here it is fenced: only the schemes that the settings name, only
public addresses, no redirects, no proxies, and nothing of the service in its process. What it answers is one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from alerts.senders import SendFailed

if TYPE_CHECKING:
    from alerts.settings import AppriseSettings
    from alerts.wording import Wording
    from store.alerts_outbox import Claimed

ANSWER_BYTES = 64 * 1024


class AppriseSender:
    """One message, one process: alerts are few, and a provider's library that hangs is ended with it."""

    def __init__(self, settings: AppriseSettings) -> None:
        """Which schemes and hosts."""
        self._settings = settings

    async def send(self, notification: Claimed, wording: Wording) -> str:
        """Hand over; what the provider's client said. Raises SendFailed."""
        scheme = notification.address.partition("://")[0].lower()
        if scheme not in self._settings.schemes:
            raise SendFailed(f"scheme {scheme!r} is not one of apprise.schemes in the settings", again=False)
        order = {
            "url": notification.address,
            "title": wording.subject,
            "body": wording.text,
            "private_hosts": list(self._settings.private_hosts),
        }
        answer = await self._work(json.dumps(order).encode())
        if answer.get("ok"):
            return str(answer.get("why", ""))
        raise SendFailed(str(answer.get("why", "no answer")), again=bool(answer.get("again", True)))

    async def _work(self, order: bytes) -> dict[str, object]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "alerts.apprise_worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}, limit=ANSWER_BYTES,
        )  # fmt: skip
        try:
            said, _ = await process.communicate(order)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        try:
            answer: dict[str, object] = json.loads(said)
        except ValueError:
            raise SendFailed(f"apprise ended with {process.returncode} and no answer", again=True) from None
        return answer
