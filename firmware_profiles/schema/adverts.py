"""Bluetooth Low Energy advertisements: what a sensor broadcasts, by a fixed layout or as a list of numbered objects."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name, Word
from firmware_profiles.schema.frames import Constant
from firmware_profiles.schema.values import WIDTH, ByteField, FieldBase, NumberType, check_order
from telemetry.strict import StrictModel


class BleLink(StrictModel):
    """The air. What is decoded is the payload alone: behind the company number, or behind the UUID of the service."""

    kind: Literal["ble"]
    company_id: int | None = Field(default=None, ge=0, le=0xFFFF, description="Manufacturer data of this company")
    service_uuid: str | None = Field(
        default=None, pattern="^[0-9a-f]{4}$", description="Service data of this 16-bit UUID: 'fcd2'"
    )

    @model_validator(mode="after")
    def _one_place(self) -> BleLink:
        if (self.company_id is None) == (self.service_uuid is None):
            raise ValueError("ble: give either company_id or service_uuid")
        return self


class Demand(StrictModel):
    """Some bits of a byte that must have a value, or the advertisement is an error."""

    at: int = Field(ge=0, description="The byte")
    mask: int = Field(ge=1, le=255, description="The bits in question")
    equals: int = Field(ge=0, le=255, description="What they must be, in their places")
    error: Word = Field(description="The kind of error when they are not")
    message: str = Field(default="", description="In words, for people: what it means and what to do")


class Layout(StrictModel):
    """One form of advertisement: bytes at fixed places."""

    bytes: int = Field(ge=1, le=255, description="It has at least so many bytes")
    constants: tuple[Constant, ...] = Field(default=(), description="What tells this form from others")
    fields: dict[Name, ByteField] = Field(min_length=1, description="What is in it")


class ObjectField(FieldBase):
    """A value that is announced by its number."""

    id: int = Field(ge=0, le=255, description="Number of the object")
    type: NumberType = Field(description="What follows it")
    order: str | None = Field(default=None, description="Byte order in letters; little-endian when not given")
    nth: int = Field(default=1, ge=1, le=9, description="Which of several objects of this number")

    @model_validator(mode="after")
    def _order_fits(self) -> ObjectField:
        check_order(self.type, self.order)
        return self

    @property
    def wire_order(self) -> str:
        """The order of its bytes: little-endian unless said otherwise."""
        return self.order or "".join(chr(ord("A") + i) for i in reversed(range(WIDTH[self.type])))


class Objects(StrictModel):
    """A list of objects: number, value, number, value. It ends at the first number that is not known."""

    at: int = Field(ge=0, description="Where the first object begins")
    fields: dict[Name, ObjectField] = Field(min_length=1, description="The objects")
    others: dict[int, int] = Field(default_factory=dict, description="Bytes of objects that are passed over, by number")


class AdvertisementInterface(StrictModel):
    """A sensor that broadcasts and is never asked."""

    protocol: Literal["advertisement"]
    links: tuple[BleLink, ...] = Field(min_length=1, description="How its advertisements are known")
    demands: tuple[Demand, ...] = Field(default=(), description="What must hold before anything is read")
    layouts: dict[Name, Layout] = Field(default_factory=dict, description="Its forms; the first that fits is read")
    unknown_form: Word = Field(default="unsupported_version", description="Kind of error when no form fits")
    objects: Objects | None = Field(default=None, description="Instead of forms: a list of objects")
    age_field: Name | None = Field(default=None, description="Field with the age of the sample in seconds")

    @model_validator(mode="after")
    def _has_content(self) -> AdvertisementInterface:
        if bool(self.layouts) == (self.objects is not None):
            raise ValueError("advertisement: give either layouts or objects")
        return self
