"""What the demonstration says: progress and news on standard error, the report on standard output."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.status import Status
from rich.table import Table

REPORT_ROWS = (
    ("entries_recorded", "entries in the record"),
    ("readings_sampled", "readings sampled by the kits"),
    ("readings_recorded", "readings in the record"),
    ("rows_projected", "rows for SQL"),
    ("alerts_raised", "alerts raised"),
    ("notifications_delivered", "notifications delivered"),
    ("chains_verified", "chains verified"),
    ("wire_bytes_per_reading", "bytes per reading on the wire (TLS, both ways)"),
    ("stored_bytes_per_reading", "bytes per reading at rest"),
)


class Voice:
    """Speaks to a person, or writes plain lines where nobody watches."""

    def __init__(self, *, plain: bool) -> None:
        self._console = Console(stderr=True, highlight=False, no_color=plain)
        self._plain = plain
        self._last = ""
        self._status: Status | None = None

    def progress(self, what: str, share: float) -> None:
        """A Progress: one line for each thing, with the share that is done where a terminal can show it."""
        moving = not self._plain and self._console.is_terminal
        if moving:
            text = f"{what} … {share:.0%}" if 0 < share < 1 else f"{what} …"
            if self._status is None:
                self._status = self._console.status(text)
                self._status.start()
            self._status.update(text)
        elif what != self._last:
            self._console.print(f"{what} …")
        self._last = what

    def say(self, text: str) -> None:
        """A line, above whatever moves."""
        self.still()
        self._console.print(text)

    def still(self) -> None:
        """End what moves."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def welcome(self, url: str, people: list[tuple[str, str]], password: str) -> None:
        """Where the page is and how to log in."""
        self.still()
        who = "\n".join(f"   {login:<10} {title}" for login, title in people)
        self._console.print(
            Panel(
                f"[bold]{url}[/bold]\n\nlog in as\n{who}\npassword   [bold]{password}[/bold]\n\nCtrl-C ends it.",
                title="AnToan",
                expand=False,
            )
        )

    def heard(self, message: dict[str, Any]) -> None:
        """A notification, as the person on duty gets it."""
        self.say(f"✉  {message.get('subject', '')}")

    def report(self, found: dict[str, Any], *, as_json: bool) -> None:
        """The counts, last: one JSON object, or a table."""
        self.still()
        if as_json:
            print(json.dumps(found, ensure_ascii=False), flush=True)  # noqa: T201  (what was asked for)
            return
        table = Table(show_header=False)
        for key, words in REPORT_ROWS:
            table.add_row(words, str(found[key]))
        for what, times in found["latency_ms"].items():
            table.add_row(f"reading to {what}, ms", f"p50 {times['p50']}, p99 {times['p99']}")
        for fault in found["faults"]:
            table.add_row("fault", fault)
        table.add_row("everything agrees", "yes" if found["ok"] else "NO")
        Console().print(table)
