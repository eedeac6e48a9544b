"""When exposure is expected within a shift. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.measurements import Stretch


def merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """In order, overlapping ones joined."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found


def within(stretches: Sequence[Stretch], whole: Stretch) -> list[Stretch]:
    """The parts inside `whole`."""
    return merged([(max(a, whole[0]), min(b, whole[1])) for a, b in stretches if a < whole[1] and b > whole[0]])


def without(whole: Stretch, breaks: Sequence[Stretch]) -> list[Stretch]:
    """What is left of `whole` outside the breaks."""
    found, start = [], whole[0]
    for begin, end in within(breaks, whole):
        if begin > start:
            found.append((start, begin))
        start = end
    if whole[1] > start:
        found.append((start, whole[1]))
    return found


def seconds(stretches: Sequence[Stretch]) -> float:
    """Their length together."""
    return sum((end - start).total_seconds() for start, end in stretches)


def expected(shift: Stretch, breaks: Sequence[Stretch], occupancy: Sequence[Stretch] | None) -> list[Stretch]:
    """The time of exposure: the stated occupancy within the shift, or the shift without its breaks."""
    return without(shift, breaks) if occupancy is None else within(occupancy, shift)
