"""Tables on the command line: fitted to a person's terminal, or one line a row for what reads a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PIPE_COLUMNS = 10_000
"""Wide enough that no row of a pipe is ever wrapped."""


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their heads. The first column is a name to copy, so it is never cut or wrapped."""
    columns = [Column(head[0], no_wrap=True), *map(Column, head[1:])]
    console = Console()
    table = Table(*columns) if console.is_terminal else Table(*columns, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*map(escape, row))
    if not console.is_terminal:
        console = Console(width=PIPE_COLUMNS)
    console.print(table)
