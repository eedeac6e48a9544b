"""The audit of identities: rows that are only ever added. What was refused is there too, with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.enrolment import Connection


class Action(StrEnum):
    """What happened."""

    TOKEN_ISSUED = "token_issued"  # noqa: S105  (a word of the audit)
    TOKEN_WITHDRAWN = "token_withdrawn"  # noqa: S105
    ENROLLED = "enrolled"
    RENEWED = "renewed"
    REVOKED = "revoked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked: a person (`person.id`), an address, or neither for a command on the server."""

    person: int | None = None
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One row."""

    action: Action
    gateway: str | None = None
    epoch: int | None = None
    reason: str | None = None
    """Of a refusal or revocation; at most 500 characters."""
    detail: Mapping[str, Any] = field(default_factory=dict)


async def note(conn: Connection, fact: Fact, asker: Asker) -> None:
    """Add a row, in the transaction of what it tells of."""
    await conn.execute(
        sql("enrolment/audit"),
        *(str(fact.action), fact.gateway, fact.epoch, asker.person, asker.remote, fact.reason, json.dumps(fact.detail)),
    )
