"""By when each stage of a creator's order must be left: then the clock moves it, see `life.SILENCE`."""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.creators.life import Stage

ANSWER_DAYS: Final = 7
"""An offer or a bid waits so long for its answer, and never past the brief's deadline."""
APPROVAL_DAYS: Final = 3
"""A draft waits so long for the advertiser, unless the brief says otherwise."""
REVISION_DAYS: Final = 3
"""Another draft is due so long after changes were asked for."""
PUBLISH_DAYS: Final = 7
"""What was approved is published within so long."""
LATE_DAYS: Final = 7
"""Facts of a counted day are taken so long after it, as those of any day are."""
OBJECTION_DAYS: Final = 3
"""What was measured may be objected to for so long at least."""
DECISION_DAYS: Final = 14
"""An operator decides a dispute within so long."""


@dataclass(frozen=True, slots=True)
class Times:
    """What the time of a stage follows from."""

    deadline: Instant
    """The brief's: by then the first draft is handed in."""
    approval_days: int
    counted_until: Instant | None
    """The end of the last counted day; None before something was published."""


def due(stage: Stage, now: Instant, times: Times) -> Instant | None:
    """Return by when a stage that is entered now must be left, None for one that nothing leaves.

    >>> due(Stage.REVISING, Instant(0), Times(Instant(0), 3, None)) == REVISION_DAYS * DAY_MICROS
    True
    """
    if stage in (Stage.OFFERED, Stage.BID):
        return min(_in(now, ANSWER_DAYS), times.deadline)
    if stage is Stage.ACCEPTED:
        return times.deadline
    if stage is Stage.DRAFTED:
        return _in(now, times.approval_days)
    if stage is Stage.REVISING:
        return _in(now, REVISION_DAYS)
    if stage is Stage.APPROVED:
        return _in(now, PUBLISH_DAYS)
    if stage is Stage.PUBLISHED:
        assert times.counted_until is not None
        return times.counted_until
    if stage is Stage.MEASURED:
        return max(_in(now, OBJECTION_DAYS), _late(times))
    if stage is Stage.DISPUTED:
        return max(_in(now, DECISION_DAYS), _late(times))
    return None


def _late(times: Times) -> Instant:
    """Return when no fact of the counted days can come any more; the beginning of time where none are counted."""
    until = times.counted_until
    return Instant(0) if until is None else _in(until, LATE_DAYS)


def _in(instant: Instant, days: int) -> Instant:
    return Instant(instant + days * DAY_MICROS)
