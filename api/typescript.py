"""The page's TypeScript types from the pydantic models, so that no form is written twice. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

REF = "#/$defs/{model}"
HEAD = "/** The JSON forms of the API. Generated: `python -m api.generate`; do not edit. */\n"
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Json = dict[str, Any]


def interfaces(models: Iterable[type[BaseModel]]) -> str:
    """One exported interface per model, and per model that these hold, by name."""
    modes = [(model, "serialization") for model in models]
    _, schema = models_json_schema(modes, ref_template=REF)  # type: ignore[arg-type]  # a literal in a list
    return HEAD + "".join(_interface(name, form) for name, form in sorted(schema["$defs"].items()))


def _interface(name: str, schema: Json) -> str:
    if "enum" in schema:
        return f"\n/** {_line(schema.get('description', name))} */\nexport type {name} = {_type(schema)};\n"
    members = "".join(_member(name, member) for name, member in schema.get("properties", {}).items())
    return f"\n/** {_line(schema.get('description', name))} */\nexport interface {name} {{\n{members}}}\n"


def _member(name: str, schema: Json) -> str:
    words = schema.get("description")
    comment = f"  /** {_line(words)} */\n" if words else ""
    return f"{comment}  {name}: {_type(schema)};\n"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(variant) for variant in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema["type"] == "array":
        return f"({_type(schema['items'])})[]"
    return SIMPLE[schema["type"]]


def _line(text: str) -> str:
    return " ".join(text.split())
