"""What is shown: an agency, its people, three sites with a kit each, what is measured there and what is too much (rules.yaml).

Values come from real recordings (deploy/recordings), made in quiet places. So that limits are crossed, each is played
with a stated scale and offset, which stand here and in the player's file; carbon monoxide and oxygen have no recording:
they follow the room's CO2.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alerts.engine.rules import DangerRule, Rule, RuleSet
from telemetry.strict import parse_yaml

AGENCY = "Sở Nội vụ tỉnh Bình An (trình diễn)"
QUANTITIES = {
    "co": "CO = CO2",
    "o2": "O2 = CO2",
    "sound_level": "mức âm",
    "air_temperature": "nhiệt độ",
    "relative_humidity": "độ ẩm",
    "co2": "CO2",
    "illuminance": "độ rọi",
}
SOUND, ROOM = "sound_level_1s.csv", "room_climate_1min.csv"


@dataclass(frozen=True)
class Channel:
    """A channel of an instrument, where it measures, and the recording it is played from: column × scale + offset."""

    name: str
    quantity: str
    point: str
    file: str
    column: str
    from_row: int = 0
    scale: str = "1"
    offset: str = "0"

    @property
    def change(self) -> str:
        """The stated scale and offset, as people write them; empty for a recording as it is."""
        times = f" × {self.scale}" if self.scale != "1" else ""
        plus = f" {'−' if self.offset.startswith('-') else '+'} {self.offset.lstrip('-')}" if self.offset != "0" else ""
        return f"{times}{plus}".replace(".", ",")

    def source(self, folder: str) -> dict[str, Any]:
        """As a source of deploy.simulate."""
        return {
            "kind": "recording",
            "file": f"{folder}/{self.file}",
            "column": self.column,
            "interval_s": 1 if self.file == SOUND else 60,
            "from_row": self.from_row,
            "scale": self.scale,
            "offset": self.offset,
        }


@dataclass(frozen=True)
class Instrument:
    """An instrument of a kit, by its profile, and how it is plugged in."""

    name: str
    profile: str
    variant: str | None
    over: Literal["tcp", "serial"]
    serial_number: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Kit:
    """A kit and the site where it hangs."""

    gateway: str
    name: str
    site: str
    address: str
    procedure: str
    instruments: tuple[Instrument, ...]

    @property
    def played(self) -> str:
        """What the page says of these readings: recordings, and by how much each is moved."""
        channels = [channel for instrument in self.instruments for channel in instrument.channels]
        changes = [f"{QUANTITIES[channel.quantity]}{channel.change}" for channel in channels if channel.change]
        return f"Trình diễn, phát lại bản ghi thật: {', '.join(changes)}"


@dataclass(frozen=True)
class Person:
    """Someone who may log in."""

    login: str
    name: str
    title: str
    role: str


PEOPLE = (
    Person("thanhtra", "Nguyễn Thị An", "Trưởng đoàn kiểm tra", "inspector"),
    Person("quantri", "Trần Văn Bình", "Quản trị hệ thống", "administrator"),
)
TANK = Kit(
    "kitbonchua01",
    "Bộ đo 01",
    "Trạm xử lý nước thải Bình An",
    "Lô C2, khu công nghiệp Bình An",
    "1. Ra khỏi bồn ngay, không ai vào cứu khi chưa có mặt nạ.\n2. Bật quạt thổi, gọi người trực.\n3. Gọi 114, 115.",
    (
        Instrument(
            "co", "honeywell.midas", "co", "tcp", "MID-20417",
            (Channel("gas_concentration", "co", "Bồn chứa số 2, đáy bồn", ROOM, "co2_ppm", 6900, "0.03", "-12"),),
        ),
        Instrument(
            "o2", "honeywell.midas", "o2", "tcp", "MID-20418",
            (Channel("gas_concentration", "o2", "Bồn chứa số 2, đáy bồn", ROOM, "co2_ppm", 6900, "-0.0006", "21.2"),),
        ),
        Instrument(
            "noise", "lutron.ds2013sd", None, "serial", "Q657801",
            (Channel("sound_level", "sound_level", "Miệng bồn số 2, quạt thổi", SOUND, "LAeq_1s_dB", 28800, "1", "24"),),
        ),
    ),
)  # fmt: skip
PRESS = Kit(
    "kitxuongdap01",
    "Bộ đo 02",
    "Công ty cơ khí Hòa Phát Đạt",
    "Số 18 đường số 5, khu công nghiệp Bình An",
    "1. Đeo nút tai hoặc chụp tai.\n2. Báo quản đốc xưởng dập.\n3. Giảm số người ở khu vực máy.",
    (
        Instrument(
            "noise", "generic.rs485_noise", None, "serial", "RN-0312",
            (Channel("sound_level", "sound_level", "Máy dập 160 tấn", SOUND, "LAeq_1s_dB", 60096, "1", "36"),),
        ),
        Instrument(
            "climate", "generic.rs485_th", None, "serial", "TH-1180",
            (
                Channel("temperature", "air_temperature", "Giữa xưởng dập", ROOM, "temperature_degC", 900, "1", "9"),
                Channel("humidity", "relative_humidity", "Giữa xưởng dập", ROOM, "relative_humidity_pct", 900, "1", "35"),
            ),
        ),
    ),
)  # fmt: skip
SEWING = Kit(
    "kitxuongmay01",
    "Bộ đo 03",
    "Công ty may Sông Lam",
    "Thôn Đông, xã Bình An",
    "1. Mở cửa, bật quạt hút.\n2. Báo tổ trưởng tổ may 3.",
    (
        Instrument(
            "room", "wirenboard.wb_msw_v4", None, "serial", "",
            (
                Channel("sound_level", "sound_level", "Tổ may 3", SOUND, "LAeq_1s_dB", 43200, "1", "21"),
                Channel("temperature", "air_temperature", "Tổ may 3", ROOM, "temperature_degC", 900, "1", "8"),
                Channel("humidity", "relative_humidity", "Tổ may 3", ROOM, "relative_humidity_pct", 900, "1", "38"),
                Channel("co2", "co2", "Tổ may 3", ROOM, "co2_ppm", 900),
                Channel("illuminance", "illuminance", "Tổ may 3", ROOM, "illuminance_lx", 900),
            ),
        ),
    ),
)  # fmt: skip
KITS = (TANK, PRESS, SEWING)


def rules() -> tuple[Rule, ...]:
    """The rules, from rules.yaml beside this file."""
    file = Path(__file__).with_name("rules.yaml")
    return parse_yaml(file.read_text(encoding="utf-8"), RuleSet, str(file)).rules


def danger_rules(kit: Kit) -> list[dict[str, Any]]:
    """Those that the kit itself sounds, as plain data: danger rules for what it measures."""
    measured = {channel.quantity for instrument in kit.instruments for channel in instrument.channels}
    found = [rule for rule in rules() if isinstance(rule, DangerRule) and rule.select.quantity in measured]
    return [rule.model_dump(mode="json", exclude_defaults=True) | {"kind": rule.kind} for rule in found]
