"""The radio of Linux: BlueZ through bleak. Imported only when a kit has a sensor that broadcasts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern, OrPatternLike
from bleak.assigned_numbers import AdvertisementDataType
from bleak.exc import BleakError

from gateway_agent.transports.ble import Advertisement, RadioError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from firmware_profiles.schema.adverts import BleLink

log = structlog.get_logger()

STEP_S = 20.0
"""A program that switches the adapter or the service is ended after this time."""
BASE_UUID = "0000{}-0000-1000-8000-00805f9b34fb"
"""A 16-bit UUID written out (Bluetooth Core Specification, vol. 3, part B, 2.5.1)."""


class BluezRadio:
    """See Radio. Passive where BlueZ can (it needs its experimental interface), else active, which costs sensors battery."""

    def __init__(self, adapter: str, links: Sequence[BleLink], clock: Callable[[], int]) -> None:
        self._adapter = adapter
        self._patterns: list[OrPatternLike] = [_pattern(link) for link in links]
        self._clock = clock
        self._scanner: BleakScanner | None = None

    async def start(self, heard: Callable[[Advertisement], None]) -> None:
        """See Radio."""

        def detected(device: BLEDevice, data: AdvertisementData) -> None:
            heard(advertisement(device, data, self._clock()))

        settings: BlueZScannerArgs = {"adapter": self._adapter, "or_patterns": self._patterns}
        try:
            passive = BleakScanner(detected, scanning_mode="passive", bluez=settings)
            await passive.start()
            self._scanner = passive
        except (BleakError, OSError) as error:
            log.info("bluetooth_scans_actively", adapter=self._adapter, because=str(error))
            await self._start_active(BleakScanner(detected, bluez={"adapter": self._adapter}))

    async def stop(self) -> None:
        """See Radio."""
        scanner, self._scanner = self._scanner, None
        if scanner is None:
            return
        try:
            await scanner.stop()
        except (BleakError, OSError) as error:
            raise RadioError(str(error)) from error

    async def power_cycle(self) -> None:
        """See Radio."""
        for state in ("off", "on"):
            await _run("bluetoothctl", "power", state)

    async def restart_service(self) -> None:
        """See Radio."""
        await _run("systemctl", "restart", "bluetooth.service")

    async def _start_active(self, scanner: BleakScanner) -> None:
        try:
            await scanner.start()
        except FileNotFoundError as error:
            text = "the machine's Bluetooth service does not run: systemctl enable --now bluetooth"
            raise RadioError(text) from error
        except (BleakError, OSError) as error:
            raise RadioError(str(error)) from error
        self._scanner = scanner


def advertisement(device: BLEDevice, data: AdvertisementData, taken_us: int) -> Advertisement:
    """What bleak reports, in our words. Services with a 128-bit UUID of their own are left out."""
    short = {uuid[4:8]: payload for uuid, payload in data.service_data.items() if uuid == BASE_UUID.format(uuid[4:8])}
    return Advertisement(device.address, dict(data.manufacturer_data), short, taken_us)


def _pattern(link: BleLink) -> OrPattern:
    if link.company_id is not None:
        number = link.company_id.to_bytes(2, "little")
        return OrPattern(0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, number)
    uuid = int(link.service_uuid or "0", 16).to_bytes(2, "little")
    return OrPattern(0, AdvertisementDataType.SERVICE_DATA_UUID16, uuid)


async def _run(*command: str) -> None:
    """Run a program of the machine's, without a shell. Raises RadioError."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        raise RadioError(f"{command[0]}: {error.strerror}") from error
    try:
        async with asyncio.timeout(STEP_S):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise RadioError(f"{' '.join(command)} took longer than {STEP_S:g} s") from None
    if code:
        raise RadioError(f"{' '.join(command)} ended with status {code}")
