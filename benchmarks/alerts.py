"""How fast a danger becomes a siren (on the kit) and a message (on the server). Bars: DESIGN §12.

`alerts.edge_p99_ms`    reading taken → output set, by the gateway's own service without a network.
`alerts.server_p99_ms`  publish → notification handed over, through broker, ingest, record and alert service with 1,000 rules, at half
                        of the rate of 20 × 10 entries that this very stack commits.

Without bars: `alerts.engine_rules_per_s` and `…_readings_per_s`, one core, 10,000 channels and 30,000 rules; `alerts.load_0_p99_ms`,
`…_50_…`, `…_90_…`, the distribution of the same latency at shares of capacity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from benchmarks import _alert_latency, _edge_alarms, _engine_rules, _server_alerts
from benchmarks._percentiles import percentile, result

if TYPE_CHECKING:
    from collections.abc import Callable


def run(progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure both; a few minutes."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # nothing but the report on standard output
    progress("edge: reading taken to output set")
    edge = _edge_alarms.rounds()
    progress(f"edge: p99 {', '.join(f'{value:.1f} ms' for value in edge)}")
    server = _server_alerts.measure(progress)
    engine, loaded = _engine_rules.measure(progress), _alert_latency.measure(progress)
    return [
        result("alerts.edge_p99_ms", "ms", "<= 20", edge),
        result("alerts.server_p99_ms", "ms", "<= 250", server.p99_ms, p50_ms=server.p50_ms, entries_per_s=server.rate),
        result("alerts.engine_rules_per_s", "1/s", "report", engine.rules_per_s, bind_s=engine.bind_s),
        result("alerts.engine_readings_per_s", "1/s", "report", engine.readings_per_s),
        *(_latency(share, found) for share, found in loaded.items()),
    ]


def _latency(share: int, found: list[float]) -> dict[str, Any]:
    """The distribution at a share of capacity; its value is the 99th percentile."""
    parts = {f"p{percent}_ms": percentile(found, percent) for percent in (50, 90, 95, 99)}
    return result(
        f"alerts.load_{share}_p99_ms", "ms", "report", [parts["p99_ms"]], **parts, most_ms=max(found), alarms=len(found)
    )
