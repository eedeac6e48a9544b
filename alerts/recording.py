"""From findings to alerts in the store. Runs in the caller's transaction, on the connection that owns the alerts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from alerts.engine import Change, Moment, set_point_of
from store import alerts_engine
from store.alerts_engine import CHAIN, Episode, Name
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asyncpg import Connection

    from alerts.evaluator import Finding


async def record(conn: Connection, findings: Sequence[Finding], late_after_us: int) -> list[int]:
    """Write what was found; the alerts that are new or have changed. What is known already changes nothing."""
    touched = []
    for finding in findings:
        if finding.transition.change is Change.RAISED:
            alert = await alerts_engine.raise_alert(conn, episode_of(finding, late_after_us))
        else:
            alert = await _record_return(conn, finding, late_after_us)
        if alert is not None:
            touched.append(alert)
    return touched


async def _record_return(conn: Connection, finding: Finding, late_after_us: int) -> int | None:
    at, at_us = finding.transition.at, finding.utc_us(finding.transition.at)
    return await alerts_engine.return_alert(
        conn,
        name_of(finding),
        boot=at.boot,
        at_us=at.us,
        at=None if at_us is None else from_us(at_us),
        peak=finding.transition.peak,
        late=is_late(finding, late_after_us),
    )


def name_of(finding: Finding) -> Name:
    """What names the episode of a finding."""
    episode = finding.transition.episode
    channel = CHAIN if finding.channel is None else finding.channel.gateway_channel
    return Name(finding.gateway, channel, finding.version.rule.id, episode.boot, episode.us)


def episode_of(finding: Finding, late_after_us: int) -> Episode:
    """The alert that a RAISED finding makes. Late: learnt more than `late_after_us` after it happened."""
    rule, transition, channel = finding.version.rule, finding.transition, finding.channel
    name = name_of(finding)
    set_point, unit = set_point_of(rule)
    exponent = transition.exponent if channel is None or transition.exponent is not None else channel.exponent
    return Episode(
        gateway=name.gateway,
        gateway_channel=name.gateway_channel,
        rule=name.rule,
        boot=name.boot,
        raised_us=name.raised_us,
        rule_version=finding.version.version,
        kind=rule.kind,
        cycle=rule.cycle.value,
        priority=rule.priority.value,
        origin="server",
        title=json.dumps(rule.title.model_dump(), ensure_ascii=False),
        channel=None if channel is None else channel.channel,
        set_point=set_point,
        unit=transition.unit or unit,
        exponent=exponent,
        value=transition.value,
        raised_at=_utc(finding, transition.at),
        since_at=_utc(finding, transition.since),
        peak=transition.peak,
        at_least=transition.at_least,
        epoch=finding.receipt.epoch,
        seq=finding.receipt.seq,
        received=finding.receipt.received,
        edge_epoch=None,
        edge_episode=None,
        late=is_late(finding, late_after_us),
        provisional=transition.provisional,
        detail=transition.detail[:500],
        limit_at=None
        if transition.limit_us is None
        else _utc(finding, Moment(transition.at.boot, transition.limit_us)),
    )


def _utc(finding: Finding, moment: Moment) -> datetime | None:
    utc_us = finding.utc_us(moment)
    return None if utc_us is None else from_us(utc_us)


def is_late(finding: Finding, late_after_us: int) -> bool:
    """Whether it was learnt too late. A moment whose UTC is unknown is taken for present: rather one page too many."""
    if finding.transition.provisional:
        return False
    utc_us = finding.utc_us(finding.transition.at)
    return utc_us is not None and to_us(finding.receipt.received) - utc_us > late_after_us
