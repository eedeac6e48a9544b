"""Legal or screening, and what a legal result would still need; checks before and after; uncertainty of the instrument. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from exposure.noise.iso9612 import FACTOR_95_ONE_SIDED, U2_CLASS_1_DB, U2_PERSONAL_DB, U3_POSITION_DB
from exposure.verdict import Checks
from firmware_profiles.loader import UnknownProfileError, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from store.measurements import Check, DescribedChannel, Measurement

CLASS_DB = {"class 1": U2_CLASS_1_DB, "class 2": U2_PERSONAL_DB, "personal": U2_PERSONAL_DB}
"""u2 by a word of the accuracy class that a profile states (ISO 9612:2009, Table C.5)."""


@dataclass(frozen=True, slots=True)
class Meter:
    """What the platform knows of the instrument behind a channel."""

    fit_for_legal_use: bool
    accuracy_class: str
    weighting: str | None
    """Frequency and time weighting of the channel, as its profile says."""
    verified_until: str | None
    """Of the descriptor, ISO date."""


@lru_cache(maxsize=256)
def _profile(profile_id: str, channel: str) -> tuple[bool, str, str | None]:
    try:
        found = load(profile_id).profile
    except UnknownProfileError:
        return False, "", None
    here = found.channels.get(channel)
    return found.judgement.use == "legal", found.judgement.accuracy_class, here.weighting if here else None


def meter_of(channel: DescribedChannel) -> Meter:
    """The instrument of a channel, from its descriptor and the profile that this names."""
    fit, accuracy, weighting = _profile(channel.descriptor.get("profile", ""), channel.name)
    if channel.unit == "dB[SPL]{A}":
        weighting = weighting or "A"
    verification = channel.descriptor.get("verification") or {}
    return Meter(fit, accuracy, weighting, verification.get("until"))


def checks_of(found: Sequence[Check], begin: datetime, end: datetime) -> Checks:
    """The last check before and the first after decide; one that is not there is missing, one that failed fails all."""
    before = [check for check in found if check.moment == "before" and check.checked_at <= begin]
    after = [check for check in found if check.moment == "after" and check.checked_at >= end]
    counting = [*before[-1:], *after[:1]]
    if any(not check.passed for check in counting):
        return Checks.FAILED
    return Checks.PASSED if len(counting) == 2 else Checks.MISSING


def lacking(measurement: Measurement, meter: Meter, checks: Checks, day: date) -> list[str]:
    """What a legal result would need and this one has not, by word; empty: it is legal."""
    said = measurement.said
    stated = said.verified_until is not None and said.verified_until >= day and bool(said.verification)
    described = meter.verified_until is not None and meter.verified_until >= day.isoformat()
    wanted = {
        "instrument": meter.fit_for_legal_use,
        "verification": stated or described,
        "checks": checks is Checks.PASSED,
        "method": bool(said.method.strip()),
        "organisation": bool(said.organisation.strip()),
    }
    return [word for word, there in wanted.items() if not there]


def instrument_db(meter: Meter) -> float | None:
    """Standard uncertainty of a sound level by the instrument's class, dB; None: not known."""
    return next((value for word, value in CLASS_DB.items() if word in meter.accuracy_class), None)


def noise_uncertainty(meter: Meter) -> tuple[float, str] | None:
    """U of a level from instrument and microphone position, and its basis (ISO 9612:2009, C.5, C.6); None: class not known.

    The spread between days and workers is not in it: that needs several measurements (exposure/noise/iso9612.py).
    """
    u2 = instrument_db(meter)
    if u2 is None:
        return None
    expanded = FACTOR_95_ONE_SIDED * math.hypot(u2, U3_POSITION_DB)
    return (
        expanded,
        f"ISO 9612:2009, C.5, C.6; {meter.accuracy_class}; k = 1.65",
    )
