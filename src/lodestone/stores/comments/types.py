"""What the port of comments takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from lodestone.base.clock import Instant
from lodestone.content.comment import CommentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many comments somebody may write within a span that ends now."""

    most: int
    micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRecord:
    """A comment as stored."""

    number: int
    item_id: str
    item_row: int
    id: str
    owner: int
    """The author's ordinal; outlives the author."""
    author_id: str | None
    """None once the author has been erased, and of a comment that was deleted."""
    parent: int | None
    """The number of the comment it replies to."""
    parent_id: str | None
    state: CommentState
    text: str
    """Empty of a comment that was deleted or erased; a hidden one keeps it."""
    language: str | None
    mentions: tuple[str, ...]
    """Ids of those who are still here."""
    likes: int
    replies: int
    """Live ones."""
    by_item_author: bool
    created: Instant
    edited: Instant | None
    awaits_event: bool
    """Made by a page, and its event is not known to be in the log."""


@dataclass(frozen=True, slots=True)
class CommentLine:
    """What the order of a thread needs of one comment."""

    number: int
    parent: int | None
    owner: int
    state: CommentState
    created: Instant
    likes: int


@dataclass(frozen=True, slots=True)
class ThreadLines:
    """Every comment of an item in short, and who was active below it."""

    item_row: int
    item_owner: int
    """The author's ordinal."""
    lines: tuple[CommentLine, ...]
    """By number, replies among them."""
    last_active: Mapping[int, int]
    """By ordinal, when somebody last wrote or liked something here, in microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentReportRecord:
    """One report of a comment, as stored."""

    number: int
    """1, 2, 3, ... in the order in which they came."""
    item_id: str
    comment_id: str
    author_id: str | None
    """Who wrote the comment; None once erased."""
    reporter_id: str
    reason: str
    note: str
    time: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentLike:
    """A like that somebody gave a comment."""

    item_id: str
    comment_id: str
    time: Instant
