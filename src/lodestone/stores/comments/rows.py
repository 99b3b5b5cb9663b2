"""How comments lie in their tables. See `schema`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.base.errors import GoneError, UnknownError
from lodestone.base.wire import app_id
from lodestone.content.comment import CommentIn, CommentState
from lodestone.stores.comments.schema import COMMENTS
from lodestone.stores.comments.types import CommentRecord
from lodestone.stores.records.people import Known, find_people, names_of
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.sql.encryption import Seal, open_unsealed, unsealed
from lodestone.stores.sql.scope import Scope, chunks

DOC: Final = b"comments.doc"
NOTE: Final = b"comment_reports"


class _Doc(msgspec.Struct, frozen=True, array_like=True):
    """A comment's words, and the ordinals of whom it mentions."""

    text: str
    language: str | None = None
    mentions: tuple[int, ...] = ()


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(_Doc).decode
_EMPTY: Final = _Doc("")
GONE: Final = unsealed(_ENCODE(_EMPTY))
"""What is left of a comment's words."""


@dataclass(frozen=True, slots=True)
class CommentedItem:
    """What comments need of their item."""

    row: int
    id: str
    owner: int
    erased: bool


def pack_words(comment: CommentIn, mentions: tuple[int, ...], key: bytes) -> bytes:
    """Encrypt a comment's words under its author's key."""
    return Seal(key).seal(_ENCODE(_Doc(comment.text, comment.language, mentions)), what=DOC)


def words_gone() -> dict[str, object]:
    """Return the columns of a comment whose words are gone, but for its state."""
    return {"doc": GONE, "likes": 0, "edited": None, "awaits_event": False}


def require_commented(scope: Scope, item_id: str) -> CommentedItem:
    """Return the item of a comment. Raises UnknownError `item_unknown`."""
    query = scope.select(ITEMS, ITEMS.c.row, ITEMS.c.id, ITEMS.c.owner, ITEMS.c.erased)
    row = scope.first(query.where(ITEMS.c.id == app_id(item_id, field="item_id")))
    if row is None:
        raise UnknownError("item_unknown", f"There is no item {item_id!r} in this community.")
    return CommentedItem(row.row, row.id, row.owner, bool(row.erased))


def find_comment(scope: Scope, item: CommentedItem, comment_id: str) -> Any:
    """Return a comment's row, None where there is none."""
    here = (COMMENTS.c.item == item.row) & (COMMENTS.c.id == app_id(comment_id, field="comment_id"))
    return scope.first(scope.select(COMMENTS).where(here))


def require_comment(scope: Scope, item: CommentedItem, comment_id: str) -> Any:
    """Return a comment's row, whatever has become of it. Raises UnknownError `comment_unknown`."""
    row = find_comment(scope, item, comment_id)
    if row is None:
        message = f"There is no comment {comment_id!r} below {item.id!r}."
        raise UnknownError("comment_unknown", message)
    return row


def require_standing(row: Any) -> None:
    """Pass a comment whose words are there. Raises GoneError `comment_deleted`."""
    if row.state in (CommentState.DELETED, CommentState.ERASED):
        raise GoneError("comment_deleted", "This comment has been deleted; nothing of it is left.")


def require_person(scope: Scope, person_id: str) -> Known:
    """Return somebody who likes, reports or is asked about. Raises UnknownError `person_unknown`."""
    person = find_people(scope, [app_id(person_id, field="person_id")]).get(person_id)
    if person is None:
        raise UnknownError("person_unknown", f"There is no person {person_id!r} in this community.")
    return person


def records_of(scope: Scope, rows: Sequence[Any]) -> list[CommentRecord]:
    """Read comments whole, in the order of their rows; each kind of what they name once for all."""
    authors = names_of(scope, [row.owner for row in rows])
    docs = [_doc_of(row, authors.get(row.owner)) for row in rows]
    people = names_of(scope, [ordinal for doc in docs for ordinal in doc.mentions])
    items = _items_of(scope, [row.item for row in rows])
    parents = _ids_of(scope, [row.parent for row in rows if row.parent is not None])
    replies = _replies_to(scope, [row.number for row in rows if row.parent is None])
    records = []
    for row, doc in zip(rows, docs, strict=True):
        state, author = CommentState(row.state), authors.get(row.owner)
        item = items[row.item]
        named = author if state != CommentState.DELETED else None
        records.append(
            CommentRecord(
                number=row.number,
                item_id=item.id,
                item_row=row.item,
                id=row.id,
                owner=row.owner,
                author_id=None if named is None else named[0],
                parent=row.parent,
                parent_id=None if row.parent is None else parents[row.parent],
                state=state,
                text=doc.text,
                language=doc.language,
                mentions=tuple(people[who][0] for who in doc.mentions if who in people),
                likes=row.likes,
                replies=replies.get(row.number, 0),
                by_item_author=row.owner == item.owner,
                created=Instant(row.created),
                edited=None if row.edited is None else Instant(row.edited),
                awaits_event=bool(row.awaits_event),
            )
        )
    return records


def _doc_of(row: Any, author: tuple[str, bytes] | None) -> _Doc:
    """Open a comment's words; author: their id and key, None once they are erased."""
    if row.state in (CommentState.DELETED, CommentState.ERASED):
        return _DECODE(open_unsealed(row.doc))
    return _EMPTY if author is None else _DECODE(Seal(author[1]).open(row.doc, what=DOC))


def _items_of(scope: Scope, item_rows: Sequence[int]) -> dict[int, Any]:
    query = scope.select(ITEMS, ITEMS.c.row, ITEMS.c.id, ITEMS.c.owner)
    return {
        row.row: row
        for some in chunks(sorted(set(item_rows)))
        for row in scope.fetch(query.where(ITEMS.c.row.in_(some)))
    }


def _ids_of(scope: Scope, numbers: Sequence[int]) -> dict[int, str]:
    query = scope.select(COMMENTS, COMMENTS.c.number, COMMENTS.c.id)
    return {
        row.number: row.id
        for some in chunks(sorted(set(numbers)))
        for row in scope.fetch(query.where(COMMENTS.c.number.in_(some)))
    }


def _replies_to(scope: Scope, numbers: Sequence[int]) -> dict[int, int]:
    """Count the live replies to some comments, by the number of the comment."""
    counts: dict[int, int] = {}
    for some in chunks(numbers):
        # Replies lie below the same items, which is what their index knows.
        items = scope.select(COMMENTS, COMMENTS.c.item).where(COMMENTS.c.number.in_(some))
        query = scope.select(COMMENTS, COMMENTS.c.parent, func.count()).where(
            COMMENTS.c.item.in_(items),
            COMMENTS.c.parent.in_(some),
            COMMENTS.c.state == int(CommentState.LIVE),
        )
        counts.update(
            {row[0]: int(row[1]) for row in scope.fetch(query.group_by(COMMENTS.c.parent))}
        )
    return counts
