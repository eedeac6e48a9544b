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
