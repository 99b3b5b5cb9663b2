"""The port of comments, in the records' own database; a part of `Records`."""

from collections.abc import Sequence
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.content.comment import CommentIn, CommentReportIn
from lodestone.stores.comments.types import (
    CommentLike,
    CommentRecord,
    CommentReportRecord,
    Pace,
    ThreadLines,
)


class CommentRecords(Protocol):
    """Comments below items. A comment's id is unique below its item.

    All that name an item raise UnknownError `item_unknown`, and all that name a comment `comment_unknown`.
    """

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
        """Make a comment, or change its words; return it and whether it is new. Idempotent.

        Args:
            community: Whose.
            item_id: The item.
            comment_id: The app's own id.
            comment: What is written.
            now: The community's clock.
            by_page: Its event is still to be made; see `event_made`.
            paces: A new comment is refused where its author wrote as many already.

        Raises:
            UnknownError: `person_unknown`; `comment_unknown`: there is none to reply to.
            InvalidError: `comment_fixed`: another author or thread; `reply_too_deep`.
            GoneError: `item_erased`; `comment_deleted`: it, or what it replies to, is no more.
            BusyError: `comments_too_fast`.
        """
        ...

    def event_made(self, community: str, number: int) -> None:
        """Note that the event of a page's comment is in the log."""
        ...

    def delete_comment(
        self, community: str, item_id: str, comment_id: str, *, by: str | None = None
    ) -> CommentRecord:
        """Let a comment's words go, for good; return what it was. Idempotent.

        Args:
            community: Whose.
            item_id: The item.
            comment_id: The comment.
            by: Whose session asks; None for a server's key.

        Raises:
            ForbiddenError: `comment_of_another`: `by` did not write it.
        """
        ...

    def hide_comment(self, community: str, item_id: str, comment_id: str, *, hidden: bool) -> None:
        """Show a comment to nobody, or show it again; its words stay. Idempotent.

        Raises:
            GoneError: `comment_deleted`.
        """
        ...

    def comment(self, community: str, item_id: str, comment_id: str) -> CommentRecord:
        """Return one comment, whatever has become of it."""
        ...

    def comments_numbered(self, community: str, numbers: Sequence[int]) -> dict[int, CommentRecord]:
        """Return some comments by their numbers; those there are."""
        ...

    def thread_lines(self, community: str, item_id: str) -> ThreadLines:
        """Return the newest `LINES_MAX` comments of an item in short, and who was active below it."""
        ...

    def liked_comments(
        self, community: str, person_id: str, numbers: Sequence[int]
    ) -> frozenset[int]:
        """Return which of some comments somebody likes; none for somebody unknown."""
        ...

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
        """Like a comment, or no longer; return how many like it now. Idempotent.

        Raises:
            UnknownError: `person_unknown`.
            GoneError: `comment_deleted`.
            ConflictError: `comment_own`.
        """
        ...

    def comments_of(self, community: str, person_id: str) -> list[CommentRecord]:
        """Return what somebody wrote and did not delete, by number. Raises UnknownError `person_unknown`."""
        ...

    def comment_likes_of(self, community: str, person_id: str) -> list[CommentLike]:
        """Return which comments somebody likes. Raises UnknownError `person_unknown`."""
        ...


class CommentReports(Protocol):
    """What people report of comments."""

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
        """Report a comment; again replaces reason and note, and keeps its place.

        Raises:
            UnknownError: `item_unknown`, `comment_unknown`, `person_unknown`.
            GoneError: `comment_deleted`.
            ConflictError: `comment_own`.
        """
        ...

    def withdraw_report(
        self, community: str, item_id: str, comment_id: str, person_id: str
    ) -> None:
        """Take a report back; where there is none nothing happens. Raises UnknownError as above."""
        ...

    def comment_reports(
        self, community: str, *, limit: int, after: int = 0, reporter_id: str | None = None
    ) -> list[CommentReportRecord]:
        """Return reports of comments that stand, by number, after that of number `after`; of one person if named."""
        ...
