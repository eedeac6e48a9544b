"""Text lines: what an answer looks like as a pattern, and which of its groups are values."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from firmware_profiles.schema.channel import Name
from firmware_profiles.schema.frames import Checksum
from firmware_profiles.schema.links import SerialLink, TcpLink
from firmware_profiles.schema.modbus import Timing
from firmware_profiles.schema.values import FieldBase, Test
from telemetry.strict import StrictModel

_SHIELDED = re.compile(r"\\[^1-9]|\[(?:\\.|[^\]])*\]")
_BACKTRACKS = re.compile(r"[*+](?!\+)(?<![*+]\+)|\{\d*,\}|\)[*+{]|\(\?[=!<]|\(\?P=|\\[1-9]")


def _linear(pattern: str) -> str:
    """Refuse what could take more than linear time: repeats that give back, repeated groups, references, lookaround."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a pattern: {error}") from error
    if found := _BACKTRACKS.search(_SHIELDED.sub("x", pattern)):
        raise ValueError(f"{found.group()!r} may backtrack; write '*+' or '++', bound repeats, do not repeat groups")
    return pattern


Pattern = Annotated[str, AfterValidator(_linear)]
"""A regular expression that cannot backtrack without bound: repeats are possessive (`\\d++`) or bounded (`{1,3}`)."""


class FileLink(StrictModel):
    """A file of the kernel's that is read as text (1-Wire, IIO)."""

    kind: Literal["file"]
    path: str = Field(description="Where it is, with * for the part that names the instrument")


class TextField(FieldBase):
    """A value in a line: a named group of the pattern, or the item with its key."""

    type: Literal["decimal", "integer", "text"] = Field(default="decimal", description="What its text means")
    group: Name | None = Field(default=None, description="Group of the pattern; the field's own name when not given")
    key: str | None = Field(default=None, description="Instead of a group: the `key` of an item (`key,key2`)")


class LineExchange(StrictModel):
    """A command and the lines that answer it; without a command, what the instrument sends by itself."""

    request_text: str = Field(default="", description="What is sent, its end included")
    pattern: Pattern = Field(description="The whole answer, its end included")
    items: Pattern | None = Field(
        default=None,
        description="One item in the answer, with the groups `value`, `key` (and `key2`) unless `asked`, and `state`, if any",
    )
    asked: Pattern | None = Field(
        default=None, description="One key in the request; items come in the order in which they were asked"
    )
    checksum: Checksum | None = Field(default=None, description="What proves the line whole")
    start_mark: str = Field(
        default="",
        description="Text that every answer begins with and that stands nowhere else in it; after noise it begins anew there",
    )
    fields: dict[Name, TextField] = Field(min_length=1, description="What is in it")
    poll: bool = Field(default=True, description="False for what is asked only at opening")

    @property
    def request_bytes(self) -> bytes:
        """What to send."""
        return self.request_text.encode("latin-1")


class LineIdentity(StrictModel):
    """What is asked at every opening to know who answers: `*IDN?` and the like."""

    exchanges: tuple[Name, ...] = Field(min_length=1, description="The questions; with `poll: false`")
    serial_number: Name | None = Field(default=None, description="Field with the serial number")
    firmware: Name | None = Field(default=None, description="Field with the firmware version")
    model: Name | None = Field(default=None, description="Field with the model's name or code")
    must: tuple[Test, ...] = Field(
        default=(), description="Another instrument answers unless these hold (constants of the model)"
    )


class LinesInterface(StrictModel):
    """An instrument that speaks in lines of text."""

    protocol: Literal["lines"]
    links: tuple[Annotated[SerialLink | TcpLink | FileLink, Field(discriminator="kind")], ...] = Field(
        min_length=1, description="Where it speaks; the first is the usual one"
    )
    timing: Timing = Field(default_factory=Timing, description="Time-outs and pauses")
    start: tuple[str, ...] = Field(default=(), description="Sent once after opening; answers are ignored")
    exchanges: dict[Name, LineExchange] = Field(min_length=1, description="What is asked, or arrives by itself")
    identity: LineIdentity | None = Field(default=None, description="What is asked at every opening")

    @model_validator(mode="after")
    def _identity_is_asked(self) -> LinesInterface:
        for name in () if self.identity is None else self.identity.exchanges:
            if name not in self.exchanges or not self.exchanges[name].request_text:
                raise ValueError(f"identity: no exchange named {name} asks anything")
        return self
