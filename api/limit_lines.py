"""Which set-points concern a point: the limit lines of its chart. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.engine.rules import Direction
from api.models.sites import LimitLine, Title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.alerts import SetPoint
    from store.sites_live import Latest


def lines_of(point: Latest, set_points: Iterable[SetPoint]) -> list[LimitLine]:
    """The lines of a point, highest first. A set-point in another unit than the point's is of no rule that can run."""
    mine = [s for s in set_points if s.unit == point.unit and _selects(s.body.get("select") or {}, point)]
    return sorted((_line(set_point) for set_point in mine), key=lambda line: -line.value)


def _selects(select: dict[str, Any], point: Latest) -> bool:
    """Whether the rule's selection means this point; what is left out matches all (the site is the query's)."""
    here = {"point": point.id, "gateway": point.gateway, "channel": point.channel, "quantity": point.quantity}
    return all(select.get(name) in {None, value} for name, value in here.items())


def _line(set_point: SetPoint) -> LimitLine:
    body = set_point.body
    return LimitLine(
        value=float(set_point.set_point),
        above=body.get("direction", Direction.AT_LEAST) == Direction.AT_LEAST,
        priority=body.get("priority", "medium"),
        title=Title(vi=body["title"]["vi"], en=body["title"]["en"]),
    )
