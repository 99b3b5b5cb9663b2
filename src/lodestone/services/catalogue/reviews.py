"""Reviews of what people report: the moderators' queue, what they decide, and an author's appeal."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from lodestone.base.errors import GoneError, UnknownError
from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.wire import time_text
from lodestone.content import Community
from lodestone.content.review import (
    AppealOut,
    DecideIn,
    DeciderOut,
    OwnReviewOut,
    ReviewOut,
    ReviewState,
    SubjectOut,
    Wanted,
    check_decision,
)
from lodestone.events.report_reasons import ReportReason
from lodestone.services.access import Principal
from lodestone.services.support.ids import REVIEW, made_id, number_of
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.comments.types import CommentReportRecord
from lodestone.stores.ports import Records
from lodestone.stores.records.reviews_port import (
    CommentReport,
    ReviewFilter,
    ReviewRecord,
    Verdict,
)
from lodestone.stores.records.types import Change

_WAITING: Final[Sequence[ReviewState]] = ("open", "appealed")
_DECIDED: Final[Sequence[ReviewState]] = ("decided", "appealed", "closed")
_READ: Final = 1_000
_OWN_MAX: Final = 100
"""Decisions that an author is told, the newest ones."""
_TEXT_MAX: Final = 120
"""Characters of a post that stand beside what was decided of it."""


def states_of(wanted: Wanted) -> Sequence[ReviewState] | None:
    """Return the states that a word asks for, None for all of them."""
    if wanted == "waiting":
        return _WAITING
    return None if wanted == "any" else (wanted,)


class Reviews:
    """Use cases of reviews in one community."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        gather: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what reviews need; `gather` brings in the reports that the log holds and the records do not."""
        self._community, self._id, self._clock = community, community.id, clock
        self._records, self._writes, self._gather = records, writes, gather

    async def page(
        self, wanted: ReviewFilter, limit: int, after: int | None
    ) -> tuple[list[ReviewOut], int | None]:
        """Return reviews in the order in which they began, and the number the next page goes on after; None on the last.

        Args:
            wanted: Which.
            limit: How many.
            after: The number that the page before ended with.

        Raises:
            InvalidError: An id can be none.
        """
        await self._gather()
        await self._records.threads.write(self._take_comment_reports)
        rows = await self._records.threads.read(
            self._records.reviews, self._id, wanted, limit=one_more(limit), after=after
        )
        page, last = cut_one_more(rows, limit)
        shown = await self._records.threads.read(self._shown, page)
        return shown, None if last is None else last.number

    async def review(self, review_id: str) -> ReviewOut:
        """Return one review. Raises UnknownError `review_unknown`."""
        return await self._one(self._number(review_id))

    async def decide(self, review_id: str, given: DecideIn) -> ReviewOut:
        """Decide a review; the next feed obeys. The same decision again changes nothing.

        Raises:
            UnknownError: `review_unknown`.
            ConflictError: `review_decided`, `decision_unfit`.
        """
        number = self._number(review_id)
        verdict = Verdict(decision=given.decision, note=given.note, change=given.change)
        await self._writes.do(
            lambda: self._decide(number, verdict), lambda change: [] if change is None else [change]
        )
        return await self._one(number)

    def _decide(self, number: int, verdict: Verdict) -> Change | None:
        """Decide a review, and let it hold of a comment; of an item the state hears of the change."""
        records, community = self._records, self._id
        review = records.review(community, number)
        check_decision(verdict.decision, comment=bool(review.comment_id))
        change = records.decide_review(community, number, verdict, now=self._clock.now())
        if review.comment_id:
            named = (community, review.item_id, review.comment_id)
            # Also where the decision stood already: a kill may have come between the two.
            with suppress(GoneError):
                records.hide_comment(*named, hidden=records.is_comment_hidden(*named))
        return change

    def _take_comment_reports(self) -> None:
        """Bring in what people reported of comments since the last time."""
        records, community = self._records, self._id
        after = records.comment_reports_upto(community)
        while rows := records.comment_reports(community, limit=_READ, after=after):
            after = rows[-1].number
            records.take_comment_reports(community, [_comment_report(row) for row in rows])

    async def appeal(self, review_id: str, text: str, who: Principal) -> OwnReviewOut:
        """Put a decision before the moderators again, for the author; the same words again change nothing.

        Raises:
            UnknownError: `review_unknown`: there is none, or it is about somebody else's post.
            ConflictError: `review_open`, `appeal_needless`, `appeal_made`.
        """
        number, now = self._number(review_id), self._clock.now()
        appeal = self._records.appeal_review
        threads = self._records.threads
        await threads.commit(appeal, self._id, number, text, by=who.viewer, now=now)
        record = await self._record(number)
        described = await threads.read(_told, self._records, self._community, [record])
        return described[0]

    async def own(self, author_id: str) -> list[OwnReviewOut]:
        """Return what was decided of somebody's own posts, the newest first; nothing of what was dismissed at once."""
        decided = await self._records.threads.read(
            decided_of, self._records, self._community, author_id
        )
        return [review for review in decided if review.appeal or review.decision != "dismiss"][
            :_OWN_MAX
        ]

    async def _record(self, number: int) -> ReviewRecord:
        return await self._records.threads.read(self._records.review, self._id, number)

    async def _one(self, number: int) -> ReviewOut:
        record = await self._record(number)
        return (await self._records.threads.read(self._shown, [record]))[0]

    def _shown(self, reviews: Sequence[ReviewRecord]) -> list[ReviewOut]:
        """Show reviews to those who moderate. It reads comments: call it in a thread of the records."""
        return [self._review_out(review) for review in reviews]

    def _review_out(self, review: ReviewRecord) -> ReviewOut:
        decided = review.decided
        decider = DeciderOut(key_id=review.key_id or None, person_id=review.decider_id)
        return ReviewOut(
            id=_name(self._community, review), subject=_subject(review),
            text=self._words(review), author_id=review.author_id, state=review.state, reporters=review.reporters,
            reasons={reason.word: count for reason, count in sorted(review.reasons.items())},
            first_at=time_text(review.first), last_at=time_text(review.last),
            decision=review.decision, decided_at=None if decided is None else time_text(decided),
            decided_by=None if decided is None else decider,
            note=review.note, appeal=_appeal(review),
        )  # fmt: skip

    def _words(self, review: ReviewRecord) -> str:
        if not review.comment_id:
            return ""
        return self._records.comment(self._id, review.item_id, review.comment_id).text

    def _number(self, review_id: str) -> int:
        number = number_of(REVIEW, self._community.secret, review_id)
        if number is None:
            raise UnknownError("review_unknown", "There is no such review in this community.")
        return number


def decided_of(records: Records, community: Community, author_id: str) -> list[OwnReviewOut]:
    """Return every decision about somebody's own posts, the newest first. Call it in a thread of the records."""
    wanted = ReviewFilter(states=_DECIDED, author_id=author_id)
    decided: list[ReviewRecord] = []
    after: int | None = None
    while rows := records.reviews(community.id, wanted, limit=_READ, after=after):
        decided.extend(rows)
        after = rows[-1].number
    return _told(records, community, decided[::-1])


def _told(
    records: Records, community: Community, reviews: Sequence[ReviewRecord]
) -> list[OwnReviewOut]:
    """Tell authors what was decided."""
    items = records.items_called(community.id, sorted({review.item_id for review in reviews}))
    return [
        _own_out(
            community, review,
            records.comment(community.id, review.item_id, review.comment_id).text
            if review.comment_id
            else items[review.item_id].given.text,
        )
        for review in reviews
    ]  # fmt: skip


def _subject(review: ReviewRecord) -> SubjectOut:
    if review.comment_id:
        return SubjectOut("comment", review.item_id, review.comment_id)
    return SubjectOut("item", review.item_id)


def _comment_report(row: CommentReportRecord) -> CommentReport:
    return CommentReport(
        number=row.number, time=row.time, reporter_id=row.reporter_id, item_id=row.item_id,
        comment_id=row.comment_id, author_id=row.author_id or "", reason=ReportReason[row.reason.upper()],
    )  # fmt: skip


def _own_out(community: Community, review: ReviewRecord, text: str) -> OwnReviewOut:
    assert review.decision is not None, "what is open is told to nobody but moderators"
    assert review.decided is not None
    return OwnReviewOut(
        id=_name(community, review), subject=_subject(review),
        text=text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}…",
        decision=review.decision, decided_at=time_text(review.decided), note=review.note,
        appeal=_appeal(review),
        may_appeal=review.state == "decided" and review.decision != "dismiss",
        answered=review.state == "closed",
    )  # fmt: skip


def _name(community: Community, review: ReviewRecord) -> str:
    return made_id(REVIEW, community.secret, review.number)


def _appeal(review: ReviewRecord) -> AppealOut | None:
    if review.appealed is None:
        return None
    return AppealOut(review.appeal, time_text(review.appealed))


__all__ = ("ReviewFilter", "Reviews", "decided_of", "states_of")
