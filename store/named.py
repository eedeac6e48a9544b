"""SQL by name: `sql("record/append")` is the text of `store/sql/record/append.sql`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sql(name: str) -> str:
    """The text of a named statement. Raises FileNotFoundError for a name that has no file."""
    return files("store").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
