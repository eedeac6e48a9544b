"""Text in, typed value out: settings, profiles, limits and rules are read here; an unknown key is refused by name.

One YAML dialect for everything a person writes: YAML 1.2 (so `no` is a word and `010` is ten), duplicate keys refused.
Pure: reading the file is the caller's.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails


class StrictModel(BaseModel):
    """The base of every settings and declaration model: frozen, unknown keys refused, no silent conversion of words.

    What validates a model is built when first wanted: a gateway is handed its settings validated, and never wants most of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, defer_build=True)


Model = TypeVar("Model", bound=BaseModel)


class SettingsError(Exception):
    """Text that a person wrote is not what it should be. The message names each thing, its place and the remedy."""


def load_yaml(text: str, where: str) -> Any:  # noqa: ANN401  (YAML may hold anything; the model decides)
    """Parse YAML 1.2 into plain Python values. `where` names the text in errors (a path).

    Raises SettingsError for syntax errors and duplicate keys, with line and column.
    """
    from ruamel.yaml import YAML  # 2 MiB that a running gateway never needs
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise SettingsError(f"{where}: {error}") from error


def parse_yaml(text: str, model: type[Model], where: str) -> Model:
    """Parse YAML and validate it as `model`. Raises SettingsError that lists every fault with the nearest valid key."""
    return validate(load_yaml(text, where) or {}, model, where)


def validate(data: object, model: type[Model], where: str) -> Model:
    """Validate plain data as `model`. Raises SettingsError that lists every fault, nearest valid key included."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [f"{where}: {_describe(fault, model)}" for fault in error.errors()]
        raise SettingsError("\n".join(lines)) from error


def nearest(word: str, valid: Sequence[str]) -> str:
    """A sentence part that names the closest of the valid words, or all of them when none is close."""
    close = difflib.get_close_matches(word, valid, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"valid here: {', '.join(sorted(valid)) or 'nothing'}"


def _describe(fault: ErrorDetails, model: type[BaseModel]) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        word = str(fault["loc"][-1])
        return f"{place}: unknown setting {word!r}; {nearest(word, _keys_at(model, fault['loc'][:-1]))}"
    if fault["type"] == "missing":
        return f"{place}: is required and missing"
    return f"{place}: {fault['msg']} (got {fault['input']!r})"


def _keys_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The keys that are valid at `path`; unions are searched for every model that the path can reach."""
    models = {model}
    for part in path:
        models = {found for m in models for found in _step(m, part)}
    return sorted({field.alias or name for m in models for name, field in m.model_fields.items()})


def _step(model: type[BaseModel], part: int | str) -> set[type[BaseModel]]:
    fields: Mapping[str, Any] = {field.alias or name: field for name, field in model.model_fields.items()}
    if part in fields:
        return set(_models_in(fields[str(part)].annotation))
    return {model}  # an index, a mapping key or a union tag: the same models still apply


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  (a type form)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
