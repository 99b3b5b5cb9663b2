"""What an installation carries just now, and what it has done since it started: counts that never fall."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from lodestone.services.community.community import Engine
from lodestone.services.support.failures import Failures
from lodestone.stores.ports import COMMIT_SECONDS
from lodestone.traffic.pricer import alarms, bits_of


@dataclass(slots=True)
class Counts:
    """What has been done, added up over communities."""

    receipts: int = 0
    facts: int = 0
    price_steps: int = 0
    commits: tuple[int, ...] = (0,) * (len(COMMIT_SECONDS) + 1)
    """Commits of logs by how long they took, see `COMMIT_SECONDS`."""
    commit_seconds: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    """How often background work has failed, by job."""

    def plus(self, other: "Counts", sign: int = 1) -> "Counts":
        """Return the sum, or the difference for a sign of -1."""
        failures = Counter(self.failures)
        for job, count in other.failures.items():
            failures[job] += sign * count
        return Counts(
            self.receipts + sign * other.receipts, self.facts + sign * other.facts,
            self.price_steps + sign * other.price_steps,
            tuple(a + sign * b for a, b in zip(self.commits, other.commits, strict=True)),
            self.commit_seconds + sign * other.commit_seconds, failures,
        )  # fmt: skip


def counts_of(engine: Engine) -> Counts:
    """Return how far a community has come: its log's ends, and what its process has counted."""
    log = engine.log.load()
    return Counts(
        engine.log.receipt_next(), engine.log.end(), engine.housekeeper.pricer.vector.version,
        log.commits, log.commit_seconds, Counter(engine.failures.counts),
    )  # fmt: skip


class Totals:
    """Counts of one process since its start, of communities that have closed since too.

    A log holds all that ever happened, and leaves with its community. What a process counts begins at 0 and
    only rises, so each community counts from where it stood when it was opened, and what it has done stays when
    it closes.
    """

    def __init__(self) -> None:
        self._began: dict[str, Counts] = {}
        self._closed = Counts()

    def opened(self, engine: Engine) -> None:
        """Count a community from where its log stands now; what this process counts itself began at 0."""
        now = counts_of(engine)
        self._began[engine.community.id] = Counts(now.receipts, now.facts, now.price_steps)

    def closing(self, engine: Engine) -> None:
        """Keep what a community has done; call it while its log is still open."""
        began = self._began.pop(engine.community.id)
        self._closed = self._closed.plus(counts_of(engine).plus(began, -1))

    def now(self, engines: Iterable[Engine]) -> Counts:
        """Return the totals; `engines` are those that are open."""
        total = self._closed
        for engine in engines:
            began = self._began.get(engine.community.id)
            if began is not None:
                total = total.plus(counts_of(engine).plus(began, -1))
        return total


@dataclass(frozen=True, slots=True)
class Load:
    """All open communities together, and what has been done since the start."""

    counts: Counts
    receipts: int
    """In the logs of open communities."""
    facts: int
    """In the logs of open communities."""
    alarms: dict[str, int]
    """Promises that cannot be kept, by their kind; every kind that is promised is there."""
    backlog_bytes: int
    """What waits for a commit now."""
    memory_bytes: dict[str, int]
    """What arrays take, by part."""
    background_waiting: int
    """What has failed and not been made good."""


def load_of(
    engines: Iterable[Engine], totals: Totals | None = None, own: Failures | None = None
) -> Load:
    """Add up what the open communities carry and what has been done.

    Args:
        engines: Those of the open communities.
        totals: Of this process; None where it opens none.
        own: Failures of what the installation itself does by the clock.
    """
    found = list(engines)
    registries = [engine.failures for engine in found] + ([] if own is None else [own])
    counts = Counts() if totals is None else totals.now(found)
    if own is not None:
        counts = counts.plus(Counts(failures=Counter(own.counts)))
    ringing: dict[str, int] = {}
    memory: dict[str, int] = {}
    for engine in found:
        keeper = engine.housekeeper
        rings = set(alarms(keeper.pricer, keeper.policy))
        for promise in bits_of(keeper.policy).values():
            ringing[promise.kind] = ringing.get(promise.kind, 0) + (promise.id in rings)
        for part, size in _memory(engine).items():
            memory[part] = memory.get(part, 0) + size
    return Load(
        counts=counts,
        receipts=sum(engine.log.receipt_next() for engine in found),
        facts=sum(engine.log.end() for engine in found),
        alarms=ringing,
        backlog_bytes=sum(engine.log.load().backlog_bytes for engine in found),
        memory_bytes=memory,
        background_waiting=sum(len(one.standing()) for one in registries),
    )


def _memory(engine: Engine) -> dict[str, int]:
    ingest = engine.ingest
    return {
        **engine.state.memory(),
        "lists": array_bytes(engine.parts.postings),
        "vectors": engine.parts.index.nbytes,
        "duplicates": ingest.events.bytes + ingest.slots.bytes,
    }


def array_bytes(holder: object) -> int:
    """Return the bytes of the arrays that an object holds, and those that its own parts hold.

    Dictionaries, sets and what libraries keep for themselves are not looked into.
    """
    size = 0
    for value in vars(holder).values():
        if isinstance(value, np.ndarray):
            size += value.nbytes
        elif type(value).__module__.startswith("lodestone.") and hasattr(value, "__dict__"):
            size += array_bytes(value)
    return size
