"""The port of reviews: reports of posts gathered from the log, what moderators decided, and appeals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.content.review import Decision, ReviewState
from lodestone.events.report_reasons import ReportReason
from lodestone.stores.records.types import Change


@dataclass(frozen=True, slots=True)
class Report:
    """One report, as its fact in the log says."""

    key: int
    """The fact's, as an unsigned number of 64 bits: a report that is taken twice counts once."""
    time: Instant
    reporter: int
    """Ordinal, -1 for somebody who was not signed in."""
    item: int
    """Row."""
    reason: ReportReason
    comment: str = ""
    """The id of the comment below the item that was reported; empty where the item was."""
    owner: int = -1
    """Of a comment: its author's ordinal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentReport:
    """One report of a comment, by the app's ids."""

    number: int
    """Its place among the reports of comments."""
    time: Instant
    reporter_id: str
    item_id: str
    comment_id: str
    author_id: str
    reason: ReportReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which reviews are wanted; everything that is None is."""

    states: Sequence[ReviewState] | None = None
    item_id: str | None = None
    author_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecord:
    """A review as stored."""

    number: int
    """1, 2, 3, ... in the order in which they were begun."""
    item_id: str
    comment_id: str
    """Empty where the item itself was reported."""
    owner: int
    """The author's ordinal."""
    author_id: str | None
    state: ReviewState
    first: Instant
    """Of the first report."""
    last: Instant
    reporters: int
    reasons: Mapping[ReportReason, int]
    """People by the reason they gave."""
    decision: Decision | None
    decided: Instant | None
    key_id: str
    """The key by which it was decided, empty for none."""
    decider: int | None
    """The ordinal of the person who decided, where one is named."""
    decider_id: str | None
    note: str = field(repr=False)
    appeal: str = field(repr=False)
    """Empty for none."""
    appealed: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decision as it is to be stored."""

    decision: Decision
    note: str = ""
    change: bool = False
    """A decision that stands may be taken back."""


class ReviewRecords(Protocol):
    """See `Records`. An item whose author was erased has no reviews, and whoever was erased has reported nothing."""

    def reports_upto(self, community: str) -> int:
        """Return the offset in the log before which every report has been taken; 0 at first."""
        ...

    def take_reports(self, community: str, reports: Sequence[Report], *, upto: int) -> int:
        """Bring reports before the moderators and note how far the log has been read, in one transaction.

        A report joins the open review of its item, or begins one; once the newest was decided, whoever had reported
        before, or did so before the decision, is counted there and begins none.

        Args:
            community: Whose.
            reports: In the order of the log; those taken before, and those about or by the erased, are passed over.
            upto: See `reports_upto`; a lower one than is noted leaves that as it is.

        Returns:
            How many were new.
        """
        ...

    def comment_reports_upto(self, community: str) -> int:
        """Return the number of the last report of a comment that has been taken; 0 at first."""
        ...

    def take_comment_reports(self, community: str, reports: Sequence[CommentReport]) -> int:
        """Bring reports of comments before the moderators, and note the last one's number; return how many were new."""
        ...

    def is_comment_hidden(self, community: str, item_id: str, comment_id: str) -> bool:
        """Say whether any review of a comment has decided to hide it."""
        ...

    def reviews(
        self, community: str, wanted: ReviewFilter, *, limit: int, after: int | None = None
    ) -> list[ReviewRecord]:
        """Return a page of reviews by number, those above `after`. Raises InvalidError for an id that can be none."""
        ...

    def review(self, community: str, number: int) -> ReviewRecord:
        """Return one review. Raises UnknownError `review_unknown`."""
        ...

    def decide_review(
        self, community: str, number: int, verdict: Verdict, *, now: Instant
    ) -> Change | None:
        """Store a decision, and what it makes of the item; None where the item stands as it did.

        Raises:
            UnknownError: `review_unknown`.
            ConflictError: `review_decided`.
        """
        ...

    def appeal_review(
        self, community: str, number: int, text: str, *, by: str | None, now: Instant
    ) -> None:
        """Store an author's appeal; the same words again change nothing.

        Args:
            community: Whose.
            number: The review's.
            text: Why the decision is wrong.
            by: Whose session asks, who must be the author; None for a server's key.
            now: The community's clock.

        Raises:
            UnknownError: `review_unknown`: there is none, or it is about somebody else's post.
            ConflictError: `review_open`, `appeal_needless`, `appeal_made`.
        """
        ...
