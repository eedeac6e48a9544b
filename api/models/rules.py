"""Alert rules: what is in force, every version, and bringing new ones into force."""

from __future__ import annotations

from pydantic import Field

from alerts.engine.rule_parts import RULE_ID
from api.models.base import Form, Moment, Text


class RuleAsked(Form):
    """Which rules are wanted."""

    rule: str | None = Field(default=None, pattern=RULE_ID, description="every version of this one; else all in force")


class RuleVersion(Form):
    """A version of a rule."""

    rule: str
    version: int
    kind: str
    body: str = Field(description="the rule as JSON, every setting written out")
    loaded_at: Moment
    loaded_by: str | None = Field(description="null: by a command on the server")
    retired_at: Moment | None = Field(description="null: in force")


class Rules(Form):
    """Rules, by name, newest version first."""

    server_time: Moment
    rules: list[RuleVersion]


class NewRules(Form):
    """Rules to bring into force; a changed rule becomes a new version, an equal one is left alone."""

    yaml: Text = Field(min_length=1, max_length=14_000, description="a rules file, as `antoan admin rules` reads it")


class RetireRule(Form):
    """Take a rule out of force; its versions stay."""

    rule: str = Field(pattern=RULE_ID)


class RulesChanged(Form):
    """The rules that have another version now."""

    changed: list[str]
