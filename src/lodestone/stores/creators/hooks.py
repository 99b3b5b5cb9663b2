"""What creators' orders and boosts do within a write of people. See `records.hooks`."""

from typing import Any, Final

from sqlalchemy import or_

from lodestone.base.clock import Instant
from lodestone.commerce.webhooks import Stream
from lodestone.creators.boost import BoostState
from lodestone.creators.event_types import BOOST_TYPE_OF, TYPE_OF
from lodestone.creators.life import Move
from lodestone.stores.ads.hooks import no_refusals
from lodestone.stores.creators.rows import GONE
from lodestone.stores.creators.schema import (
    ASSIGNMENT_EVENTS,
    ASSIGNMENTS,
    BOOST_EVENTS,
    BRIEFS,
    CREATORS,
)
from lodestone.stores.records.hooks import EventReader, SubjectHooks
from lodestone.stores.records.work import Work

NO_DIGEST: Final = b""
"""What is left of an offer's digest, from which the offer could be guessed."""


def erase_party(work: Work, ordinal: int, _now: Instant) -> None:
    """Delete somebody's profile, close and empty their briefs, and let the clock look at their orders at once."""
    work.run(work.delete(CREATORS).where(CREATORS.c.ordinal == ordinal))
    mine = work.update(BRIEFS).where(BRIEFS.c.owner == ordinal)
    work.run(mine.values(doc=GONE, closed=True))
    written = work.update(ASSIGNMENT_EVENTS).where(ASSIGNMENT_EVENTS.c.author == ordinal)
    work.run(written.values(text=None))
    theirs = or_(ASSIGNMENTS.c.creator == ordinal, ASSIGNMENTS.c.owner == ordinal)
    orders = work.update(ASSIGNMENTS).where(theirs, ASSIGNMENTS.c.due.is_not(None))
    work.run(orders.values(orphaned=True))
    numbers = work.select(ASSIGNMENTS, ASSIGNMENTS.c.number).where(theirs)
    asked = work.update(ASSIGNMENT_EVENTS).where(ASSIGNMENT_EVENTS.c.number.in_(numbers))
    work.run(asked.values(digest=None))
    work.run(work.update(ASSIGNMENTS).where(theirs).values(digest=NO_DIGEST))


def shown_move(row: Any) -> tuple[str, str]:
    """Return what webhooks are told of a move: its type, and the order."""
    return TYPE_OF[Move(row.move)], str(row.number)


_MOVE: Final = ASSIGNMENT_EVENTS.c
CREATOR_HOOKS: Final = SubjectHooks(
    erase_party,
    no_refusals,
    events=EventReader(Stream.ASSIGNMENTS, (_MOVE.id, _MOVE.move, _MOVE.number), shown_move),
)
"""What the records call."""


def leave_boosts(_work: Work, _ordinal: int, _now: Instant) -> None:
    """Leave somebody's boosts to the clock: what they run as ends with the rest of their advertising."""


def shown_state(row: Any) -> tuple[str, str]:
    """Return what webhooks are told of a boost: its type, and the boost."""
    return BOOST_TYPE_OF[BoostState(row.state)], row.boost


_STATE: Final = BOOST_EVENTS.c
BOOST_HOOKS: Final = SubjectHooks(
    leave_boosts,
    no_refusals,
    events=EventReader(Stream.BOOSTS, (_STATE.id, _STATE.state, _STATE.boost), shown_state),
)
"""The same of boosts."""
