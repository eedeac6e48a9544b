"""What a server may want of a kit: a part of its settings, whole or not at all; and which edge alarms it would loosen. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from alerts.engine.rules import DangerRule
from gateway_agent.drivers.settings import InstrumentSettings
from gateway_agent.settings import EdgeRule, GatewaySettings, SealSettings, SpoolSettings
from telemetry.strict import SettingsError, StrictModel, validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.engine.rules import LevelRule


class Wanted(StrictModel):
    """The settings that a server may decide; what is absent stays as the kit's own file has it."""

    instruments: tuple[InstrumentSettings, ...] | None = Field(default=None, description="What is plugged in")
    seal: SealSettings | None = Field(default=None, description="When entries are sealed")
    spool: SpoolSettings | None = Field(default=None, description="What is kept, and until when")
    alarms: tuple[EdgeRule, ...] | None = Field(default=None, description="Rules that the kit itself sounds")
    site: str | None = Field(default=None, max_length=200, description="Where it is to measure")
    hold: bool = Field(default=False, description="Keep everything in the spool: an accident is investigated")


def read_wanted(body: bytes) -> Wanted:
    """Read a body. Raises SettingsError that names every fault."""
    try:
        data = json.loads(body)
    except ValueError as error:
        raise SettingsError(f"desired: {error}") from error
    return validate(data, Wanted, "desired")


def merged(own: GatewaySettings, wanted: Wanted) -> GatewaySettings:
    """The kit's own settings with what is wanted in place of its part, judged as a whole. Raises SettingsError."""
    update = {
        name: value
        for name in ("instruments", "seal", "spool", "alarms", "site")
        if (value := getattr(wanted, name)) is not None
    }
    try:
        return GatewaySettings.model_validate(
            {**{name: getattr(own, name) for name in GatewaySettings.model_fields}, **update}
        )
    except ValidationError as error:
        raise SettingsError(f"desired: {error.errors()[0]['msg']}") from error


def loosened(now: Sequence[LevelRule | DangerRule], then: Sequence[LevelRule | DangerRule]) -> list[str]:
    """The ids of edge alarms that would sound later, or not at all; whatever cannot be shown to be as strict counts."""
    after = {rule.id: rule for rule in then}
    return [rule.id for rule in now if not _as_strict(rule, after.get(rule.id))]


def _as_strict(before: LevelRule | DangerRule, after: LevelRule | DangerRule | None) -> bool:
    if after is None or before.kind != after.kind:
        return False
    free = {"title", "procedure", "set_point"} | (set() if isinstance(before, DangerRule) else {"on_delay_s"})
    same = all(getattr(before, name) == getattr(after, name) for name in type(before).model_fields if name not in free)
    earlier = getattr(after, "on_delay_s", 0) <= getattr(before, "on_delay_s", 0)
    lower_is_stricter = before.direction == "at_least"
    stricter = after.set_point <= before.set_point if lower_is_stricter else after.set_point >= before.set_point
    return same and earlier and stricter
