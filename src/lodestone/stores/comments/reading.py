"""Comments in SQL, read back. See `port.CommentRecords`."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.content.comment import CommentState
from lodestone.stores.comments.rows import (
    records_of,
    require_comment,
    require_commented,
    require_person,
)
from lodestone.stores.comments.schema import COMMENT_LIKES, COMMENTS
from lodestone.stores.comments.types import CommentLike, CommentLine, CommentRecord, ThreadLines
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import find_people
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.sql.scope import READ_CHUNK, Scope, chunks

LINES_MAX: Final = 5_000
"""Comments of one item, replies among them, that are looked at to order a thread; older ones are not listed."""
_STANDING: Final = (int(CommentState.LIVE), int(CommentState.HIDDEN))


class CommentReads(RecordsBase):
    """See `CommentRecords`, what reads comments."""

    def comment(self, community: str, item_id: str, comment_id: str) -> CommentRecord:
        """See `CommentRecords.comment`."""
        with self._reading(community) as scope:
            row = require_comment(scope, require_commented(scope, item_id), comment_id)
            return records_of(scope, [row])[0]

    def comments_numbered(self, community: str, numbers: Sequence[int]) -> dict[int, CommentRecord]:
        """See `CommentRecords.comments_numbered`."""
        with self._reading(community) as scope:
            query = scope.select(COMMENTS)
            rows = [
                row
                for some in chunks(numbers)
                for row in scope.fetch(query.where(COMMENTS.c.number.in_(some)))
            ]
            return {record.number: record for record in records_of(scope, rows)}

    def thread_lines(self, community: str, item_id: str) -> ThreadLines:
        """See `CommentRecords.thread_lines`."""
        with self._at_once(community) as scope:
            item = require_commented(scope, item_id)
            comment = COMMENTS.c
            columns = (comment.number, comment.parent, comment.owner, comment.state)
            query = scope.select(COMMENTS, *columns, comment.created, comment.likes)
            query = query.where(comment.item == item.row).order_by(comment.number.desc())
            rows = scope.fetch(query.limit(LINES_MAX))
            likes = scope.select(
                COMMENT_LIKES, COMMENT_LIKES.c.ordinal, func.max(COMMENT_LIKES.c.time)
            )
            likes = likes.where(COMMENT_LIKES.c.item == item.row).group_by(COMMENT_LIKES.c.ordinal)
            last = {ordinal: int(time) for ordinal, time in scope.fetch(likes)}
        for row in rows:
            last[row.owner] = max(last.get(row.owner, 0), row.created)
        return ThreadLines(item.row, item.owner, tuple(_line(row) for row in reversed(rows)), last)

    def liked_comments(
        self, community: str, person_id: str, numbers: Sequence[int]
    ) -> frozenset[int]:
        """See `CommentRecords.liked_comments`."""
        with self._reading(community) as scope:
            person = find_people(scope, [person_id]).get(person_id)
            if person is None:
                return frozenset()
            likes = scope.select(COMMENT_LIKES, COMMENT_LIKES.c.comment)
            mine = likes.where(COMMENT_LIKES.c.ordinal == person.ordinal)
            return frozenset(
                row.comment
                for some in chunks(numbers)
                for row in scope.fetch(mine.where(COMMENT_LIKES.c.comment.in_(some)))
            )

    def comments_of(self, community: str, person_id: str) -> list[CommentRecord]:
        """See `CommentRecords.comments_of`."""
        with self._reading(community) as scope:
            ordinal = require_person(scope, person_id).ordinal
            mine = scope.select(COMMENTS).where(
                COMMENTS.c.owner == ordinal, COMMENTS.c.state.in_(_STANDING)
            )
            return _pages(scope, mine)

    def comment_likes_of(self, community: str, person_id: str) -> list[CommentLike]:
        """See `CommentRecords.comment_likes_of`."""
        with self._reading(community) as scope:
            ordinal = require_person(scope, person_id).ordinal
            comment = (COMMENTS.c.tenant == COMMENT_LIKES.c.tenant) & (
                COMMENTS.c.number == COMMENT_LIKES.c.comment
            )
            item = (ITEMS.c.tenant == COMMENT_LIKES.c.tenant) & (
                ITEMS.c.row == COMMENT_LIKES.c.item
            )
            columns = (COMMENT_LIKES.c.time, COMMENTS.c.id, ITEMS.c.id.label("item_id"))
            query = scope.select(COMMENT_LIKES, *columns)
            query = query.join_from(COMMENT_LIKES, COMMENTS, comment).join(ITEMS, item)
            query = query.where(COMMENT_LIKES.c.ordinal == ordinal).order_by(
                COMMENT_LIKES.c.comment
            )
            return [
                CommentLike(item_id=row.item_id, comment_id=row.id, time=Instant(row.time))
                for row in scope.fetch(query)
            ]


def _line(row: Any) -> CommentLine:
    state, created = CommentState(row.state), Instant(row.created)
    return CommentLine(row.number, row.parent, row.owner, state, created, row.likes)


def _pages(scope: Scope, query: Any) -> list[CommentRecord]:
    """Read comments whole by their numbers, some at a time."""
    records: list[CommentRecord] = []
    after = 0
    while True:
        page = query.where(COMMENTS.c.number > after).order_by(COMMENTS.c.number).limit(READ_CHUNK)
        rows = scope.fetch(page)
        records += records_of(scope, rows)
        if len(rows) < READ_CHUNK:
            return records
        after = rows[-1].number
