"""Modbus interfaces: which registers to ask for, and what stands in them. Addresses are PDU numbers from 0, never 4xxxx."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name
from firmware_profiles.schema.links import AsciiLink, RtuLink, TcpLink
from firmware_profiles.schema.values import WIDTH, FieldBase, NumberType, Test, check_order
from telemetry.strict import StrictModel

ModbusLink = Annotated[RtuLink | AsciiLink | TcpLink, Field(discriminator="kind")]
ReadFunction = Literal[1, 2, 3, 4]


class Block(StrictModel):
    """One read request: so many registers (or coils) from an address."""

    function: ReadFunction = Field(
        default=3, description="1 coils, 2 discrete inputs, 3 holding registers, 4 input registers"
    )
    address: int = Field(ge=0, le=65535, description="First register, PDU address")
    count: int = Field(ge=1, le=125, description="How many registers")
    stated: str = Field(default="", description="The address as the maker's document writes it: '40507'")


class RegisterField(FieldBase):
    """A value in one or more registers."""

    function: ReadFunction = Field(default=3, description="The table it is in")
    address: int = Field(ge=0, le=65535, description="First register, PDU address")
    type: NumberType | Literal["text"] = Field(
        default="uint16", description="A number, or text in consecutive registers"
    )
    order: str | None = Field(
        default=None, description="Byte and word order in letters: ABCD, CDAB, BADC, DCBA; AB or BA"
    )
    registers: int | None = Field(default=None, ge=1, le=64, description="Length of a text, in registers")
    stated: str = Field(default="", description="The address as the maker's document writes it")

    @model_validator(mode="after")
    def _order_fits(self) -> RegisterField:
        check_order(self.type, self.order)
        if (self.registers is None) == (self.type == "text"):
            raise ValueError("registers belongs to text, and to text alone")
        return self

    @property
    def count(self) -> int:
        """How many registers it takes."""
        return self.registers if self.registers is not None else (WIDTH[self.type] + 1) // 2


class Timing(StrictModel):
    """How long to wait, and how long to keep silent."""

    reply_timeout_ms: int = Field(default=500, ge=20, le=60_000, description="An answer is awaited this long")
    slowest_reply_ms: int = Field(
        default=1500, ge=20, le=60_000, description="No answer comes later than this after a request"
    )
    pause_ms: int = Field(default=20, ge=0, le=10_000, description="Silence on the line between two requests")


class Identity(StrictModel):
    """What is read at every opening to know who answers."""

    blocks: tuple[Block, ...] = Field(default=(), description="What to read for it")
    serial_number: Name | None = Field(default=None, description="Field with the serial number")
    firmware: Name | None = Field(default=None, description="Field with the firmware version")
    model: Name | None = Field(default=None, description="Field with the model's name or code")
    must: tuple[Test, ...] = Field(
        default=(), description="Another instrument answers unless these hold (constants of the model)"
    )


class ModbusInterface(StrictModel):
    """An instrument that is asked by Modbus."""

    protocol: Literal["modbus"]
    links: tuple[ModbusLink, ...] = Field(
        min_length=1, description="The wires it speaks on; the first is the usual one"
    )
    unit: int = Field(default=1, ge=0, le=255, description="Factory address of the slave (Modbus unit)")
    any_unit: int | None = Field(
        default=None, description="Address that every such instrument answers to, whatever its own"
    )
    timing: Timing = Field(default_factory=Timing, description="Time-outs and pauses")
    blocks: tuple[Block, ...] = Field(min_length=1, description="What is read for each sample, in this order")
    fields: dict[Name, RegisterField] = Field(min_length=1, description="What stands in the registers")
    identity: Identity | None = Field(default=None, description="What is read at every opening")

    @model_validator(mode="after")
    def _orders_are_said(self) -> ModbusInterface:
        for name, field in self.fields.items():
            if field.type != "text" and WIDTH[field.type] > 2 and field.order is None:
                raise ValueError(f"fields.{name}: {field.type} needs its order in letters (ABCD, CDAB, …)")
        return self
