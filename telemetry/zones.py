"""Time zones as people name them in settings."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def known_zone(name: str) -> str:
    """The name, when it is an IANA time zone. Raises ValueError that says what to write."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Asia/Ho_Chi_Minh") from error
    return name
