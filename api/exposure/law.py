"""The limits that hold for an agency: those of the platform, its own and those from above, with what was confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from exposure.limits.book import Book, Entry
from exposure.limits.loader import book, parse_set
from exposure.limits.strict import LimitError
from store import limits as store_limits

if TYPE_CHECKING:
    from exposure.limits.schema import LimitSet
    from store.connection import Connection
    from store.limits import Confirmation, OwnSet


@dataclass(frozen=True, slots=True)
class Law:
    """What an agency judges by. `faulty`: own sets that this version of the platform cannot read, with the fault."""

    book: Book
    confirmations: tuple[Confirmation, ...]
    own_sets: tuple[OwnSet, ...]
    faulty: tuple[tuple[OwnSet, str], ...]

    def confirmation(self, entry: Entry) -> Confirmation | None:
        """The confirmation of this very limit, by its digest, that holds for the agency."""
        return next(
            (c for c in self.confirmations if c.holds and (c.limit_id, c.digest) == (entry.id, entry.digest)), None
        )


def set_id(own: OwnSet) -> str:
    """Under which id an own set stands beside the law."""
    return f"agency_{own.agency}.{own.name}"


async def law_of(conn: Connection, agency: int) -> Law:
    """The law of an agency now."""
    own_sets = await store_limits.own_sets(conn, agency)
    confirmations = await store_limits.confirmations(conn, agency)
    joined, faulty = book(), []
    for own in own_sets:
        try:
            joined = joined.with_sets({set_id(own): _parsed(own.body)})
        except LimitError as error:
            faulty.append((own, str(error)))
    return Law(joined, tuple(confirmations), tuple(own_sets), tuple(faulty))


@lru_cache(maxsize=256)
def _parsed(body: str) -> LimitSet:
    """YAML is slow: the same text is parsed once."""
    return parse_set(body, "own set")


def checked_own(body: str) -> LimitSet:
    """A set that an agency wants to add. Raises LimitError; a set that is not an agency's own is refused."""
    found = _parsed(body)
    if found.standing != "agency":
        raise LimitError("own set: standing must be 'agency' and jurisdiction 'AGENCY': it stands beside the law")
    Book({"own.set": found}, book().agents)
    return found
