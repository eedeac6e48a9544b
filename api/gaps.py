"""Where readings are missing in a window. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSED = 3
"""So many readings in a row must be missing before it is a gap: one or two are jitter."""
ON_THE_WAY = timedelta(seconds=30)
"""The last readings may still be with the gateway: an entry is sealed every few seconds, at most once a minute when idle."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def gaps_of(
    times_us: Sequence[int], covered: tuple[datetime, datetime], bucket: timedelta, interval: timedelta
) -> list[tuple[datetime, datetime]]:
    """Stretches of `covered` without readings, oldest first.

    `times_us` are the last readings of buckets that are no longer than `bucket`, in order; `interval` is the nominal time
    between readings. A gap shorter than a bucket cannot be seen in them and is not reported.
    """
    since, until = covered
    if until <= since:
        return []
    longest = max(interval * MISSED, bucket + interval * 2)
    moments = [EPOCH + timedelta(microseconds=us) for us in times_us]
    ends = [
        (before, after) for before, after in zip([since, *moments], moments, strict=False) if after - before > longest
    ]
    last = moments[-1] if moments else since
    if until - last > longest + ON_THE_WAY:
        ends.append((last, until))
    return ends
