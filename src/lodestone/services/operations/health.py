"""What whoever runs a community looks at first: what fails, what stands still, what is in force and since when."""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.loop_times import watching
from lodestone.services.community.community import Engine
from lodestone.services.community.registry import Engines
from lodestone.services.learning.item_lists import ItemListsOut
from lodestone.services.support.failures import Failure
from lodestone.stores.ports import Records
from lodestone.stores.records.audit_port import AuditFilter
from lodestone.traffic.pricer import alarms

STALLS_MAX: Final = 5
_NANOS_IN_MS: Final = 10**6
BACKUP: Final = "backup"
"""Kind of the act under which a back-up is noted."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on the disk of one folder."""

    folder: str
    free_mib: int
    floor_mib: int
    """Under this many the process says that it is not ready."""

    @property
    def low(self) -> bool:
        """Say whether it is nearly full."""
        return self.free_mib < self.floor_mib


@dataclass(frozen=True, slots=True)
class Stall:
    """Work during which nothing else was served, since the process started."""

    work: str
    longest_ms: float
    times: int
    """Steps of 5 ms or more."""


@dataclass(frozen=True, slots=True)
class Health:
    """How one community stands, and the process that serves it."""

    failing: tuple[Failure, ...]
    """Background work of the community and of the installation, the oldest first."""
    alarms: tuple[str, ...]
    """Promises that cannot be kept at the cap of their price, by id."""
    stalls: tuple[Stall, ...]
    """The longest first."""
    facts: int
    receipts: int
    backlog_bytes: int
    """What waits for a commit of the log."""
    commit_ms: float | None
    """Mean time of a commit since the log was opened; None before the first."""
    prices_at: Instant
    refreshed_at: Instant | None
    """When logits, gates and lists were last worked out anew; None since the start."""
    debiased_at: Instant | None
    """When authors were last debiased."""
    weights: str
    """Version of the weights that predict outcomes."""
    item_lists: ItemListsOut


def health_of(engine: Engine, home: Engines) -> Health:
    """Say how a community stands; reads memory alone, on the event loop's thread."""
    keeper, load = engine.housekeeper, engine.log.load()
    commits = sum(load.commits)
    return Health(
        failing=(*engine.failures.standing(), *home.failures.standing()),
        alarms=tuple(alarms(keeper.pricer, keeper.policy)),
        stalls=_stalls(),
        facts=int(engine.log.end()),
        receipts=engine.log.receipt_next(),
        backlog_bytes=load.backlog_bytes,
        commit_ms=1000 * load.commit_seconds / commits if commits else None,
        prices_at=Instant(keeper.pricer.vector.time),
        refreshed_at=keeper.refreshed_at,
        debiased_at=keeper.debiased_at,
        weights=keeper.model.version,
        item_lists=engine.item_lists.shown(),
    )


def last_backup(records: Records, community: str) -> Instant | None:
    """Return when the newest back-up was noted; None where none was. Asks the records: call it in a thread."""
    entries = records.audit_log(community, AuditFilter(kind=BACKUP), limit=1, before=None)
    return entries[0].time if entries else None


def _stalls() -> tuple[Stall, ...]:
    times = watching()
    works = [] if times is None else list(times.by_work.items())
    slow = [
        Stall(work, time.longest / _NANOS_IN_MS, time.slow) for work, time in works if time.slow
    ]
    return tuple(sorted(slow, key=lambda stall: -stall.longest_ms)[:STALLS_MAX])
