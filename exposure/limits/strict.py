"""The base of what a person writes in a limit file: unknown keys are refused with the nearest valid one, nothing is coerced."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from exposure.errors import ExposureError


class LimitError(ExposureError):
    """A limit file is not what it should be. The message names each fault with its place and the remedy."""


class Strict(BaseModel):
    """Frozen; a key that the model has not is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:  # noqa: ANN401  (whatever the file holds)
        valid = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data if isinstance(data, dict) else ():
            if key not in valid:
                raise ValueError(f"unknown key {str(key)!r}; {_hint(str(key), valid)}")
        return data


def _hint(key: str, valid: list[str]) -> str:
    close = difflib.get_close_matches(key, valid, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(valid))}"


def checked(model: type[Strict], data: object, where: str) -> Any:  # noqa: ANN401  (an instance of `model`)
    """`data` as `model`. Raises LimitError with a line for every fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise LimitError("\n".join(f"{where}: {_sentence(fault)}" for fault in error.errors())) from error


def _sentence(fault: Any) -> str:  # noqa: ANN401  (pydantic's error details)
    place = ".".join(map(str, fault["loc"])) or "file"
    if fault["type"] == "missing":
        return f"{place} is required and missing"
    if fault["type"] == "value_error":
        return f"{place}: {fault['msg'].removeprefix('Value error, ')}"
    return f"{place}: {fault['msg']}, not {fault['input']!r}"
