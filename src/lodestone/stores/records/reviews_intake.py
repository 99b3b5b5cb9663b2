"""Reports on their way from the log into reviews: each once, in one write transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from lodestone.stores.records.reviews_port import Report
from lodestone.stores.records.reviews_schema import REPORTS, REVIEWS
from lodestone.stores.records.schema import ITEMS, PEOPLE
from lodestone.stores.records.work import Work
from lodestone.stores.sql.encryption import unsealed
from lodestone.stores.sql.scope import Scope, chunks

_SIGN: Final = 1 << 63
NOTHING: Final = unsealed(b"")
"""A note or an appeal that nobody wrote."""


def signed(key: int) -> int:
    """Return an unsigned number of 64 bits as the databases hold it.

    >>> signed(2**64 - 1), signed(3)
    (-1, 3)
    """
    return key - (1 << 64) if key >= _SIGN else key


_Subject: TypeAlias = tuple[int, str]
"""An item's row, and the id of a comment below it, empty for the item itself."""


@dataclass(slots=True)
class _Newest:
    """The newest review of an item."""

    number: int
    open: bool
    decided: int
    first: int
    last: int
    reporters: set[int]
    changed: bool = False


@dataclass(slots=True)
class Intake:
    """Puts reports into the reviews of their items."""

    work: Work
    owners: dict[int, int]
    """Ordinals of authors by item row, of items that still stand."""
    newest: dict[_Subject, _Newest]
    next: int
    begun: list[dict[str, object]] = field(default_factory=list)
    taken: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def begin(cls, work: Work, reports: Sequence[Report], number: int) -> "Intake":
        """Read what stands of the items that reports are about.

        Args:
            work: The transaction.
            reports: See `take`.
            number: Of the next review.
        """
        rows = sorted({report.item for report in reports})
        return cls(work, _owners(work, rows), _newest(work, rows), number)

    def take(self, report: Report) -> None:
        """Count one report, in the review of its item that is open or in a new one."""
        owner = self.owners.get(report.item)
        if owner is None:
            return
        if report.comment:
            owner = report.owner
        review = self.newest.get((report.item, report.comment))
        if review is None or self._begins(review, report):
            review = self._open(report, owner)
        review.reporters.add(report.reporter)
        review.first, review.last = min(review.first, report.time), max(review.last, report.time)
        review.changed = True
        self.taken.append(
            {
                "key": signed(report.key), "review": review.number, "reporter": report.reporter,
                "reason": int(report.reason), "time": report.time,
            }
        )  # fmt: skip

    @staticmethod
    def _begins(review: _Newest, report: Report) -> bool:
        late = report.time <= review.decided
        return not (review.open or late or report.reporter in review.reporters)

    def _open(self, report: Report, owner: int) -> _Newest:
        number, self.next = self.next, self.next + 1
        review = self.newest[report.item, report.comment] = _Newest(
            number, open=True, decided=0, first=report.time, last=report.time, reporters=set()
        )
        self.begun.append(
            {
                "number": number, "item": report.item, "comment": report.comment, "owner": owner, "state": "open",
                "first": report.time, "last": report.time, "decision": "", "decided": None,
                "key_id": "", "decider": None, "note": NOTHING, "appeal": NOTHING, "appealed": None,
            }
        )  # fmt: skip
        return review

    def store(self) -> int:
        """Write everything down and say how many reports were taken."""
        self.work.insert(REVIEWS, self.begun)
        self.work.insert(REPORTS, self.taken)
        spans = [
            {"at": review.number, "first": review.first, "last": review.last}
            for review in self.newest.values()
            if review.changed
        ]
        self.work.update_rows(REVIEWS, "number", spans)
        return len(self.taken)


def unknown_reports(scope: Scope, reports: Sequence[Report]) -> list[Report]:
    """Return those reports that have not been taken, by people who are still here or were not signed in."""
    keys: set[int] = set()
    here = {-1}
    for some in chunks([signed(report.key) for report in reports]):
        query = scope.select(REPORTS, REPORTS.c.key).where(REPORTS.c.key.in_(some))
        keys.update(row.key for row in scope.fetch(query))
    for some in chunks(sorted({report.reporter for report in reports})):
        query = scope.select(PEOPLE, PEOPLE.c.ordinal).where(PEOPLE.c.ordinal.in_(some))
        here.update(row.ordinal for row in scope.fetch(query))
    fresh = {
        report.key: report
        for report in reports
        if report.reporter in here and signed(report.key) not in keys
    }
    return list(fresh.values())


def _owners(scope: Scope, rows: Sequence[int]) -> dict[int, int]:
    owners: dict[int, int] = {}
    for some in chunks(rows):
        query = scope.select(ITEMS, ITEMS.c.row, ITEMS.c.owner)
        for row in scope.fetch(query.where(ITEMS.c.row.in_(some), ~ITEMS.c.erased)):
            owners[row.row] = row.owner
    return owners


def _newest(scope: Scope, rows: Sequence[int]) -> dict[_Subject, _Newest]:
    newest: dict[_Subject, Any] = {}
    for some in chunks(rows):
        query = scope.select(REVIEWS).where(REVIEWS.c.item.in_(some))
        newest |= {
            (row.item, row.comment): row for row in scope.fetch(query.order_by(REVIEWS.c.number))
        }
    reporters: dict[int, set[int]] = {row.number: set() for row in newest.values()}
    for some in chunks(sorted(reporters)):
        query = scope.select(REPORTS, REPORTS.c.review, REPORTS.c.reporter).distinct()
        for review, reporter in scope.fetch(query.where(REPORTS.c.review.in_(some))):
            reporters[review].add(reporter)
    return {
        subject: _Newest(
            row.number,
            row.state == "open",
            row.decided or 0,
            row.first,
            row.last,
            reporters[row.number],
        )
        for subject, row in newest.items()
    }
