"""The metrics of a fleet in the text format of Prometheus: in a file, at a port, or printed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, start_http_server, write_to_textfile
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from blogarchive.fleet.database.shards import ShardStatus

_PREFIX: Final = "blogarchive_fleet"


def _exit_code(one: ShardStatus) -> float | None:
    return next((done["exit_code"] for done in one["rounds"] if done["exit_code"] is not None), None)


def _seconds(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None


_GAUGES: Final[dict[str, tuple[str, Callable[[ShardStatus], float | None]]]] = {
    "running": ("1 if a round runs", lambda one: one["is_running"]),
    "paused": ("1 if the shard is paused", lambda one: one["paused_at"] is not None),
    "served": ("1 if the worker of its home lives", lambda one: one["worker"] is not None),
    "problem": ("1 if its round cannot begin", lambda one: one["problem"] is not None),
    "lag_seconds": ("how late the next round is", lambda one: one["lag_seconds"]),
    "last_success_timestamp_seconds": ("the last complete round", lambda one: _seconds(one["succeeded_at"])),
    "posts": ("posts in the archive", lambda one: one["posts"] or 0),
    "hosts": ("hosts of the shard", lambda one: len(one["hosts"])),
    "failing_hosts": ("hosts that failed last, or are paused", lambda one: len(one["failing_hosts"])),
    "exit_code": ("exit code of the last round that has ended", _exit_code),
}
_COUNTERS: Final[dict[str, tuple[str, Callable[[ShardStatus], float | None]]]] = {
    "rounds": ("rounds that were begun", lambda one: one["round"]),
    "requests": ("requests of all rounds", lambda one: one["all_requests"] + (one["requests"] or 0)),
    "failed_rounds": ("rounds that ended with an error", lambda one: one["failures"]),
}


class FleetMetrics:
    """A collector: a sample of each metric for each shard of `found`, which is replaced at each reading."""

    def __init__(self, found: Iterable[ShardStatus]) -> None:
        self.found = found
        self.is_connected = True
        # Otherwise the registry would collect once while it registers.
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the shards and of their workers."""
        for family, metrics in ((GaugeMetricFamily, _GAUGES), (CounterMetricFamily, _COUNTERS)):
            for name, (text, value_of) in metrics.items():
                metric = family(f"{_PREFIX}_{name}", text, labels=["shard"])
                for one in self.found:
                    if (value := value_of(one)) is not None:
                        metric.add_metric([one["shard"]], value)
                yield metric
        yield self._heartbeats()
        value = int(self.is_connected)
        yield GaugeMetricFamily(f"{_PREFIX}_postgresql_up", "1 if PostgreSQL answers", value=value)

    def _heartbeats(self) -> Metric:
        name, labels = f"{_PREFIX}_worker_seen_timestamp_seconds", ["machine", "folder", "version"]
        seen = GaugeMetricFamily(name, "last heartbeat of a worker", labels=labels)
        workers = [one["worker"] for one in self.found if one["worker"]]
        seen_at = {tuple(worker[label] for label in labels): worker["seen_at"] for worker in workers}
        for values, moment in seen_at.items():
            seen.add_metric(values, datetime.fromisoformat(moment).timestamp())
        return seen

    def as_text(self) -> str:
        """Return the metrics as text."""
        return generate_latest(self._registry).decode()

    def write(self, path: Path) -> None:
        """Replace a file, as the textfile collector of the node exporter reads it."""
        write_to_textfile(str(path), self._registry)

    def serve(self, port: int) -> None:
        """Serve the metrics at a port of all addresses until the process ends."""
        start_http_server(port, registry=self._registry)
