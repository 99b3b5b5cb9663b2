"""Everything that one commit of creators' orders reads and writes: orders, their moves, and their money.

A service opens a unit of work, does one thing in it, and closes it: the move and its money are one commit, or nothing is.
"""

from lodestone.base.clock import Instant
from lodestone.base.wire import app_id
from lodestone.creators.brief import BriefIn
from lodestone.creators.creator import CreatorIn
from lodestone.stores.commerce.numbers import Numbers
from lodestone.stores.commerce.types import Party
from lodestone.stores.commerce.unit_of_work import LedgerPart
from lodestone.stores.creators import rows
from lodestone.stores.creators.finds import Finds
from lodestone.stores.creators.schema import ASSIGNMENT_EVENTS, ASSIGNMENTS, BRIEFS, CREATORS
from lodestone.stores.creators.types import Assignment, AssignmentEvent
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, Values, fields_of


class CreatorWork(Finds):
    """One commit of creators' orders in one community. See the module."""

    def __init__(self, work: Work, now: Instant) -> None:
        super().__init__(work)
        self._work, self.now = work, now
        self.ledger = LedgerPart(work, now)
        self._numbers = Numbers(work, ASSIGNMENTS.c.number)
        self._events = Numbers(work, ASSIGNMENT_EVENTS.c.id)

    def put_creator(self, party: Party, given: CreatorIn) -> bool:
        """Write a profile; return whether it is new."""
        before = self.creator(party)
        about = About(party.ordinal, party.key)
        was = None if before is None else fields_of(before.given)
        self._work.audit("creator", "", was, fields_of(given), about)
        doc = rows.seal_creator(given, party.key)
        if before is None:
            row = {"ordinal": party.ordinal, "created": self.now, "doc": doc}
            self._work.insert(CREATORS, [row])
            return True
        if before.given != given:
            update = self._work.update(CREATORS).where(CREATORS.c.ordinal == party.ordinal)
            self._work.run(update.values(doc=doc))
        return False

    def put_brief(
        self,
        brief_id: str,
        given: BriefIn,
        before: BriefIn | None,
        owner: Party,
        creators: tuple[int, ...],
    ) -> None:
        """Write a brief, new or with another state.

        Args:
            brief_id: The app's.
            given: As it becomes.
            before: As it is, None for a new one.
            owner: Who owns the advertiser.
            creators: Ordinals of those it names.
        """
        app_id(brief_id)
        about, was = About(owner.ordinal, owner.key), None if before is None else fields_of(before)
        self._work.audit("brief", brief_id, was, fields_of(given), about)
        closed = given.state == "closed"
        if before is not None:
            if before.state != given.state:
                update = self._work.update(BRIEFS).where(BRIEFS.c.id == brief_id)
                self._work.run(update.values(closed=closed))
            return
        fresh = {
            "id": brief_id, "owner": owner.ordinal, "advertiser": given.advertiser_id, "closed": closed,
            "created": self.now, "doc": rows.seal_brief(given, creators, owner.key),
        }  # fmt: skip
        self._work.insert(BRIEFS, [fresh])

    def next_number(self) -> int:
        """Give out the next number of an order."""
        return self._numbers.next()

    def next_event(self) -> int:
        """Give out the next number of a move."""
        return self._events.next()

    def add(self, order: Assignment) -> None:
        """Write a new order."""
        app_id(order.offer)
        self._work.insert(ASSIGNMENTS, [rows.assignment_values(order)])

    def put(self, order: Assignment) -> None:
        """Write how an order stands now."""
        update = self._work.update(ASSIGNMENTS).where(ASSIGNMENTS.c.number == order.number)
        self._work.run(update.values(**rows.assignment_values(order)))

    def note(self, event: AssignmentEvent, author: Party | None = None) -> None:
        """Write a move down; author: who wrote its text."""
        key = None if author is None else author.key
        self._work.insert(ASSIGNMENT_EVENTS, [rows.event_values(event, key)])

    def audit(self, kind: str, name: str, before: Values | None, after: Values | None) -> None:
        """Note a change for the audit log; see `Work.audit`."""
        self._work.audit(kind, name, before, after)
