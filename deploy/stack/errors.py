"""What can go wrong below the services. Each message names the thing, the place and the remedy."""

from __future__ import annotations

ALTERNATIVES = (
    "Alternatives: give services of your own with `--database URL --broker URL`, "
    "or start them with Docker: `docker compose -f deploy/compose.yaml up`."
)


class StackError(Exception):
    """A service below AnToan cannot be had or does not run."""


class PackagesUnavailableError(StackError):
    """Debian's packages cannot be had on this machine; the message names the alternatives."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}\n{ALTERNATIVES}")


class NotReadyError(StackError):
    """A service was started and did not answer in time, or ended at once. The message carries the end of its log."""
