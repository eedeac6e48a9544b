"""Typed bodies: strict models that travel as deterministic CBOR maps with text keys, absent where None or default-empty."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ValidationError

from telemetry import cbor
from telemetry.errors import Undecodable
from telemetry.strict import StrictModel


class Body(StrictModel):
    """The base of descriptor, event and status bodies."""

    def encode(self) -> bytes:
        """Deterministic CBOR; fields that are None are left out."""
        return cbor.encode(self.model_dump(exclude_none=True))

    @classmethod
    def decode(cls, data: bytes, max_bytes: int) -> Self:
        """Read and validate. Raises TooLarge, Malformed (not our CBOR), Undecodable (not this model)."""
        return cls.from_plain(cbor.decode(data, max_bytes))

    @classmethod
    def from_plain(cls, value: Any) -> Self:  # noqa: ANN401
        """Validate decoded CBOR. Raises Undecodable that names the first wrong field."""
        try:
            return cls.model_validate(value, strict=True)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise Undecodable(f"{cls.__name__}: {place}: {fault['msg']}") from error
