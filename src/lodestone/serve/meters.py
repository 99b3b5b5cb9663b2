"""What Prometheus reads at /metrics. No person, item, community or key is ever a label."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import (
    GC_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    generate_latest,
)
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from lodestone.events.wire import Verdicts
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.request_figures import RequestFigures
from lodestone.services.feeds import Feed
from lodestone.services.load import Load
from lodestone.stores.ports import COMMIT_SECONDS, LogLoad

REQUEST_SECONDS: Final = (0.002, 0.01, 0.05, 0.2, 1.0)
"""Upper edges by which requests are counted: few, since every route has them all."""
_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"})


class Meters:
    """Counts what passes the doors of one process.

    Args:
        load: Says what the installation carries; asked whenever somebody reads the figures.
        guards: Whose connections and held back lines are told.
    """

    def __init__(self, load: Callable[[], Load], guards: Guards) -> None:
        self.registry = CollectorRegistry()
        self._feeds = Counter("lodestone_feeds", "Feeds answered", registry=self.registry)
        self._slots = Counter("lodestone_slots", "Slots filled", registry=self.registry)
        self._degraded = Counter(
            "lodestone_degraded_feeds", "Feeds that did without a part", registry=self.registry
        )
        self._events = Counter(
            "lodestone_events", "Events by verdict", ["verdict"], registry=self.registry
        )
        self._by_verdict = {
            name: self._events.labels(verdict=name) for name in ("accepted", "duplicate", "refused")
        }
        self._requests = RequestFigures(REQUEST_SECONDS)
        self.registry.register(_Families(lambda: _guard_families(guards)))
        self.registry.register(_Families(lambda: _load_families(load())))
        self.registry.register(PROCESS_COLLECTOR)
        self.registry.register(GC_COLLECTOR)

    def feed(self, feed: Feed) -> None:
        """Count one feed."""
        self._feeds.inc()
        self._slots.inc(len(feed.slots))
        if feed.degraded:
            self._degraded.inc()

    def events(self, verdicts: Verdicts) -> None:
        """Count one batch."""
        self._by_verdict["accepted"].inc(verdicts.accepted)
        self._by_verdict["duplicate"].inc(verdicts.duplicates)
        self._by_verdict["refused"].inc(len(verdicts.refused))

    def request(self, route: str, method: str, status: int, nanoseconds: int) -> None:
        """Count one request: on the event loop only, so that it needs no lock.

        Args:
            route: Its template, as the documentation names it.
            method: As sent; what no route ever takes is counted under one name.
            status: Of its answer, 0 when there was none.
            nanoseconds: From its arrival to the end of its answer.
        """
        known = method if method in _METHODS else "other"
        self._requests.count(route, known, status, nanoseconds)

    def text(self) -> bytes:
        """Return everything in Prometheus's own form."""
        return generate_latest(self.registry) + self._requests.text()


class _Families(Collector):
    """Lets the registry ask for figures at the time they are read."""

    def __init__(self, families: Callable[[], Iterator[Metric]]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """Return the families."""
        return self._families()

    def describe(self) -> list[Metric]:
        """Return nothing: to be registered asks for no figures."""
        return []


def _guard_families(guards: Guards) -> Iterator[Metric]:
    stages = GaugeMetricFamily(
        "lodestone_connections", "Connections by what they wait for", labels=["stage"]
    )
    for stage, count in guards.connections.by_stage().items():
        stages.add_metric([stage], count)
    yield stages
    closed = CounterMetricFamily(
        "lodestone_connections_closed", "Connections closed by the server, by why", labels=["why"]
    )
    for why, count in sorted(guards.connections.closed.items()):
        closed.add_metric([why], count)
    yield closed
    out = "How often there was no file descriptor for a connection"
    short = guards.connections.descriptors_out
    yield CounterMetricFamily("lodestone_descriptors_out", out, value=short)
    told = "Lines of the log counted and not written, since they repeat"
    yield CounterMetricFamily("lodestone_log_lines_held", told, value=guards.faults.held_back)


def _load_families(load: Load) -> Iterator[Metric]:
    for name, told, value in (
        ("receipts", "Decisions recorded", load.receipts),
        ("facts", "Facts in the logs", load.facts),
        ("price_steps", "Steps of the dual prices", load.price_steps),
    ):
        yield CounterMetricFamily(f"lodestone_{name}", told, value=value)
    alarms = GaugeMetricFamily(
        "lodestone_alarms", "Promises that cannot be kept, by kind", labels=["promise"]
    )
    for kind, ringing in load.alarms.items():
        alarms.add_metric([kind], ringing)
    memory = GaugeMetricFamily("lodestone_memory_bytes", "Arrays by part", labels=["part"])
    for part, size in load.memory_bytes.items():
        memory.add_metric([part], size)
    backlog = sum(log.backlog_bytes for log in load.logs)
    yield alarms
    yield memory
    failed = CounterMetricFamily(
        "lodestone_background_failures", "Failures of background work", labels=["job"]
    )
    for job, count in load.background_failures.items():
        failed.add_metric([job], count)
    yield failed
    yield GaugeMetricFamily(
        "lodestone_background_waiting", "What has failed and not been made good",
        value=load.background_waiting,
    )  # fmt: skip
    yield GaugeMetricFamily("lodestone_log_backlog_bytes", "What waits for a commit", value=backlog)
    yield _commits(load.logs)


def _commits(logs: tuple[LogLoad, ...]) -> Metric:
    counts = [sum(one) for one in zip(*(log.commits for log in logs), strict=True)]
    family = HistogramMetricFamily("lodestone_log_commit_seconds", "Commits by how long they took")
    buckets = _cumulated(COMMIT_SECONDS, counts or [0] * (len(COMMIT_SECONDS) + 1))
    family.add_metric([], buckets, sum(log.commit_seconds for log in logs))
    return family


def _cumulated(edges: tuple[float, ...], counts: list[int]) -> list[tuple[str, float]]:
    """Name buckets as Prometheus does: all up to an edge, the last without end."""
    names = [*(str(edge) for edge in edges), "+Inf"]
    return list(zip(names, (float(n) for n in accumulate(counts)), strict=True))
