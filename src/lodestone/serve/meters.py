"""What Prometheus reads at /metrics. No person, item or key is ever a label."""

from prometheus_client import CollectorRegistry, Counter, generate_latest

from lodestone.events.wire import Verdicts
from lodestone.services.feeds import Feed


class Meters:
    """Counts what passes the doors of one process."""

    def __init__(self) -> None:
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

    def text(self) -> bytes:
        """Return everything in Prometheus's own form."""
        return generate_latest(self.registry)
