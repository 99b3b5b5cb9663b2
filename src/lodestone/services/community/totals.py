"""What a process has done since it started: counts that never fall."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lodestone.stores.log.port import COMMIT_SECONDS

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine


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
            self.receipts + sign * other.receipts,
            self.facts + sign * other.facts,
            self.price_steps + sign * other.price_steps,
            tuple(a + sign * b for a, b in zip(self.commits, other.commits, strict=True)),
            self.commit_seconds + sign * other.commit_seconds,
            failures,
        )


def counts_of(engine: "Engine") -> Counts:
    """Return how far a community has come: its log's ends, and what its process has counted."""
    log = engine.log.load()
    return Counts(
        engine.log.receipt_next(),
        engine.log.end(),
        engine.housekeeper.pricer.vector.version,
        log.commits,
        log.commit_seconds,
        Counter(engine.failures.counts),
    )


class Totals:
    """Counts of one process since its start, of communities that have closed since too.

    A log holds all that ever happened, and leaves with its community. What a process counts begins at 0 and
    only rises, so each community counts from where it stood when it was opened, and what it has done stays when
    it closes.
    """

    def __init__(self) -> None:
        self._began: dict[str, Counts] = {}
        self._closed = Counts()

    def opened(self, engine: "Engine") -> None:
        """Count a community from where its log stands now; what this process counts itself began at 0."""
        now = counts_of(engine)
        self._began[engine.community.id] = Counts(now.receipts, now.facts, now.price_steps)

    def closing(self, engine: "Engine") -> None:
        """Keep what a community has done; call it while its log is still open."""
        began = self._began.pop(engine.community.id)
        self._closed = self._closed.plus(counts_of(engine).plus(began, -1))

    def now(self, engines: Iterable["Engine"]) -> Counts:
        """Return the totals; `engines` are those that are open."""
        total = self._closed
        for engine in engines:
            began = self._began.get(engine.community.id)
            if began is not None:
                total = total.plus(counts_of(engine).plus(began, -1))
        return total
