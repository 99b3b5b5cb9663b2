"""What Prometheus reads at /metrics. No person, item, community or key is ever a label."""

from bisect import bisect_left
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
from lodestone.services.feeds import Feed
from lodestone.services.load import Load
from lodestone.stores.ports import COMMIT_SECONDS, LogLoad

REQUEST_SECONDS: Final = (
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
)  # fmt: skip
"""Upper edges by which requests are counted."""
_EDGES: Final = tuple(round(edge * 1e9) for edge in REQUEST_SECONDS)
_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"})
_TOOK: Final = len(_EDGES) + 1


class Meters:
    """Counts what passes the doors of one process.

    Args:
        load: Says what the installation carries; asked whenever somebody reads the figures.
    """

    def __init__(self, load: Callable[[], Load]) -> None:
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
        self._requests: dict[tuple[str, str, int], list[int]] = {}
        self.registry.register(_Families(self._request_families))
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
        counts = self._requests.get((route, method, status))
        if counts is None:
            known = (route, method if method in _METHODS else "other", status)
            counts = self._requests.setdefault(known, [0] * (_TOOK + 1))
        counts[bisect_left(_EDGES, nanoseconds)] += 1
        counts[_TOOK] += nanoseconds

    def text(self) -> bytes:
        """Return everything in Prometheus's own form."""
        return generate_latest(self.registry)

    def _request_families(self) -> Iterator[Metric]:
        names = ["route", "method", "status"]
        family = HistogramMetricFamily(
            "lodestone_request_seconds", "Requests by how long they took", labels=names
        )
        for (route, method, status), counts in self._requests.items():
            buckets = _cumulated(REQUEST_SECONDS, counts[:_TOOK])
            family.add_metric([route, method, str(status)], buckets, counts[_TOOK] / 1e9)
        yield family


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
