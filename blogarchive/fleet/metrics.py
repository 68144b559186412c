"""The metrics of a fleet in the text format of Prometheus: in a file, at a port, or printed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, start_http_server, write_to_textfile
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from blogarchive.fleet.database.shards import WorkerRow
from blogarchive.fleet.status import ShardStatus

_PREFIX: Final = "blogarchive_fleet"
_GAUGES: Final = {
    "running": "1 if a round runs",
    "paused": "1 if the shard is paused",
    "served": "1 if the worker of its home lives",
    "problem": "1 if its round cannot begin",
    "lag_seconds": "how late the next round is",
    "last_success_timestamp_seconds": "end of the last complete round",
    "posts": "posts in the archive",
    "hosts": "hosts of the shard",
    "failing_hosts": "hosts that failed in their last round, or are paused",
    "exit_code": "exit code of the last round that has ended",
}
_COUNTERS: Final = {
    "rounds": "rounds that were begun",
    "requests": "requests of all rounds, some seconds ago",
    "failed_rounds": "rounds that ended with an error",
}


class FleetMetrics:
    """A collector: a sample of each metric for each shard of `found`, which is replaced at each reading."""

    def __init__(self, found: Iterable[ShardStatus] = (), *, is_connected: bool = True) -> None:
        self.found = found
        self.is_connected = is_connected
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the shards and of their workers."""
        gauges: dict[str, GaugeMetricFamily | CounterMetricFamily] = {
            name: GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=["shard"])
            for name, text in _GAUGES.items()
        }
        gauges |= {
            name: CounterMetricFamily(f"{_PREFIX}_{name}", text, labels=["shard"])
            for name, text in _COUNTERS.items()
        }
        workers: dict[str, WorkerRow] = {}
        for one in self.found:
            for name, value in _samples(one):
                gauges[name].add_metric([one.row.shard], value)
            if one.worker:
                workers[one.row.home] = one.worker
        yield from gauges.values()
        yield _heartbeats(workers.values())
        yield GaugeMetricFamily(
            f"{_PREFIX}_postgresql_up", "1 if PostgreSQL answers", value=int(self.is_connected)
        )

    def as_text(self) -> str:
        """Return the metrics as text."""
        return generate_latest(self._registry).decode()

    def write(self, path: Path) -> None:
        """Replace a file, as the textfile collector of the node exporter reads it."""
        write_to_textfile(str(path), self._registry)

    def serve(self, port: int) -> None:
        """Serve the metrics at a port of all addresses until the process ends."""
        start_http_server(port, registry=self._registry)


def _samples(one: ShardStatus) -> Iterator[tuple[str, float]]:
    row = one.row
    yield "running", row.is_running
    yield "paused", row.paused_at is not None
    yield "served", one.worker is not None
    yield "problem", row.problem is not None
    yield "lag_seconds", one.lag_seconds
    yield "posts", row.posts or 0
    yield "hosts", len(row.hosts)
    yield "failing_hosts", len(one.hosts)
    yield "rounds", row.round
    yield "requests", row.requests + (one.requests or 0)
    yield "failed_rounds", row.failures
    if row.succeeded_at:
        yield "last_success_timestamp_seconds", row.succeeded_at.timestamp()
    ended = next((done.exit_code for done in one.rounds if done.exit_code is not None), None)
    if ended is not None:
        yield "exit_code", ended


def _heartbeats(workers: Iterable[WorkerRow]) -> Metric:
    seen = GaugeMetricFamily(
        f"{_PREFIX}_worker_seen_timestamp_seconds",
        "last heartbeat of a worker",
        labels=["machine", "folder", "version"],
    )
    for worker in workers:
        seen.add_metric([worker.machine, worker.folder, worker.version], worker.seen_at.timestamp())
    return seen
