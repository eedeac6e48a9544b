"""News of keys that was announced before is heard before ingest goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.key_news import KeyNews
from store.enrolment import CHANGED_CHANNEL

if TYPE_CHECKING:
    from tests.support.database import Database

pytestmark = pytest.mark.services


async def test_once_caught_up_nothing_that_was_announced_before_is_unheard(database: Database) -> None:
    office, listener = await database.connect("antoan_api"), await database.connect("antoan_ingest")
    heard: list[str] = []
    news = KeyNews(listener, heard.append)
    await news.listen()
    announced = [f"kit{number:08}" for number in range(100)]
    for number, gateway in enumerate(announced, 1):
        await office.execute("SELECT pg_notify($1, $2)", CHANGED_CHANNEL, gateway)
        await news.caught_up()
        assert heard == announced[:number]
