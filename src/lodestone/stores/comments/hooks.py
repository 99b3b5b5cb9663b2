"""What comments do within a write of people and items. See `records.hooks`."""

from collections.abc import Sequence
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.content.comment import CommentState
from lodestone.stores.comments.rows import words_gone
from lodestone.stores.comments.schema import COMMENT_LIKES, COMMENT_REPORTS, COMMENTS
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope


def erase_commenter(work: Work, ordinal: int, _now: Instant) -> None:
    """Empty somebody's comments, and delete what they liked and reported; others' replies stay below."""
    mine = work.select(COMMENTS, COMMENTS.c.number).where(COMMENTS.c.owner == ordinal)
    work.run(work.delete(COMMENT_LIKES).where(COMMENT_LIKES.c.comment.in_(mine)))
    work.run(work.delete(COMMENT_REPORTS).where(COMMENT_REPORTS.c.comment.in_(mine)))
    erased = {**words_gone(), "state": int(CommentState.ERASED)}
    work.run(work.update(COMMENTS).where(COMMENTS.c.owner == ordinal).values(erased))
    liked = work.select(COMMENT_LIKES, COMMENT_LIKES.c.comment)
    liked = liked.where(COMMENT_LIKES.c.ordinal == ordinal)
    fewer = work.update(COMMENTS).where(COMMENTS.c.number.in_(liked))
    work.run(fewer.values(likes=COMMENTS.c.likes - 1))
    work.run(work.delete(COMMENT_LIKES).where(COMMENT_LIKES.c.ordinal == ordinal))
    work.run(work.delete(COMMENT_REPORTS).where(COMMENT_REPORTS.c.ordinal == ordinal))


def no_faces(_scope: Scope, _item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return that no item is the face of a comment."""
    return {}


COMMENT_HOOKS: Final = SubjectHooks(erase_commenter, no_faces)
