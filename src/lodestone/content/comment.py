"""A comment below an item, as sent and as read back; see `comment_ranking` for the order of a thread."""

from enum import IntEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from lodestone.base.wire import EPOCH, TEXT, AppId, Language, Time, TimeText, check_years, refuse
from lodestone.events.report_reasons import ReasonWord

COMMENT_MAX: Final = 2_000
"""Characters of a comment."""
MENTIONS_MAX: Final = 10
NOTE_MAX: Final = 500
CommentText = Annotated[str, Meta(min_length=1, max_length=COMMENT_MAX, pattern=TEXT)]
Mentions = Annotated[tuple[AppId, ...], Meta(max_length=MENTIONS_MAX)]
CommentOrder = Literal["worth", "newest"]


class CommentState(IntEnum):
    """What has become of a comment; only a live one is read."""

    LIVE = 0
    DELETED = 1
    """By its author or the app; its words are gone."""
    ERASED = 2
    """Along with its author."""
    HIDDEN = 3
    """By whoever looks after the community; its words are kept, and shown to nobody."""


def check_words(text: str, mentions: tuple[str, ...]) -> None:
    """Pass what a comment says and whom it names. Raises ValueError, see `refuse`."""
    if not text.strip():
        raise refuse("text", "must say something")
    if len(set(mentions)) < len(mentions):
        raise refuse("mentions", "must not name the same person twice")


class CommentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comment as an app sends it."""

    author_id: AppId
    """Fixed by the first write, as is `in_reply_to`."""
    text: CommentText
    language: Language | None = None
    in_reply_to: AppId | None = None
    """A comment of the same item that is itself no reply; None for one that begins a thread."""
    mentions: Mentions = ()
    """People whom the text names."""
    created_at: Time | None = None
    """When it was written; the community's clock at the first write when left out."""

    def __post_init__(self) -> None:
        check_words(self.text, self.mentions)
        if self.created_at is not None and self.created_at < EPOCH:
            raise refuse("created_at", "must not lie before 1970")
        check_years(self, "created_at")


class CommentReportIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody thinks that a comment breaks the rules."""

    reason: ReasonWord
    note: Annotated[str, Meta(max_length=NOTE_MAX, pattern=TEXT)] = ""
    """In their own words; encrypted under their key."""


class CommentOut(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as it is read back."""

    id: str
    item_id: str
    author_id: str | None
    """None once erased, and of a comment that was deleted."""
    text: str
    """Empty unless `state` is `live` or `withdrawn`."""
    language: str | None
    in_reply_to: str | None
    mentions: tuple[str, ...]
    """Of whoever is still here."""
    state: str
    """`live`, `deleted`, `erased`, `hidden`, or `withdrawn` with its item."""
    by_item_author: bool
    """Whoever made the item wrote it."""
    likes: int
    replies: int
    """Live ones."""
    created_at: TimeText
    edited_at: TimeText | None


class CommentRank(msgspec.Struct, frozen=True, kw_only=True):
    """Why a comment stands where it stands; see `comment_ranking`."""

    because: tuple[str, ...]
    """Reasons, the weightiest first: `first_look`, `by_author`, `author_answered`, `liked`, `answered`, `recent`,
    `newest`, `quiet`."""
    score: float
    lower_bound: float
    """Of the share of readers who like or answer it, in [0, 1]."""
    author_factor: float
    recency_factor: float
    likes: int
    repliers: int
    readers: int
    """People known to have been in the thread since it was written."""


class CommentThread(msgspec.Struct, frozen=True, kw_only=True):
    """A comment and the first replies to it."""

    comment: CommentOut
    replies: tuple[CommentOut, ...]
    """The item's author first, then by time; `GET .../replies` lists all of them."""
    rank: CommentRank | None = None
    """With `explain`."""


class CommentThreads(msgspec.Struct, frozen=True):
    """A page of threads."""

    data: list[CommentThread]
    next_cursor: str | None


class CommentReplies(msgspec.Struct, frozen=True):
    """A page of the replies to one comment."""

    data: list[CommentOut]
    next_cursor: str | None
