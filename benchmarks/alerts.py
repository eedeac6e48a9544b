"""How fast a danger becomes a siren (on the kit) and a message (on the server). Bars: DESIGN §12.

`alerts.edge_p99_ms`    reading taken → output set, by the gateway's own service without a network.
`alerts.server_p99_ms`  publish → notification handed over, through broker, ingest, record and alert service with 1,000 rules, at half
                        of the rate of 20 × 10 entries that this very stack commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from benchmarks import _edge_alarms, _server_alerts
from benchmarks._percentiles import result

if TYPE_CHECKING:
    from collections.abc import Callable


def run(progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure both; a few minutes."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # nothing but the report on standard output
    progress("edge: reading taken to output set")
    edge = _edge_alarms.rounds()
    progress(f"edge: p99 {', '.join(f'{value:.1f} ms' for value in edge)}")
    server = _server_alerts.measure(progress)
    return [
        result("alerts.edge_p99_ms", "ms", "<= 20", edge),
        result("alerts.server_p99_ms", "ms", "<= 250", server.p99_ms, p50_ms=server.p50_ms, entries_per_s=server.rate),
    ]
