"""What the records keep of the log that belongs to them, and how they tell a log everything anew."""

from typing import Final

from lodestone.base.errors import CorruptError
from lodestone.events.outcomes import FactKind
from lodestone.stores.log.mark import MARK
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.schema import (
    DOMAIN_MARKS,
    DOMAINS,
    ITEMS,
    META,
    OUTBOX,
    PEOPLE,
    POLICIES,
)

ANNOUNCED: Final = (
    (FactKind.PERSON, PEOPLE, PEOPLE.c.ordinal, PEOPLE.c.created),
    (FactKind.DOMAIN, DOMAINS, DOMAINS.c.code, DOMAINS.c.code),
    (FactKind.ITEM, ITEMS, ITEMS.c.row, ITEMS.c.row),
    (FactKind.MODERATED, DOMAIN_MARKS, DOMAIN_MARKS.c.number, DOMAIN_MARKS.c.number),
    (FactKind.POLICY, POLICIES, POLICIES.c.version, POLICIES.c.version),
)
"""Kinds of records that a log is told of, in an order in which what is named comes before what names it."""


class MarkedRecords(RecordsBase):
    """See `Records`, the part on what belongs to a log."""

    def put_mark(self, community: str, value: bytes) -> int:
        """See `Records.put_mark`."""
        with self._writing(community) as work:
            work.run(work.delete(META).where(META.c.name == MARK))
            work.insert(META, [{"name": MARK, "value": value}])
            return work.change_next

    def announce_again(self, community: str, *, above: int) -> int:
        """See `Records.announce_again`."""
        with self._writing(community) as work:
            work.change_next = max(work.change_next, above)
            pending = {(row.kind, row.target) for row in work.fetch(work.select(OUTBOX))}
            rows = [
                {"kind": int(kind), "target": target}
                for kind, table, column, order in ANNOUNCED
                for (target,) in work.fetch(work.select(table, column).order_by(order))
                if (int(kind), target) not in pending
            ]
            first = work.change_next
            work.insert(OUTBOX, [{"id": first + at, **row} for at, row in enumerate(rows)])
            work.change_next = first + len(rows)
        return len(rows)

    def check(self) -> None:
        """See `Records.check`."""
        if self._engine.dialect.name != "sqlite":
            return
        said = str(self._bare("PRAGMA quick_check(1)"))
        if said != "ok":
            message = f"{self._engine.url.database} is damaged ({' '.join(said.split())}); restore a back-up: `lodestone restore`."
            raise CorruptError("records_damaged", message)
