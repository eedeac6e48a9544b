"""Links: the wire an instrument hangs on and its settings. A person's settings choose the port; the model fixes the rest."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from telemetry.strict import StrictModel


class SerialSettings(StrictModel):
    """A serial line as the maker ships the instrument."""

    baud: int = Field(default=9600, ge=300, le=3_000_000, description="Bits per second")
    parity: Literal["none", "even", "odd"] = Field(default="none", description="Parity bit")
    stop_bits: Literal[1, 2] = Field(default=1, description="Stop bits")
    data_bits: Literal[7, 8] = Field(default=8, description="Data bits")
    rs485: bool = Field(default=False, description="True where several instruments may share the pair")


class SerialLink(SerialSettings):
    """RS-232, RS-485, UART or a USB port that looks like one, for frames and lines."""

    kind: Literal["serial"]


class RtuLink(SerialSettings):
    """Modbus RTU: binary frames with a CRC and gaps between them."""

    kind: Literal["rtu"]
    rs485: bool = Field(default=True, description="False for a UART with one instrument")


class AsciiLink(SerialSettings):
    """Modbus ASCII: hex lines with an LRC."""

    kind: Literal["ascii"]
    rs485: bool = Field(default=True, description="False for a line with one instrument")


class TcpLink(StrictModel):
    """A TCP server in the instrument; Modbus over it has MBAP frames."""

    kind: Literal["tcp"]
    port: int = Field(default=502, ge=1, le=65535, description="TCP port")


class SpiLink(StrictModel):
    """Four wires to a chip, each byte an exchange: the command is repeated until the chip is ready, then once a byte."""

    kind: Literal["spi"]
    mode: Literal[0, 1, 2, 3] = Field(default=0, description="Clock polarity and phase")
    most_hz: int = Field(default=500_000, ge=1_000, le=50_000_000, description="Fastest clock")
    busy: int | None = Field(default=None, ge=0, le=255, description="What it answers while it is not ready")
    ready: int | None = Field(default=None, ge=0, le=255, description="What it answers when its data follow")
    tries: int = Field(default=25, ge=1, le=1000, description="So many answers of `busy` are a time-out")
    byte_pause_us: int = Field(default=10, ge=0, le=100_000, description="Pause between two bytes")
    try_pause_ms: int = Field(default=20, ge=0, le=1000, description="Pause between two tries")
    settle_s: float = Field(default=0, ge=0, le=60, description="Silence after a wrong answer, so that it begins anew")
