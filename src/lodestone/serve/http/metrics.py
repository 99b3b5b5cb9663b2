"""What Prometheus reads at /metrics. No person, item, community or key is ever a label."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from itertools import accumulate
from platform import python_version
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

from lodestone.base.loop_times import watching
from lodestone.events.wire import Verdicts
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.request_figures import RequestFigures
from lodestone.services.community.totals import Counts
from lodestone.services.feed.messages import Feed
from lodestone.services.operations import COMMIT_SECONDS
from lodestone.services.operations.metrics import Load

REQUEST_SECONDS: Final = (0.002, 0.01, 0.05, 0.2, 1.0)
"""Upper edges by which requests are counted: few, since every route has them all."""
_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"})


class Metrics:
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
        self.registry.register(_Families(_loop_families))
        build = _build()
        self.registry.register(_Families(lambda: iter((build,))))
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


def _loop_families() -> Iterator[Metric]:
    """Return what the event loop's steps took; nothing where nobody watches it."""
    watched = watching()
    longest = GaugeMetricFamily(
        "lodestone_loop_longest_seconds",
        "Longest step of the event loop since the start",
        labels=["work"],
    )
    processor = GaugeMetricFamily(
        "lodestone_loop_longest_processor_seconds",
        "Most processor time of such a step",
        labels=["work"],
    )
    slow = CounterMetricFamily("lodestone_loop_slow", "Steps of 5 ms or more", labels=["work"])
    seconds = CounterMetricFamily(
        "lodestone_loop_slow_seconds", "What these steps took together", labels=["work"]
    )
    for work, times in sorted(watched.by_work.items()) if watched is not None else ():
        longest.add_metric([work], times.longest / 1e9)
        processor.add_metric([work], times.longest_processor / 1e9)
        slow.add_metric([work], times.slow)
        seconds.add_metric([work], times.slow_nanos / 1e9)
    yield from (longest, processor, slow, seconds)


def _load_families(load: Load) -> Iterator[Metric]:
    counts = load.counts
    for name, says, value in (
        ("lodestone_receipts", "Decisions recorded since the start", counts.receipts),
        ("lodestone_facts", "Facts appended to logs since the start", counts.facts),
        ("lodestone_price_steps", "Steps of the dual prices since the start", counts.price_steps),
    ):
        yield CounterMetricFamily(name, says, value=value)
    for name, says, value in (
        ("lodestone_log_receipts", "Receipts in the logs of open communities", load.receipts),
        ("lodestone_log_facts", "Facts in the logs of open communities", load.facts),
    ):
        yield GaugeMetricFamily(name, says, value=value)
    alarms = GaugeMetricFamily(
        "lodestone_alarms", "Promises that cannot be kept, by kind", labels=["promise"]
    )
    for kind, ringing in load.alarms.items():
        alarms.add_metric([kind], ringing)
    memory = GaugeMetricFamily("lodestone_memory_bytes", "Arrays by part", labels=["part"])
    for part, size in load.memory_bytes.items():
        memory.add_metric([part], size)
    yield alarms
    yield memory
    failed = CounterMetricFamily(
        "lodestone_background_failures", "Failures of background work", labels=["job"]
    )
    for job, count in counts.failures.items():
        failed.add_metric([job], count)
    yield failed
    yield GaugeMetricFamily(
        "lodestone_background_waiting",
        "What has failed and not been made good",
        value=load.background_waiting,
    )
    waiting = "Bytes that wait for a commit now"
    yield GaugeMetricFamily("lodestone_log_backlog_bytes", waiting, value=load.backlog_bytes)
    yield _commits(counts)


def _commits(counts: Counts) -> Metric:
    says = "Commits of logs by how long they took, the sync included"
    family = HistogramMetricFamily("lodestone_log_commit_seconds", says)
    family.add_metric([], _cumulated(COMMIT_SECONDS, counts.commits), counts.commit_seconds)
    return family


@cache
def _build() -> Metric:
    family = GaugeMetricFamily(
        "lodestone_build_info", "Always 1; its labels say what runs", labels=["version", "python"]
    )
    family.add_metric([version("lodestone"), python_version()], 1)
    return family


def _cumulated(edges: tuple[float, ...], counts: tuple[int, ...]) -> list[tuple[str, float]]:
    """Name buckets as Prometheus does: all up to an edge, the last without end."""
    names = [*(str(edge) for edge in edges), "+Inf"]
    return list(zip(names, (float(n) for n in accumulate(counts)), strict=True))
