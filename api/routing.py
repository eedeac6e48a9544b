"""A thin layer on aiohttp: a route states its models once; checking, answering and OpenAPI follow from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from api.problems import ApiError, Forbidden, Invalid, NotFound, NotLoggedIn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from api.context import Context
    from store.people import LoggedIn

MAX_BODY_BYTES = 16 * 1024
"""No request of this API needs more; aiohttp ends a longer one before it is read."""

MAX_ID = 2**31 - 1

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Call:
    """One request, already checked: who asks, which path ids, which query and body."""

    context: Context
    request: web.Request
    person: LoggedIn | None
    ids: dict[str, int]
    query: BaseModel | None
    body: BaseModel | None

    @property
    def viewer(self) -> LoggedIn:
        """The person who is logged in. Raises NotLoggedIn on a public route without one."""
        if self.person is None:
            raise NotLoggedIn("log in first")
        return self.person

    def queried(self, model: type[Model]) -> Model:
        """The query as the route's own model."""
        assert isinstance(self.query, model), "the route declares another query model"  # noqa: S101
        return self.query

    def sent(self, model: type[Model]) -> Model:
        """The body as the route's own model."""
        assert isinstance(self.body, model), "the route declares another body model"  # noqa: S101
        return self.body


@dataclass(frozen=True)
class Answer:
    """A body with headers or cookies of its own; handlers that need none return the model alone."""

    body: BaseModel | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One operation of the API. Paths hold ids as `{name}`; they are positive 32-bit integers."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[BaseModel | Answer | None]]
    summary: str
    answer: type[BaseModel] | None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    problems: tuple[type[ApiError], ...] = ()
    public: bool = False
    roles: frozenset[str] | None = None

    @property
    def success(self) -> int:
        """The status of a request that was done."""
        return 200 if self.answer else 204


def path_names(path: str) -> list[str]:
    """The ids that a route's path names."""
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def add_route(app: web.Application, context: Context, route: Route) -> None:
    """Serve `route` from `app`."""

    async def serve(request: web.Request) -> web.Response:
        call = await _checked(context, request, route)
        done = await route.handler(call)
        answer = done if isinstance(done, Answer) else Answer(done)
        if answer.body is None:
            return web.Response(status=204, headers=answer.headers)
        text = answer.body.model_dump_json()
        return web.Response(text=text, content_type="application/json", headers=answer.headers)

    app.router.add_route(route.method, route.path, serve)


async def _checked(context: Context, request: web.Request, route: Route) -> Call:
    """Who asks comes first, so that a stranger learns nothing from the answers to wrong requests."""
    person = await context.sessions.person_of(request)
    if person is None and not route.public:
        raise NotLoggedIn("log in first")
    if person and route.roles is not None and person.role not in route.roles:
        raise Forbidden(f"not for the role {person.role}")
    return Call(context, request, person, _ids(request), _query(request, route), await _body(request, route))


def _ids(request: web.Request) -> dict[str, int]:
    return {name: parse_id(text) for name, text in request.match_info.items()}


def parse_id(text: str) -> int:
    """The id of a path or query part. Raises NotFound for what can be none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MAX_ID):
        raise NotFound("there is no such thing")
    return int(text)


def _query(request: web.Request, route: Route) -> BaseModel | None:
    if len(set(request.query)) != len(request.query):
        raise Invalid("query: a parameter is given twice")
    if route.query is None:
        if request.query:
            raise Invalid(f"query: no parameters are known here, got {next(iter(request.query))[:40]!r}")
        return None
    return _validated(route.query, dict(request.query), "query", strings=True)


async def _body(request: web.Request, route: Route) -> BaseModel | None:
    if route.body is None:
        return None
    if request.content_type != "application/json":
        raise Invalid("body: Content-Type must be application/json")
    try:
        data = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise Invalid("body: not JSON") from error
    return _validated(route.body, data, "body")


def _validated(model: type[Model], data: Any, where: str, *, strings: bool = False) -> Model:  # noqa: ANN401
    try:
        return model.model_validate_strings(data) if strings else model.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in fault["loc"])
        raise Invalid(f"{where}: {place}: {fault['msg']}") from error
