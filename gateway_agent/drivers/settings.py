"""How a person tells a kit which instruments it carries. The model lives in its profile; here is this one piece of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from telemetry.strict import StrictModel


class SerialConnection(StrictModel):
    """A serial line. Line settings not given here are those of the profile."""

    fits: ClassVar[frozenset[str]] = frozenset({"serial", "rtu", "ascii"})
    words: ClassVar[str] = "a serial line"

    serial: str = Field(
        description="Stable path of the port: /dev/serial/by-id/… or /dev/serial/by-path/…, never /dev/ttyUSB0",
        min_length=1,
    )
    baud: int | None = Field(default=None, ge=300, le=3_000_000, description="Overrides the profile's baud rate")
    parity: Literal["none", "even", "odd"] | None = Field(default=None, description="Overrides the profile's parity")
    stop_bits: Literal[1, 2] | None = Field(default=None, description="Overrides the profile's stop bits")
    link: Literal["serial", "rtu", "ascii"] | None = Field(
        default=None, description="Which of the profile's serial links: an instrument may be set to Modbus RTU or ASCII"
    )


class TcpConnection(StrictModel):
    """An instrument, or a serial server, on the network."""

    fits: ClassVar[frozenset[str]] = frozenset({"tcp"})
    words: ClassVar[str] = "TCP (give a port for a serial server)"

    host: str = Field(description="Name or address", min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535, description="TCP port; the profile's when absent")


class I2cConnection(StrictModel):
    """A chip on an I2C bus of the gateway. `address` of the instrument overrides the profile's."""

    fits: ClassVar[frozenset[str]] = frozenset({"i2c"})
    words: ClassVar[str] = "I2C"

    i2c: str = Field(description="The bus: /dev/i2c-1", min_length=1)


class SysfsConnection(StrictModel):
    """A device that a driver of the kernel's reads: 1-Wire, IIO."""

    fits: ClassVar[frozenset[str]] = frozenset({"file", "sysfs"})
    words: ClassVar[str] = "files of the kernel (give `sysfs`)"

    sysfs: str = Field(
        description="Folder of the device: /sys/bus/w1/devices/28-000005e2fdc3. A * stands for the part that changes between "
        "boots (/sys/bus/i2c/devices/1-0048/iio:device*) and must fit one folder",
        min_length=1,
    )
    name: str = Field(default="", description="What the folder's file `name` must hold, where the pattern fits several")


class PulseConnection(StrictModel):
    """Pulses: a line of a GPIO chip, or a counter of the kernel's, which loses none."""

    fits: ClassVar[frozenset[str]] = frozenset({"gpio"})
    words: ClassVar[str] = "pulses"

    pulses: str = Field(
        description="The chip (/dev/gpiochip0), or the folder of a kernel counter (/sys/bus/counter/devices/counter0/count0)",
        min_length=1,
    )
    line: int | None = Field(default=None, ge=0, le=511, description="Line of the chip; the profile's when absent")


class BleConnection(StrictModel):
    """A sensor that broadcasts over Bluetooth Low Energy."""

    fits: ClassVar[frozenset[str]] = frozenset({"ble"})
    words: ClassVar[str] = "Bluetooth"

    ble: str = Field(
        description="Its address: AA:BB:CC:DD:EE:FF; it is the identity of the sensor",
        pattern=r"^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$",
    )
    adapter: str = Field(default="hci0", description="The Bluetooth adapter", pattern=r"^hci[0-9]{1,2}$")


class SoundConnection(StrictModel):
    """A microphone on a sound card."""

    fits: ClassVar[frozenset[str]] = frozenset({"alsa"})
    words: ClassVar[str] = "a sound card"

    alsa: str = Field(
        description="ALSA's name of the capture device, by the card's own name and never its number: hw:CARD=i2smic",
        min_length=1,
    )
    sensitivity_dbfs: float | None = Field(
        default=None, ge=-100, le=0, description="As set with an acoustic calibrator; the profile's when absent"
    )


class AccelerometerConnection(StrictModel):
    """An accelerometer that the kernel buffers (Industrial I/O)."""

    fits: ClassVar[frozenset[str]] = frozenset({"iio_buffer"})
    words: ClassVar[str] = "a buffered device of the kernel's (give `accelerometer`)"

    accelerometer: str = Field(
        description="Folder of the device, by its place on the bus, with * for its number: /sys/bus/spi/devices/spi0.0/iio:device*",
        min_length=1,
    )
    devices: str = Field(default="/dev", description="Folder of the device files", min_length=1)


Connection = (
    SerialConnection
    | TcpConnection
    | I2cConnection
    | SysfsConnection
    | PulseConnection
    | BleConnection
    | SoundConnection
    | AccelerometerConnection
)


class InstrumentSettings(StrictModel):
    """One instrument of the kit."""

    name: str = Field(description="Its name in this kit, unique: 'gas1'", pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    profile: str = Field(description="Profile id: 'maker.model', as `./antoan profile list` prints it")
    variant: str | None = Field(default=None, description="Variant of the profile, where it has some")
    connection: Connection = Field(description="Where it is plugged in")
    address: int | None = Field(
        default=None, ge=0, le=255, description="Bus address (Modbus slave); the profile's when absent"
    )
    serial_number: str = Field(
        default="", description="Serial number on its plate; compared with its answer where it gives one"
    )
    period_s: float | None = Field(
        default=None, gt=0, le=3600, description="Seconds between samples; the profile's when absent"
    )
    channels: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        default=None, description="Which of the profile's channels to record; all readings when absent"
    )
    ex_marking: str = Field(default="", max_length=128, description="Ex marking on its plate, where it has one")
    verified_until: date | None = Field(default=None, description="Last day of the legal verification (kiểm định)")
    calibrated_on: date | None = Field(default=None, description="Day of the last calibration (hiệu chuẩn)")

    @model_validator(mode="after")
    def _no_channel_twice(self) -> InstrumentSettings:
        if self.channels is not None and len(set(self.channels)) != len(self.channels):
            raise ValueError("channels: a channel is named twice")
        return self
