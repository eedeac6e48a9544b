"""OpenAPI 3.1 from the routes and their models. The committed `openapi.json` is compared in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from api.models.base import Problem
from api.problems import ApiError, Forbidden, Invalid, NotFound, NotLoggedIn, TooMany
from api.routing import MAX_ID, Route, path_names
from api.security import SAFE_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

REF = "#/components/schemas/{model}"
Json = dict[str, Any]


def document(routes: Iterable[Route], version: str) -> Json:
    """The whole description, ready for `json.dumps`."""
    routes = list(routes)
    models = {m for r in routes for m in (r.body, r.answer) if m} | {Problem}
    modes = [(model, "serialization") for model in sorted(models, key=lambda m: m.__name__)]
    refs, schemas = models_json_schema(modes, ref_template=REF)  # type: ignore[arg-type]  # a literal in a list
    del refs
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AnToan",
            "version": version,
            "description": "Telemetry for occupational safety and health: sites, live values, readings, alerts.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "antoan_session"}},
        },
    }


def text(routes: Iterable[Route], version: str) -> str:
    """The description as it is committed."""
    return json.dumps(document(routes, version), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _operation(route: Route) -> Json:
    name = route.path.removeprefix("/api/v1/").replace("/", "_").replace("{", "").replace("}", "")
    operation: Json = {
        "operationId": f"{route.method.lower()}_{name}",
        "summary": route.summary,
        "parameters": _path_parameters(route.path) + _query_parameters(route.query),
        "responses": {str(route.success): _answer(route.answer)} | _problems(route),
        "security": [{}, {"session": []}] if route.public else [{"session": []}],
    }
    if route.body:
        operation["requestBody"] = {"required": True, "content": _json(route.body)}
    return operation


def _path_parameters(path: str) -> list[Json]:
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in path_names(path)]


def _query_parameters(model: type[BaseModel] | None) -> list[Json]:
    if model is None:
        return []
    schema = model.model_json_schema(mode="validation")
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _not_null(property_)}
        for name, property_ in schema["properties"].items()
    ]


def _not_null(schema: Json) -> Json:
    """A query parameter is absent rather than null."""
    variants = [variant for variant in schema.get("anyOf", []) if variant != {"type": "null"}]
    if len(variants) != 1:
        return schema
    plain: Json = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}} | variants[0]
    return plain


def _answer(model: type[BaseModel] | None) -> Json:
    return {"description": "done", "content": _json(model)} if model else {"description": "done"}


def _problems(route: Route) -> Json:
    kinds: set[type[ApiError]] = {Invalid, *route.problems}
    if path_names(route.path):
        kinds.add(NotFound)
    if not route.public:
        kinds.add(NotLoggedIn)
    if route.method not in SAFE_METHODS or route.roles:
        kinds.add(Forbidden)
    answers: Json = {}
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        answers[str(kind.status)] = {"description": (kind.__doc__ or "").strip(), "content": _json(Problem)}
        if kind is TooMany:
            answers[str(kind.status)]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _json(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}
