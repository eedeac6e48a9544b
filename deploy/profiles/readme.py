"""The README of an instrument's folder, written from its profile: how to wire it, its settings, what to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import Profile
    from telemetry.strict import StrictModel

_RS485 = (("A (D+)", "A (D+) of the RS-485 adapter"), ("B (D-)", "B (D-)"), ("GND", "GND (third wire)"))
_UART = (
    ("TX", "RX of a 3.3 V USB-serial adapter"),
    ("RX", "TX of the adapter"),
    ("GND", "GND"),
    ("supply", "as the maker says"),
)
_RS232 = (("serial or USB lead of the instrument", "USB port (through the maker's lead or a USB-serial adapter)"),)
_I2C = (("VDD", "pin 1 (3.3 V)"), ("GND", "pin 6"), ("SDA", "pin 3 (GPIO 2)"), ("SCL", "pin 5 (GPIO 3)"))
_SPI = (
    ("SCK", "pin 23 (GPIO 11)"),
    ("MOSI, SDI", "pin 19 (GPIO 10)"),
    ("MISO, SDO", "pin 21 (GPIO 9)"),
    ("SS, CS", "pin 24 (GPIO 8)"),
    ("GND", "pin 25"),
    ("supply", "as the maker says"),
)
_GPIO = (("pulse output, at most 3.3 V", "a GPIO line (see the settings below)"), ("GND", "pin 6"))
_AIR = (("nothing to wire: Bluetooth", "the kit's Bluetooth, within 10 m and in sight"),)
_NETWORK = (("Ethernet", "a network port, or a switch"),)
_SOUND = (
    ("VDD", "pin 1 (3.3 V)"),
    ("GND", "pin 6"),
    ("SCK", "pin 12 (GPIO 18)"),
    ("WS", "pin 35 (GPIO 19)"),
    ("SD", "pin 38 (GPIO 20)"),
)
_KERNEL = (("as its driver asks (device tree overlay)", "I2C, SPI or 1-Wire pins"),)
_WIRES: dict[str, tuple[tuple[str, str], ...]] = {
    "serial": _RS232,
    "ascii": _RS485,
    "i2c": _I2C,
    "spi": _SPI,
    "gpio": _GPIO,
    "ble": _AIR,
    "tcp": _NETWORK,
    "alsa": _SOUND,
    "sysfs": _KERNEL,
    "file": _KERNEL,
}
_FILES = "Taken in with `./antoan import FILE --profile {}`; a line that does not fit the form stops the import and is named."


def readme(profile: Profile) -> str:
    """The whole page. Every profile has a section `Wiring` with a table."""
    parts = [f"# {profile.maker} {profile.model}", profile.summary, "## Wiring", *_wiring(profile)]
    parts += ["## Line settings as shipped", _table(("interface", "line", "address"), _settings(profile))]
    known = [*profile.notes, *_never(profile)]
    if known:
        parts += ["## Know before you trust it", "\n".join(f"- {note}" for note in known)]
    if profile.variants:
        rows = [(f"`{name}`", variant.summary) for name, variant in profile.variants.items()]
        parts += ["## Variants", _table(("variant", "what differs"), rows)]
    if profile.files:
        parts += [
            "## Files it writes",
            _FILES.format(profile.id),
            _table(("form", "what it holds", "seen"), _files(profile)),
        ]
    if profile.provenance.unverified:
        parts.append(f"Not confirmed on real equipment: {'; '.join(profile.provenance.unverified)}.")
    return "\n\n".join(parts) + "\n"


def _wiring(profile: Profile) -> list[str]:
    links: dict[str, tuple[tuple[str, str], ...]] = {}
    for interface in profile.interfaces.values():
        for link in interface.links:
            links.setdefault(_title(link), _wires(link))
    titled = len(links) > 1
    return [
        (f"### {title}\n\n" if titled else "") + _table(("instrument", "kit"), rows) for title, rows in links.items()
    ]


def _wires(link: StrictModel) -> tuple[tuple[str, str], ...]:
    kind = str(getattr(link, "kind", ""))
    if kind == "rtu":
        return _RS485 if getattr(link, "rs485", True) else _UART
    if kind == "serial" and getattr(link, "rs485", False):
        return _RS485
    return _WIRES[kind]


def _title(link: StrictModel) -> str:
    kind = str(getattr(link, "kind", ""))
    if kind in ("rtu", "ascii", "serial"):
        return "RS-485" if getattr(link, "rs485", False) else "Serial line"
    return {"i2c": "I2C", "spi": "SPI", "gpio": "Pulse input", "ble": "Bluetooth", "tcp": "Network", "alsa": "I2S"}.get(
        kind, "Through the kernel"
    )


def _settings(profile: Profile) -> list[tuple[str, str, str]]:
    return [
        (name, _line(link), str(getattr(interface, "unit", getattr(link, "address", ""))))
        for name, interface in profile.interfaces.items()
        for link in interface.links
    ]


def _line(link: StrictModel) -> str:
    kind = str(getattr(link, "kind", ""))
    baud = getattr(link, "baud", None)
    if baud is not None:
        bits, parity, stop = (getattr(link, part) for part in ("data_bits", "parity", "stop_bits"))
        return f"{kind}, {baud} baud, {bits} data bits, parity {parity}, {stop} stop bit{'s' * (stop > 1)}"
    said = {
        k: v for k, v in link.model_dump(mode="json", exclude_defaults=True).items() if k not in ("kind", "address")
    }
    return ", ".join((kind, *(f"{key} {value}" for key, value in said.items())))


def _files(profile: Profile) -> list[tuple[str, str, str]]:
    return [(f"`{name}`", form.summary, "; ".join(form.seen)) for name, form in profile.files.items()]


def _never(profile: Profile) -> list[str]:
    return [f"Never: {what}" for what in profile.writing.never]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
