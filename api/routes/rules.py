"""Alert rules through the API: the same file, the same checks and the same versions as by the command on the server."""

from __future__ import annotations

import json

from alerts.book import load_rules
from api.context import now
from api.models import rules as forms
from api.problems import Conflict, NotFound
from api.routing import Call, Route
from store import alerts_rules
from telemetry.strict import SettingsError

MAY_RULE = frozenset({"administrator"})
"""A rule holds for every kit that it selects, whoever owns it."""


async def list_rules(call: Call) -> forms.Rules:
    """The rules in force, or every version of one."""
    async with call.context.connection() as db:
        found = await alerts_rules.versions(db, call.queried(forms.RuleAsked).rule)
    return forms.Rules(server_time=now(), rules=[_version(version) for version in found])


async def put(call: Call) -> forms.RulesChanged:
    """Bring the rules of a file into force; a fault in one of them and nothing has changed."""
    async with call.context.connection() as db:
        try:
            changed = await load_rules(db, call.sent(forms.NewRules).yaml, "rules", person=call.viewer.id)
        except SettingsError as error:
            raise Conflict(str(error)) from error
    return forms.RulesChanged(changed=changed)


async def retire(call: Call) -> None:
    """Take a rule out of force; what it had raised ends."""
    async with call.context.connection() as db:
        if not await alerts_rules.retire_rule(db, call.sent(forms.RetireRule).rule):
            raise NotFound("no rule of that name is in force")


def _version(version: alerts_rules.RuleVersion) -> forms.RuleVersion:
    return forms.RuleVersion(
        rule=version.rule,
        version=version.version,
        kind=str(version.body["kind"]),
        body=json.dumps(version.body, ensure_ascii=False, sort_keys=True),
        loaded_at=version.loaded_at,
        loaded_by=version.loaded_by,
        retired_at=version.retired_at,
    )


ROUTES = (
    Route("GET", "/api/v1/rules", list_rules, "Alert rules in force, or every version of one", forms.Rules, query=forms.RuleAsked),
    Route(
        "POST", "/api/v1/rules", put, "Bring rules into force", forms.RulesChanged, body=forms.NewRules,
        problems=(Conflict,), roles=MAY_RULE,
    ),
    Route(
        "POST", "/api/v1/rules/retire", retire, "Take a rule out of force", None, body=forms.RetireRule,
        problems=(NotFound,), roles=MAY_RULE,
    ),
)  # fmt: skip
