"""Reports of comments in SQL. See `port.CommentReports`."""

from typing import Any

from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.content.comment import CommentReportIn
from lodestone.stores.comments.rows import (
    NOTE,
    require_comment,
    require_commented,
    require_person,
    require_standing,
)
from lodestone.stores.comments.schema import COMMENT_REPORTS, COMMENTS
from lodestone.stores.comments.types import CommentReportRecord
from lodestone.stores.comments.writing import require_of_another
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import names_of
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import Scope


class SqlCommentReports(RecordsBase):
    """See `CommentReports`."""

    def report_comment(
        self,
        community: str,
        item_id: str,
        comment_id: str,
        person_id: str,
        report: CommentReportIn,
        *,
        now: Instant,
    ) -> None:
        """See `CommentReports.report_comment`."""
        with self._writing(community) as work:
            row = require_comment(work, require_commented(work, item_id), comment_id)
            require_standing(row)
            person = require_person(work, person_id)
            require_of_another(row, person)
            note = Seal(person.key).seal(report.note.encode(), what=NOTE)
            values = {"reason": report.reason, "note": note}
            mine = _report_of(row.number, person.ordinal)
            if work.first(work.select(COMMENT_REPORTS).where(mine)) is not None:
                work.run(work.update(COMMENT_REPORTS).where(mine).values(values))
                return
            newest = work.first(work.select(COMMENT_REPORTS, func.max(COMMENT_REPORTS.c.number)))[0]
            place = {"comment": row.number, "ordinal": person.ordinal, "number": (newest or 0) + 1}
            work.insert(COMMENT_REPORTS, [{**place, **values, "time": now}])

    def withdraw_report(
        self, community: str, item_id: str, comment_id: str, person_id: str
    ) -> None:
        """See `CommentReports.withdraw_report`."""
        with self._writing(community) as work:
            row = require_comment(work, require_commented(work, item_id), comment_id)
            person = require_person(work, person_id)
            work.run(work.delete(COMMENT_REPORTS).where(_report_of(row.number, person.ordinal)))

    def comment_reports(
        self, community: str, *, limit: int, after: int = 0, reporter_id: str | None = None
    ) -> list[CommentReportRecord]:
        """See `CommentReports.comment_reports`."""
        with self._reading(community) as scope:
            comment = (COMMENTS.c.tenant == COMMENT_REPORTS.c.tenant) & (
                COMMENTS.c.number == COMMENT_REPORTS.c.comment
            )
            item = (ITEMS.c.tenant == COMMENTS.c.tenant) & (ITEMS.c.row == COMMENTS.c.item)
            columns = (
                COMMENT_REPORTS,
                COMMENTS.c.id,
                COMMENTS.c.owner,
                ITEMS.c.id.label("item_id"),
            )
            query = scope.select(COMMENT_REPORTS, *columns)
            query = query.join_from(COMMENT_REPORTS, COMMENTS, comment).join(ITEMS, item)
            query = query.where(COMMENT_REPORTS.c.number > after)
            if reporter_id is not None:
                ordinal = require_person(scope, reporter_id).ordinal
                query = query.where(COMMENT_REPORTS.c.ordinal == ordinal)
            rows = scope.fetch(query.order_by(COMMENT_REPORTS.c.number).limit(limit))
            return _records(scope, rows)


def _report_of(number: int, ordinal: int) -> Any:
    return (COMMENT_REPORTS.c.comment == number) & (COMMENT_REPORTS.c.ordinal == ordinal)


def _records(scope: Scope, rows: Any) -> list[CommentReportRecord]:
    people = names_of(scope, [who for row in rows for who in (row.ordinal, row.owner)])
    records = []
    for row in rows:
        reporter, key = people[row.ordinal]  # whoever is erased takes their reports along
        author = people.get(row.owner)
        records.append(
            CommentReportRecord(
                number=row.number,
                item_id=row.item_id,
                comment_id=row.id,
                author_id=None if author is None else author[0],
                reporter_id=reporter,
                reason=row.reason,
                note=Seal(key).open(row.note, what=NOTE).decode(),
                time=Instant(row.time),
            )
        )
    return records
