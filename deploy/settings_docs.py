"""Writes `docs/settings.md` from the settings models, so that the page can never lag behind the program.

Run `python -m deploy.settings_docs` after a change of settings; a test compares.
"""

from __future__ import annotations

import types
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from deploy.commands.desired import DesiredSettings
from deploy.commands.store import OwnerSettings
from deploy.services import SERVICES
from deploy.stack.broker_settings import BrokerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Each service reads one YAML 1.2 file (`--config FILE`). An unknown key is refused by name, with the nearest valid one.
A dot stands for nesting: `broker.port` is `port` under `broker`. This page is written by `python -m deploy.settings_docs`.
"""


def render() -> str:
    """Return the page: a table for each service, a row for each setting with type, default and meaning."""
    parts = [HEAD]
    for name, model in settings_models().items():
        parts.append(f"\n## {name}\n\n| setting | type | default | meaning |\n|---|---|---|---|\n")
        parts.extend(f"| `{key}` | {kind} | {default} | {meaning} |\n" for key, kind, default, meaning in rows(model))
    return "".join(parts)


def settings_models() -> Mapping[str, type[BaseModel]]:
    """Return every settings model by the heading it has on the page."""
    services = {name: service.settings_model() for name, service in SERVICES.items()}
    return services | {
        "migrate, rebuild, verify": OwnerSettings,
        "broker configure": BrokerSettings,
        "admin desired": DesiredSettings,
    }


def rows(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield key, type, default and meaning of every setting, nested ones with a dotted key."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        yield key, _words(field.annotation), _default(field), (field.description or "").replace("|", "\\|")
        for nested, many in _models_in(field.annotation):
            yield from rows(nested, f"{key}[]." if many else f"{key}.")


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required" if field.default_factory is None else "empty"
    return "none" if field.default is None else f"`{field.default}`"


def _words(annotation: Any) -> str:  # noqa: ANN401  (a type form)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(_words(part) for part in arguments if part is not type(None))
    composed = {
        Annotated: lambda: _words(arguments[0]),
        Literal: lambda: ", ".join(f"`{value}`" for value in arguments),
        list: lambda: f"list of {_words(arguments[0])}",
        tuple: lambda: f"list of {_words(arguments[0])}",
        dict: lambda: f"map of {_words(arguments[0])} to {_words(arguments[1])}",
    }
    if origin in composed:
        return composed[origin]()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    name = getattr(annotation, "__name__", str(annotation))
    return {"str": "text", "int": "integer", "float": "number", "bool": "true or false"}.get(name, name.lower())


def _models_in(annotation: Any, *, many: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, many
    repeated = many or get_origin(annotation) in (list, tuple, dict)
    for argument in get_args(annotation):
        yield from _models_in(argument, many=repeated)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
