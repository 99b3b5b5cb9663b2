"""What creators' orders do within a write of people. See `records.hooks`."""

from typing import Final

from sqlalchemy import func, or_

from lodestone.base.clock import Instant
from lodestone.creators.event_types import TYPE_OF
from lodestone.creators.life import Move
from lodestone.stores.ads.hooks import no_refusals
from lodestone.stores.creators.rows import GONE
from lodestone.stores.creators.schema import ASSIGNMENT_EVENTS, ASSIGNMENTS, BRIEFS, CREATORS
from lodestone.stores.records.hooks import EventReader, SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope


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


def newest_move(scope: Scope) -> int:
    """Return the number of the last move of any order, 0 before the first."""
    newest = scope.select(ASSIGNMENT_EVENTS, func.max(ASSIGNMENT_EVENTS.c.id))
    return int(scope.first(newest)[0] or 0)


def moves_after(scope: Scope, number: int, limit: int) -> list[tuple[int, str, str]]:
    """Return what webhooks are told of the moves after one: (number, type, order)."""
    column = ASSIGNMENT_EVENTS.c
    moves = scope.select(ASSIGNMENT_EVENTS, column.id, column.move, column.number)
    moves = moves.where(column.id > number).order_by(column.id).limit(limit)
    return [(row.id, TYPE_OF[Move(row.move)], str(row.number)) for row in scope.fetch(moves)]


CREATOR_HOOKS: Final = SubjectHooks(
    erase_party, no_refusals, events=EventReader(newest_move, moves_after)
)
"""What the records call."""
