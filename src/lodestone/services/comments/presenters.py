"""How comments are shown: as an app reads them, and as their author takes them along."""

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import TimeText, time_text
from lodestone.content.comment import CommentOut, CommentRank, CommentState
from lodestone.content.comment_ranking import Ranked, reasons
from lodestone.stores.comments.types import CommentLike, CommentRecord, CommentReportRecord

_DIGITS = 6
"""Of a score."""


class HeldComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that somebody wrote, as they take it along."""

    item_id: str
    id: str
    text: str
    in_reply_to: str | None
    mentions: tuple[str, ...]
    hidden: bool
    """By whoever looks after the community."""
    created_at: TimeText


class HeldCommentLike(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that somebody likes."""

    item_id: str
    comment_id: str
    time: TimeText


class HeldCommentReport(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that somebody reported."""

    item_id: str
    comment_id: str
    reason: str
    note: str
    time: TimeText


def comment_out(record: CommentRecord, *, item_live: bool) -> CommentOut:
    """Show a comment; the words of one that nobody may read are left out."""
    live = record.state == CommentState.LIVE
    state = record.state.name.lower()
    return CommentOut(
        id=record.id,
        item_id=record.item_id,
        author_id=record.author_id,
        text=record.text if live else "",
        language=record.language if live else None,
        in_reply_to=record.parent_id,
        mentions=record.mentions if live else (),
        state="withdrawn" if live and not item_live else state,
        by_item_author=record.by_item_author,
        likes=record.likes,
        replies=record.replies,
        created_at=time_text(record.created),
        edited_at=None if record.edited is None else time_text(record.edited),
    )


def rank_out(comment: Ranked, now: Instant, *, newest: bool) -> CommentRank:
    """Say why a comment stands where it stands."""
    signals, worth = comment.signals, comment.worth
    return CommentRank(
        because=("newest",) if newest else reasons(comment, now),
        score=round(worth.score, _DIGITS),
        lower_bound=round(worth.bound, _DIGITS),
        author_factor=worth.author_factor,
        recency_factor=round(worth.recency_factor, _DIGITS),
        likes=signals.likes,
        repliers=signals.repliers,
        readers=signals.readers,
    )


def held_comment(record: CommentRecord) -> HeldComment:
    """Show a comment to who wrote it."""
    return HeldComment(
        item_id=record.item_id,
        id=record.id,
        text=record.text,
        in_reply_to=record.parent_id,
        mentions=record.mentions,
        hidden=record.state == CommentState.HIDDEN,
        created_at=time_text(record.created),
    )


def held_like(like: CommentLike) -> HeldCommentLike:
    """Show a like to who gave it."""
    return HeldCommentLike(
        item_id=like.item_id, comment_id=like.comment_id, time=time_text(like.time)
    )


def held_report(report: CommentReportRecord) -> HeldCommentReport:
    """Show a report to who made it."""
    return HeldCommentReport(
        item_id=report.item_id,
        comment_id=report.comment_id,
        reason=report.reason,
        note=report.note,
        time=time_text(report.time),
    )
