"""Counters of the ingest service, served as Prometheus text on loopback where a port is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.commit import Done
    from ingest.examine import Examined


class Metrics:
    """One registry per service, so that several live beside each other in tests."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.entries = Counter("antoan_ingest_entries", "Entries committed.", registry=self.registry)
        self.readings = Counter("antoan_ingest_readings", "Readings committed.", registry=self.registry)
        self.messages = Counter("antoan_ingest_messages", "Messages examined.", registry=self.registry)
        self.repeated = Counter("antoan_ingest_repeated", "Batches' chains that sent again.", registry=self.registry)
        self.gaps = Counter("antoan_ingest_gaps", "Gaps asked for.", registry=self.registry)
        self.forks = Counter("antoan_ingest_forks", "Chains seen forked, by batch.", registry=self.registry)
        self.refused = Counter("antoan_ingest_refused", "Messages refused.", ["reason"], registry=self.registry)
        self.commit_s = Histogram("antoan_ingest_commit_seconds", "Duration of a commit.", registry=self.registry)
        self.owner = Gauge("antoan_ingest_owner", "1 while this worker owns its partitions.", registry=self.registry)
        self.lag = Gauge("antoan_projection_lag", "Entries not projected yet.", ["projection"], registry=self.registry)

    def committed(self, examined: Examined, done: Done, took_s: float) -> None:
        """Count a committed batch."""
        self.messages.inc(len(examined.received))
        self.entries.inc(sum(one.new.entries - one.new.skip for one in examined.accepted))
        self.readings.inc(sum(one.new.readings for one in examined.accepted))
        self.repeated.inc(len(examined.repeated))
        self.gaps.inc(len(examined.early))
        self.forks.inc(len(done.forked))
        for one in examined.refused:
            self.refused.labels(one.reason).inc()
        self.commit_s.observe(took_s)

    def serve(self, port: int) -> Callable[[], None]:
        """Serve on loopback; returns what ends it. Raises OSError when the port is taken."""
        server, thread = start_http_server(port, "127.0.0.1", registry=self.registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop
