"""Files of the kernel (IIO): a folder whose files hold one number each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from firmware_profiles.schema.channel import Name
from firmware_profiles.schema.values import FieldBase
from telemetry.strict import StrictModel

KernelError = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,47}$")]
"""A kind of error; capitals where it keeps the kernel's word, as the published vectors do (EBUSY_retry)."""


class SysfsLink(StrictModel):
    """A folder in sysfs."""

    kind: Literal["sysfs"]
    path: str = Field(description="Where it is, with * for the part that names the device; never a fixed number")
    name_file: str = Field(default="name", description="The file that names the driver, to find the folder again")
    names: tuple[str, ...] = Field(default=(), description="What may stand in it; any name when empty")


class FileField(FieldBase):
    """The number in a file."""

    file: str = Field(pattern="^[a-z0-9_]+$", description="Name of the file: in_temp_input")


class SysfsInterface(StrictModel):
    """An instrument that the kernel reads; each sample is read from its files."""

    protocol: Literal["sysfs"]
    links: tuple[SysfsLink, ...] = Field(min_length=1, description="Where its files are")
    fields: dict[Name, FileField] = Field(min_length=1, description="What is in them")
    errors: dict[str, KernelError] = Field(
        default_factory=dict, description="Kinds of error by the name of the kernel's: {EBUSY: EBUSY_retry}"
    )
