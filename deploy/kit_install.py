"""A gateway installed on Raspberry Pi OS: user, units, folders, settings and compiled code; into `/`, or a folder for tests and images.

Nothing is downloaded. Running it again renews what is the program's and leaves alone what is the kit's: settings, keys, spool.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway_agent.settings import GatewaySettings

ROOT: Final = Path(__file__).resolve().parents[1]
USER: Final = "antoan-gateway"
UNIT: Final = "etc/systemd/system/antoan-gateway.service"
PAGE_UNIT: Final = "etc/systemd/system/antoan-gateway-page.service"
SETTINGS: Final = "etc/antoan/gateway.yaml"
SYSUSERS: Final = "etc/sysusers.d/antoan-gateway.conf"
JOURNAL: Final = "etc/systemd/journald.conf.d/antoan.conf"
IIO_RULE: Final = "etc/udev/rules.d/60-antoan-iio.rules"
HARDWARE_WATCHDOG: Final = "etc/systemd/system.conf.d/antoan.conf"
PROGRAMS: Final = (UNIT, PAGE_UNIT, SYSUSERS, JOURNAL, IIO_RULE, HARDWARE_WATCHDOG)
"""Every file that an installation may write, but for the settings."""

DEVICES: Final = {
    "dialout": ("char-ttyUSB", "char-ttyACM", "char-ttyAMA", "char-ttyS"),
    "gpio": ("char-gpiochip",),
    "i2c": ("char-i2c",),
    "spi": ("char-spidev",),
    "audio": ("char-alsa",),
    "bluetooth": (),
    "iio": ("char-iio",),
}
"""Groups of Raspberry Pi OS with the devices that each opens (classes of /proc/devices)."""

OPENED_BY: Final = {
    "serial": "dialout", "i2c": "i2c", "pulses": "gpio", "alsa": "audio", "ble": "bluetooth", "accelerometer": "iio", "spi": "spi",
}  # fmt: skip
"""By the field that names a connection's place: which group may open it."""
MADE_HERE: Final = ("iio",)
"""Groups that Raspberry Pi OS has not: made with a rule that hands them their devices."""

TEMPLATE: Final = """\
# Settings of this kit; docs/settings.md lists every one. Enrol it first:
#   sudo -u antoan-gateway {home}/antoan gateway enrol --state /var/lib/antoan-gateway
gateway: {gateway}
state_dir: /var/lib/antoan-gateway
run_dir: /run/antoan-gateway
instruments: []
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file as it was installed, or left as it was."""

    path: Path
    written: bool


def groups_for(settings: GatewaySettings | None) -> list[str]:
    """The groups that these settings need, and no other. Without settings: serial ports alone."""
    if settings is None:
        return ["dialout"]
    kinds = {_group(instrument.connection) for instrument in settings.instruments}
    if settings.output.lines or settings.output.buttons:
        kinds.add("gpio")
    return [group for group in DEVICES if group in kinds]


def _group(connection: object) -> str:
    return next((group for field, group in OPENED_BY.items() if hasattr(connection, field)), "")


def unit_text(template: str, home: Path, groups: Sequence[str]) -> str:
    """The unit with this program's place and these groups only."""
    text = template.replace("/opt/antoan", str(home))
    text = re.sub(r"(?m)^(SupplementaryGroups|DeviceAllow)=.*\n", "", text)
    rights = [f"SupplementaryGroups={' '.join(groups)}"] if groups else []
    rights += [f"DeviceAllow={device} rw" for group in groups for device in DEVICES[group]]
    return text.replace("DevicePolicy=closed\n", "DevicePolicy=closed\n" + "".join(f"{right}\n" for right in rights))


def files_for(home: Path, settings: GatewaySettings | None) -> dict[str, str]:
    """Every file that is the program's, by its path below the root."""
    groups = groups_for(settings)
    members = "".join(f"g {group} -\n" for group in groups if group in MADE_HERE)
    members += "".join(f"m {USER} {group}\n" for group in groups)
    files = {
        UNIT: unit_text(_template("antoan-gateway.service"), home, groups),
        SYSUSERS: f'u {USER} - "AnToan gateway" /var/lib/antoan-gateway\n{members}',
        JOURNAL: "[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\n",
        HARDWARE_WATCHDOG: "[Manager]\nRuntimeWatchdogSec=15\n",
    }
    if "iio" in groups:
        files[IIO_RULE] = 'SUBSYSTEM=="iio", GROUP="iio", MODE="0660"\n'
    if settings is not None and settings.page is not None:
        files[PAGE_UNIT] = _template("antoan-gateway-page.service").replace("/opt/antoan", str(home))
    return files


def _template(name: str) -> str:
    return (ROOT / "deploy/systemd" / name).read_text(encoding="utf-8")


def install(
    root: Path, home: Path, settings: GatewaySettings | None, gateway: str, *, dry_run: bool = False
) -> list[Placed]:
    """Write every file below `root`; with `dry_run` only say which. Raises OSError."""
    put = _would_write if dry_run else _write
    placed = [put(root / name, text, 0o644) for name, text in files_for(home, settings).items()]
    own = root / SETTINGS
    if own.exists():
        return [*placed, Placed(own, written=False)]
    return [*placed, put(own, TEMPLATE.format(home=home, gateway=gateway), 0o640)]


def uninstall(root: Path) -> list[Path]:
    """Take away what is the program's; settings, keys and spool stay. What was there. Raises OSError."""
    there = [root / name for name in PROGRAMS if (root / name).exists()]
    for path in there:
        path.unlink()
    return there


def deactivate(run: Callable[[Sequence[str]], None]) -> None:
    """End the services and start them no more, before their units go. As root on the kit itself."""
    units = [Path(name).name for name in (UNIT, PAGE_UNIT) if Path(f"/{name}").exists()]
    if units:
        run(["systemctl", "disable", "--now", *units])


def activate(home: Path, run: Callable[[Sequence[str]], None]) -> None:
    """Make the user, hand it its settings, compile, and start at every boot. As root on the kit itself."""
    run(["systemd-sysusers", f"/{SYSUSERS}"])
    run(["chown", f"root:{USER}", f"/{SETTINGS}"])
    compile_all(home, run)
    run(["systemctl", "daemon-reload"])
    units = [Path(name).name for name in (UNIT, PAGE_UNIT) if Path(f"/{name}").exists()] or [Path(UNIT).name]
    run(["systemctl", "enable", *units])


def compile_all(home: Path, run: Callable[[Sequence[str]], None]) -> None:
    """Compiled code beside the sources, as the gateway runs it (-OO): a start costs seconds and 10 MiB less."""
    run(
        [
            sys.executable,
            "-OO",
            "-m",
            "compileall",
            "-q",
            "-j",
            "0",
            "-x",
            r"node_modules|/tests/|/benchmarks/",
            str(home),
        ]
    )


ELSEWHERE: Final = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
"""Would keep compiled code from lying where the gateway looks for it."""


def run_command(words: Sequence[str]) -> None:
    """Run a program of the system. Raises subprocess.CalledProcessError, OSError."""
    environment = {key: value for key, value in os.environ.items() if key not in ELSEWHERE}
    subprocess.run(words, check=True, env=environment)  # noqa: S603  (words of ours)


def _write(path: Path, text: str, mode: int) -> Placed:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return Placed(path, written=True)


def _would_write(path: Path, _text: str, _mode: int) -> Placed:
    return Placed(path, written=True)
