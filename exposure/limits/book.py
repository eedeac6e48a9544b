"""The book of limits: every limit of every set by its id, chosen by the law in force on a day. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from exposure.limits.schema import Agent, Limit, LimitSet, Source, digest_of
from exposure.limits.strict import LimitError


class UnknownLimitError(LimitError):
    """No limit has this id; the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A limit with the set it belongs to."""

    id: str
    """`<set>.<limit>`, e.g. `vn.qcvn_24_2016.lex_8h`: never given to another limit."""
    set_id: str
    limit_set: LimitSet
    limit: Limit
    agent: Agent
    digest: str

    @property
    def source(self) -> Source:
        """Where the value was seen."""
        return self.limit_set.sources[self.limit.source]

    @property
    def seen(self) -> bool:
        """Whether the value was seen in a source at all. Not seen means unverified."""
        return self.source.evidence != "memory"

    @property
    def valid_from(self) -> date | None:
        """First day in force; None: not recorded."""
        return self.limit.valid_from or self.limit_set.valid_from

    @property
    def valid_to(self) -> date | None:
        """Last day in force; None: still in force."""
        return self.limit.valid_to or self.limit_set.valid_to

    def in_force(self, day: date) -> bool:
        """Whether the limit was the law on `day`. An unrecorded first day is taken as always."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    @property
    def clause(self) -> str:
        """The text and its table or clause, as a report cites it."""
        return f"{self.limit_set.instrument}, {self.limit.clause}" if self.limit.clause else self.limit_set.instrument


class Book:
    """Limit sets by id (`vn.qcvn_24_2016`), with the agents they share."""

    def __init__(self, sets: Mapping[str, LimitSet], agents: Mapping[str, Agent]) -> None:
        """Join limits with their agents. Raises LimitError for an agent that neither the set nor `agents` has."""
        self.sets, self.agents = dict(sets), dict(agents)
        self._entries = {entry.id: entry for entry in self._joined()}

    def _joined(self) -> Iterator[Entry]:
        for set_id, limit_set in self.sets.items():
            known = self.agents | limit_set.agents
            for name, limit in limit_set.limits.items():
                if limit.agent not in known:
                    near = difflib.get_close_matches(limit.agent, known, n=1)
                    hint = f"did you mean {near[0]!r}?" if near else "name it under `agents`"
                    raise LimitError(f"{set_id}: limits.{name}.agent: unknown agent {limit.agent!r}; {hint}")
                yield Entry(
                    f"{set_id}.{name}", set_id, limit_set, limit, known[limit.agent], digest_of(limit_set, name)
                )

    def __iter__(self) -> Iterator[Entry]:
        """Every entry, by id."""
        return iter(self._entries.values())

    def __len__(self) -> int:
        """How many limits there are."""
        return len(self._entries)

    def entry(self, limit_id: str) -> Entry:
        """The limit of an id. Raises UnknownLimitError."""
        if limit_id not in self._entries:
            near = difflib.get_close_matches(limit_id, self._entries, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else "see `antoan limits list`"
            raise UnknownLimitError(f"no limit {limit_id!r}; {hint}")
        return self._entries[limit_id]

    def select(
        self, *, on: date | None = None, jurisdiction: str | None = None, category: str | None = None, text: str = ""
    ) -> list[Entry]:
        """The limits in force `on` a day (None: of every day) that match everything given."""
        return [
            entry
            for entry in self
            if (on is None or entry.in_force(on))
            and jurisdiction in {None, entry.limit_set.jurisdiction}
            and category in {None, entry.limit_set.category}
            and _mentions(entry, text)
        ]

    def pending(self, on: date | None = None) -> list[tuple[str, LimitSet]]:
        """Sets whose values are still to be entered, wholly or in part."""
        return [
            (set_id, found)
            for set_id, found in self.sets.items()
            if found.pending is not None and (on is None or found.valid_from is None or found.valid_from <= on)
        ]

    def with_sets(self, sets: Mapping[str, LimitSet]) -> Book:
        """This book with more sets. Raises LimitError where an id is taken: nothing is overridden."""
        if taken := sorted(set(sets) & set(self.sets)):
            raise LimitError(f"the set {taken[0]!r} is there already; a set of another name stands beside it")
        return Book(self.sets | dict(sets), self.agents)


def _mentions(entry: Entry, text: str) -> bool:
    label = entry.limit.label
    words = [entry.id, entry.limit_set.instrument, entry.agent.en, entry.agent.vi, entry.agent.cas]
    words += [label.en, label.vi] if label else []
    return text.casefold() in " ".join(word for word in words if word).casefold()
