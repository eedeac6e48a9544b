"""What a message says, in Vietnamese and English. Pure. It carries no person, only places, kits and values.

The Vietnamese words are those of the glossary: cảnh báo, bộ đo, kênh đo, mất tín hiệu, "Đã nhận".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store.alerts_outbox import Claimed

PRIORITIES = ("low", "medium", "high", "urgent")
_UNITS = {
    "[ppm]": "ppm", "[ppb]": "ppb", "[ppth]": "‰", "dB[SPL]": "dB", "dB(A)": "dB(A)", "dB(C)": "dB(C)", "Cel": "°C",
    "lx": "lx", "%": "%", "%{RH}": "%RH", "%{vol}": "% vol", "mg/m3": "mg/m³", "ug/m3": "µg/m³", "m/s2": "m/s²",
    "uSv/h": "µSv/h",
}  # fmt: skip
"""UCUM code → what people write; other codes are shown as they are."""

_WORDS = {
    "vi": {
        "low": "Thấp", "medium": "Trung bình", "high": "Cao", "urgent": "NGUY HIỂM",
        "alert": "Cảnh báo", "returned": "Đã hết", "withdrawn": "Rút lại: dữ liệu đến sau cho thấy không mất tín hiệu",
        "value": "Giá trị", "peak": "Cao nhất", "set_point": "Ngưỡng", "place": "Nơi đo", "channel": "Kênh đo",
        "kit": "Bộ đo", "since": "Từ lúc", "until": "Hết lúc", "source": "Căn cứ", "no_time": "giờ chưa chắc chắn",
        "at_least": "quá tải, ít nhất", "provisional": "Tạm thời: chưa có số đo đến sau để khẳng định",
        "latched": "Tự giữ đến khi đặt lại", "open": 'Mở trang và bấm "Đã nhận"', "unplaced": "chưa có nơi đo",
        "unverified": "chưa đối chiếu với văn bản ký", "limit_at": "Chạm giới hạn lúc", "several": "cảnh báo",
        "again": "Nhắc lại, chưa ai nhận",
    },
    "en": {
        "low": "Low", "medium": "Medium", "high": "High", "urgent": "DANGER",
        "alert": "Alert", "returned": "Returned", "withdrawn": "Withdrawn: later data show that there was no silence",
        "value": "Value", "peak": "Worst", "set_point": "Set-point", "place": "Place", "channel": "Channel",
        "kit": "Kit", "since": "Since", "until": "Until", "source": "Source", "no_time": "clock unsure",
        "at_least": "saturated, at least", "provisional": "Provisional: no later reading confirms it yet",
        "latched": "Latched until reset", "open": 'Open the page and press "Acknowledge"', "unplaced": "not placed",
        "unverified": "not checked against the signed text", "limit_at": "Limit reached at", "several": "alerts",
        "again": "Again, nobody has acknowledged",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """A message for people."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What every message needs: the address of the page, without a slash at its end."""

    page_url: str

    def link(self, alert: int, token: str | None) -> str:
        """Where a message leads. The token stands behind `#`: it reaches no server's log, and opening the link does nothing."""
        return f"{self.page_url}/alerts/{alert}" if token is None else f"{self.page_url}/take#{token}"


def compose_all(together: Sequence[Claimed], shared: Words, tokens: Mapping[int, str]) -> Wording:
    """One message of several notifications to one recipient; `tokens` by alert, of links that acknowledge."""
    if len(together) == 1:
        return compose(together[0], shared, tokens.get(together[0].alert))
    first, words = together[0], _WORDS[together[0].language]
    worst = max(together, key=lambda n: PRIORITIES.index(n.priority))
    places = {_place(n, words) for n in together}
    where = f" · {places.pop()}" if len(places) == 1 else ""
    parts = [compose(n, shared, tokens.get(n.alert)) for n in together]
    subject = f"[{words[worst.priority]}] {len(together)} {words['several']}{where} · {first.title[first.language]}"
    return Wording(subject[:200], "\n".join(f"{part.subject}\n{part.text}" for part in parts))


def compose(notification: Claimed, shared: Words, token: str | None = None) -> Wording:
    """The message of a notification in its recipient's language."""
    n, words = notification, _WORDS[notification.language]
    title = n.title[n.language]
    value = _quantity(n, n.value, words)
    subject = f"[{words[n.priority]}] {title}" + (f": {value}" if value else "") + f" · {_place(n, words)}"
    if n.change == "returned":
        subject = f"[{words['returned']}] {title} · {_place(n, words)}"
    lines = [f"{words['alert']}: {title}"]
    if n.change == "returned":
        lines.append(words["withdrawn"] if n.withdrawn else f"{words['returned']}: {_time(n.returned_at, n, words)}")
    rows = {
        "value": value,
        "peak": _quantity(n, n.peak, words) if n.peak != n.value else "",
        "set_point": _set_point(n),
        "place": _place(n, words),
        "channel": n.channel_name or "",
        "kit": n.gateway,
        "since": _time(n.since_at, n, words),
        "limit_at": _time(n.limit_at, n, words) if n.limit_at else "",
        "source": _source(n, words),
    }
    lines += [f"{words[word]}: {text}" for word, text in rows.items() if text]
    lines += [words["provisional"]] if n.provisional else []
    lines += [words["latched"]] if n.cycle in {"latching", "danger"} else []
    lines += [words["again"]] if n.round else []
    lines += [n.detail] if n.detail else []
    lines += ["", f"{words['open']}: {shared.link(n.alert, token)}", ""]
    return Wording(subject[:200], "\n".join(lines))


def physical(scaled: int | None, exponent: int | None) -> Decimal | None:
    """A scaled value in its unit, exactly."""
    return None if scaled is None or exponent is None else Decimal(scaled).scaleb(exponent)


def number(value: Decimal, language: str) -> str:
    """With the decimal sign of the language, without an exponent."""
    text = f"{value:f}"
    return text.replace(".", ",") if language == "vi" else text


def unit_word(ucum: str | None) -> str:
    """What people write for a UCUM code."""
    return _UNITS.get(ucum or "", ucum or "")


def local_time(moment: datetime, timezone: str | None) -> str:
    """Date and time at the place with its offset from UTC, as `14:20:05 23/11/2026 (UTC+07:00)`."""
    try:
        there = moment.astimezone(ZoneInfo(timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        there = moment  # the store speaks UTC
    offset = there.utcoffset() or timedelta()
    sign, minutes = ("-" if offset < timedelta() else "+"), abs(offset) // timedelta(minutes=1)
    return f"{there:%H:%M:%S %d/%m/%Y} (UTC{sign}{minutes // 60:02}:{minutes % 60:02})"


def _quantity(n: Claimed, scaled: int | None, words: dict[str, str]) -> str:
    value = physical(scaled, n.exponent)
    if value is None:
        return ""
    text = f"{number(value, n.language)} {unit_word(n.unit)}".rstrip()
    return f"{words['at_least']} {text}" if n.at_least else text


def _set_point(n: Claimed) -> str:
    if n.set_point is None:
        return ""
    at_most = (n.rule_body or {}).get("direction") == "at_most"
    return f"{'≤' if at_most else '≥'} {number(n.set_point, n.language)} {unit_word(n.unit)}".rstrip()


def _place(n: Claimed, words: dict[str, str]) -> str:
    named = [name for name in (n.site_name, n.point_name) if name]
    return " · ".join(named) if named else f"{n.gateway} ({words['unplaced']})"


def _time(moment: datetime | None, n: Claimed, words: dict[str, str]) -> str:
    return words["no_time"] if moment is None else local_time(moment, n.timezone)


def _source(n: Claimed, words: dict[str, str]) -> str:
    source = (n.rule_body or {}).get("source")
    if not source:
        return ""
    text = " ".join(part for part in (source["document"], source["clause"]) if part)
    return text if source["verified"] else f"{text} ({words['unverified']})"
