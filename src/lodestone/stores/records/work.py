"""One write transaction of a community: what it gives out, and what its end writes besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Delete, Insert, Update

from lodestone.base.audit import present_actor
from lodestone.base.clock import Instant
from lodestone.events.outcomes import FactKind
from lodestone.stores.records.access_port import AccessChange, AccessKind
from lodestone.stores.records.access_rows import note
from lodestone.stores.records.schema import OUTBOX, TERMS
from lodestone.stores.records.terms import Terms
from lodestone.stores.records.types import Change, Row, TermKind
from lodestone.stores.sql.audit_rows import (
    About,
    AuditNote,
    Detail,
    Values,
    difference,
    store_notes,
)
from lodestone.stores.sql.scope import COMMUNITIES, Scope


@dataclass(slots=True)
class Work(Scope):
    """One write transaction of a community, alone in it: it owns rows, codes and the outbox."""

    terms: Terms
    item_next: int
    change_next: int
    changes: list[Change] = field(default_factory=list)
    given_out: tuple[int, int] = (-1, -1)
    """The next row and change when the transaction began."""
    access: list[AccessChange] = field(default_factory=list)
    """Changes of access that this transaction makes true."""
    notes: list[AuditNote] = field(default_factory=list)
    """Who changed what in it."""
    wrote: bool = False

    def __post_init__(self) -> None:
        self.given_out = (self.item_next, self.change_next)

    def item_row(self) -> int:
        """Give out the next item row."""
        self.item_next += 1
        return self.item_next - 1

    def change(
        self, kind: FactKind, app_id: str, target: int, row: Row | None, *, created: bool = False
    ) -> Change:
        """Note a change for the outbox."""
        change = Change(self.change_next, self.tenant.community, kind, app_id, target, row, created)
        self.change_next += 1
        self.changes.append(change)
        return change

    def audit(
        self,
        kind: str,
        name: str,
        before: Values | None,
        after: Values | None,
        about: About | None = None,
    ) -> None:
        """Note for the audit log what of an object differs, where somebody acts and anything does.

        Args:
            kind: What it is, such as `shop`.
            name: Its id; empty for a person, who is `about`.
            before: Its fields; None for what is new.
            after: Its fields; None for what is no more.
            about: Whom it concerns, if anybody; the fields are encrypted under their key.
        """
        actor, detail = present_actor(), difference(before, after)
        if actor is not None and detail is not None:
            self.notes.append(AuditNote(actor, kind, name, detail, about))

    def many(self, statement: Insert | Update, rows: Sequence[Mapping[str, object]]) -> None:
        """See `Scope.many`."""
        self.wrote = True
        Scope.many(self, statement, rows)

    def run(self, statement: Update | Delete) -> int:
        """See `Scope.run`."""
        self.wrote = True
        return Scope.run(self, statement)

    def note_access(self, kind: AccessKind, subject: str, *, now: Instant) -> None:
        """Write a change of access down; listeners are told of it after the commit."""
        number = note(self.connection, kind, subject, tenant=self.tenant.number, now=now)
        community, secret = self.tenant.community, self.tenant.secret
        self.access.append(AccessChange(number, kind, subject, community, now, secret=secret))

    def term(self, kind: TermKind, text: str) -> int:
        """Return a name's code, giving it one at first sight; see `Records.term`."""
        return self.terms.code(kind, text)

    def finish(self) -> None:
        """Write what was noted; the last statements of the transaction."""
        actor = present_actor()
        if actor is not None and actor.every_write and self.wrote and not self.notes:
            self.notes.append(AuditNote(actor, *actor.subject, Detail(None, None)))
        store_notes(self.connection, self.tenant.number, self.tenant.community, self.notes)
        self.insert(TERMS, self.terms.rows())
        self.insert(
            OUTBOX,
            [
                {"id": change.id, "kind": int(change.kind), "target": change.target}
                for change in self.changes
            ],
        )
        if self.given_out != (self.item_next, self.change_next):
            self.run(
                self.update(COMMUNITIES).values(
                    items_next=self.item_next, changes_next=self.change_next
                )
            )
