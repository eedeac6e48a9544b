"""What follows from the models is what is committed; the API does as its description says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.generate import COMMAND, generated
from api.sessions import COOKIE

if TYPE_CHECKING:
    from tests.api.world import Api

EXAMPLES = 10
BOUND_TOGETHER = {
    "/api/v1/points/{point}/readings",
    "/api/v1/measurements",
    "/api/v1/measurements/{measurement}/assignments",
    "/api/v1/measurements/{measurement}/checks",
}
"""Operations whose parameters are bound to each other (until after since) or to our time, which OpenAPI cannot say."""


def test_generated_files_are_those_of_the_models() -> None:
    stale = [str(path) for path, text in generated().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"{', '.join(stale)}: not what the models say; run `{COMMAND}` and commit"


async def test_the_api_answers_every_request_as_its_description_says(api: Api) -> None:
    """Good and malformed requests to every operation: no fault, no undocumented status, no answer of another form."""
    client = await api.logged_in("lan")
    (token,) = (cookie.value for cookie in client.cookie_jar if cookie.key == COOKIE)
    await api.world.alert()
    tried = await asyncio.to_thread(try_all, f"{api.base}/api/v1/openapi.json", {"Cookie": f"{COOKIE}={token}"})
    assert tried >= 10


def try_all(description: str, headers: dict[str, str]) -> int:
    """Try every operation but log-out (it would end the session); returns how many."""
    schema = schemathesis.openapi.from_url(description)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    kept = [each for each in operations if (each.method.upper(), each.path) != ("DELETE", "/api/v1/session")]
    for operation in kept:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def try_one(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(
                headers=headers, excluded_checks=[positive_data_acceptance] if case.path in BOUND_TOGETHER else None
            )

        try_one()
    return len(operations)
