"""Comments and their likes in SQL, as they are written. See `port.CommentRecords`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.errors import (
    BusyError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    Problem,
    UnknownError,
)
from lodestone.base.wire import app_id, instant_of
from lodestone.content.comment import CommentIn, CommentState
from lodestone.stores.comments.rows import (
    CommentedItem,
    find_comment,
    pack_words,
    records_of,
    require_comment,
    require_commented,
    require_person,
    require_standing,
    words_gone,
)
from lodestone.stores.comments.schema import COMMENT_LIKES, COMMENTS
from lodestone.stores.comments.types import CommentRecord, Pace
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import Known, find_people
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About


class CommentWrites(RecordsBase):
    """See `CommentRecords`, what changes comments."""

    def put_comment(
        self,
        community: str,
        item_id: str,
        comment_id: str,
        comment: CommentIn,
        *,
        now: Instant,
        by_page: bool = False,
        paces: Sequence[Pace] = (),
    ) -> tuple[CommentRecord, bool]:
        """See `CommentRecords.put_comment`."""
        app_id(comment_id, field="comment_id")
        with self._writing(community) as work:
            item = require_commented(work, item_id)
            if item.erased:
                raise GoneError("item_erased", "Its author was erased and it with them.")
            people = _people(work, comment)
            author = people[comment.author_id]
            mentions = tuple(people[name].ordinal for name in comment.mentions)
            words = pack_words(comment, mentions, author.key)
            row = find_comment(work, item, comment_id)
            if row is None:
                number = _next_number(work)
                parent = _parent(work, item, comment.in_reply_to)
                _require_pace(work, author, paces, now)
                written = now if comment.created_at is None else instant_of(comment.created_at)
                values = {"number": number, "item": item.row, "id": comment_id, "parent": parent}
                values |= {"owner": author.ordinal, "state": int(CommentState.LIVE), "likes": 0}
                values |= {
                    "created": written,
                    "edited": None,
                    "awaits_event": by_page,
                    "doc": words,
                }
                work.insert(COMMENTS, [values])
            else:
                number = row.number
                _change(work, item, row, comment, author, words, now)
            stored = work.first(work.select(COMMENTS).where(COMMENTS.c.number == number))
            return records_of(work, [stored])[0], row is None

    def event_made(self, community: str, number: int) -> None:
        """See `CommentRecords.event_made`."""
        with self._writing(community) as work:
            made = work.update(COMMENTS).where(COMMENTS.c.number == number)
            work.run(made.values(awaits_event=False))

    def delete_comment(
        self, community: str, item_id: str, comment_id: str, *, by: str | None = None
    ) -> CommentRecord:
        """See `CommentRecords.delete_comment`."""
        with self._writing(community) as work:
            row = require_comment(work, require_commented(work, item_id), comment_id)
            record = records_of(work, [row])[0]
            if by is not None and require_person(work, by).ordinal != row.owner:
                message = "Only its author may delete a comment; report it instead."
                raise ForbiddenError("comment_of_another", message)
            if row.state in (CommentState.DELETED, CommentState.ERASED):
                return record
            state = {"state": int(CommentState.DELETED)}
            work.run(work.delete(COMMENT_LIKES).where(COMMENT_LIKES.c.comment == row.number))
            gone = work.update(COMMENTS).where(COMMENTS.c.number == row.number)
            work.run(gone.values({**words_gone(), **state}))
            _note(work, record, CommentState.DELETED)
            return record

    def hide_comment(self, community: str, item_id: str, comment_id: str, *, hidden: bool) -> None:
        """See `CommentRecords.hide_comment`."""
        state = CommentState.HIDDEN if hidden else CommentState.LIVE
        with self._writing(community) as work:
            row = require_comment(work, require_commented(work, item_id), comment_id)
            require_standing(row)
            if row.state != state:
                shown = work.update(COMMENTS).where(COMMENTS.c.number == row.number)
                work.run(shown.values(state=int(state)))
                _note(work, records_of(work, [row])[0], state)

    def like_comment(
        self,
        community: str,
        item_id: str,
        comment_id: str,
        person_id: str,
        *,
        liked: bool,
        now: Instant,
    ) -> int:
        """See `CommentRecords.like_comment`."""
        with self._writing(community) as work:
            row = require_comment(work, require_commented(work, item_id), comment_id)
            require_standing(row)
            person = require_person(work, person_id)
            require_of_another(row, person)
            mine = (COMMENT_LIKES.c.comment == row.number) & (
                COMMENT_LIKES.c.ordinal == person.ordinal
            )
            stands = work.first(work.select(COMMENT_LIKES).where(mine)) is not None
            if stands == liked:
                return int(row.likes)
            if liked:
                like = {"comment": row.number, "ordinal": person.ordinal, "item": row.item}
                work.insert(COMMENT_LIKES, [{**like, "time": now}])
            else:
                work.run(work.delete(COMMENT_LIKES).where(mine))
            likes = int(row.likes) + (1 if liked else -1)
            counted = work.update(COMMENTS).where(COMMENTS.c.number == row.number)
            work.run(counted.values(likes=likes))
            return likes


def require_of_another(row: Any, person: Known) -> None:
    """Pass who did not write a comment themselves. Raises ConflictError `comment_own`."""
    if row.owner == person.ordinal:
        message = "Nobody likes or reports their own comment; delete it instead."
        raise ConflictError("comment_own", message)


def _people(work: Work, comment: CommentIn) -> dict[str, Known]:
    """Return a comment's author and whom it mentions. Raises UnknownError `person_unknown`, naming the field."""
    fields = {name: f"mentions[{at}]" for at, name in enumerate(comment.mentions)}
    fields[comment.author_id] = "author_id"
    people = find_people(work, list(fields))
    for name, field in fields.items():
        if name not in people:
            problem = Problem(field, "names nobody of this community; PUT the person first")
            raise UnknownError("person_unknown", f"There is no person {name!r}.", (problem,))
    return people


def _next_number(work: Work) -> int:
    newest = work.first(work.select(COMMENTS, func.max(COMMENTS.c.number)))[0]
    return (newest or 0) + 1


def _parent(work: Work, item: CommentedItem, parent_id: str | None) -> int | None:
    """Return the number of the comment that one replies to, None for none.

    Raises:
        UnknownError: `comment_unknown`.
        GoneError: `comment_deleted`.
        InvalidError: `reply_too_deep`.
    """
    if parent_id is None:
        return None
    row = require_comment(work, item, parent_id)
    require_standing(row)
    if row.parent is not None:
        problem = Problem(
            "in_reply_to",
            "is a reply itself; reply to the comment above it, and mention its author",
        )
        raise InvalidError("reply_too_deep", f"in_reply_to {problem.problem}.", (problem,))
    return int(row.number)


def _require_pace(work: Work, author: Known, paces: Sequence[Pace], now: Instant) -> None:
    """Pass who has written fewer than so many comments lately. Raises BusyError `comments_too_fast`."""
    for pace in paces:
        lately = (COMMENTS.c.owner == author.ordinal) & (COMMENTS.c.created > now - pace.micros)
        query = work.select(COMMENTS, COMMENTS.c.created).where(lately)
        # The one whose end makes room: of so many as there may be, the oldest.
        written = work.fetch(query.order_by(COMMENTS.c.created.desc()).limit(pace.most))
        if len(written) == pace.most:
            wait = written[-1].created + pace.micros - now
            raise BusyError(
                "comments_too_fast",
                f"At most {pace.most} comments in {pace.micros // SECOND_MICROS} seconds; come back in a moment.",
                retry_seconds=max(1, -(-wait // SECOND_MICROS)),
            )


def _change(
    work: Work,
    item: CommentedItem,
    row: Any,
    comment: CommentIn,
    author: Known,
    words: bytes,
    now: Instant,
) -> None:
    """Change the words of a comment that stands. Raises GoneError, InvalidError."""
    require_standing(row)
    parent = None
    if comment.in_reply_to is not None:
        above = find_comment(work, item, comment.in_reply_to)
        parent = -1 if above is None else above.number
    for field, same in (
        ("author_id", row.owner == author.ordinal),
        ("in_reply_to", row.parent == parent),
    ):
        if not same:
            problem = Problem(field, "is fixed by the comment's first write")
            raise InvalidError("comment_fixed", f"{field} {problem.problem}.", (problem,))
    values: dict[str, object] = {}
    if words != row.doc:
        values |= {"doc": words, "edited": now}
    if comment.created_at is not None:
        values["created"] = instant_of(comment.created_at)
    if values:
        work.run(work.update(COMMENTS).where(COMMENTS.c.number == row.number).values(values))


def _note(work: Work, record: CommentRecord, state: CommentState) -> None:
    """Note for the audit log what whoever runs the community makes of a comment."""
    before = {"state": record.state.name.lower()}
    after = {"state": state.name.lower(), "item_id": record.item_id}
    work.audit("comment", record.id, before, after, About(record.owner, None))
