"""Comments below items: who may write, like, report and delete, and what a page's comment tells the log."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from lodestone.base.clock import HOUR_MICROS, MINUTE_MICROS, Clock, Instant
from lodestone.base.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    Problem,
    UnknownError,
)
from lodestone.base.wire import EPOCH, instant_of
from lodestone.content import Community
from lodestone.content.comment import CommentIn, CommentOut, CommentReportIn
from lodestone.events.wire import EventIn, Refusal, Verdicts
from lodestone.features.layout import LABELS, STATES
from lodestone.services.access import Principal
from lodestone.services.comments.presenters import comment_out
from lodestone.services.support.ids import COMMENT, made_id
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.services.support.record_writes import Writes
from lodestone.stores.comments.types import CommentRecord, Pace
from lodestone.stores.ports import Records

Made = TypeVar("Made")
Accept = Callable[[Sequence[EventIn | Refusal], Principal], Awaitable[Verdicts]]
"""Takes events, as the community's own `accept`."""
PAGE_PACES: Final = (Pace(most=6, micros=MINUTE_MICROS), Pace(most=60, micros=HOUR_MICROS))
"""How fast somebody may write through pages."""
_AHEAD_MICROS: Final = 5 * MINUTE_MICROS
_BEACON: Final = "beacon_"
"""How the codes begin by which an event's beacon is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Through which slot somebody came to write a comment, and when they did."""

    beacon: str | None = None
    """The slot's own; None where no decision showed the item."""
    written_at: datetime | None = None
    """Earlier than now of what was written without a connection."""


class Comments:
    """Use cases over one community's comments; what is plainly `def` reads the records, in a thread of theirs."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        accept: Accept,
        state: StateView,
        directory: DirectoryView,
    ) -> None:
        self._community, self._id, self._clock = community, community.id, clock
        self._records, self._writes, self._accept = records, writes, accept
        self._state, self._directory = state, directory

    # Reading

    def comment(self, item_id: str, comment_id: str) -> CommentOut:
        """Return one comment, whatever has become of it. Raises UnknownError."""
        return self.shown(self._records.comment(self._id, item_id, comment_id))

    def shown(self, record: CommentRecord) -> CommentOut:
        """Show a comment; one whose item is not live is withdrawn with it."""
        return comment_out(record, item_live=self._is_live(record.item_row))

    def require_open(self, item_id: str) -> None:
        """Pass an item that pages show. Raises UnknownError `item_unknown`."""
        row = self._directory.item_row(item_id)
        if row < 0 or not self._is_live(row) or LABELS[self._state.items[row]["label"]] == "drop":
            raise UnknownError("item_unknown", "this post is not here, or not any more")

    # Writing

    async def put(
        self, item_id: str, comment_id: str, comment: CommentIn
    ) -> tuple[CommentOut, bool]:
        """Make a comment, or change its words; return it and whether it is new.

        An app that does so sends the `comment` event too, once and with what it knows of the slot; see
        `docs/decisions/comments-are-content-and-an-outcome.md`.

        Raises:
            UnknownError, InvalidError, GoneError: See `CommentRecords.put_comment`.
            InvalidError: `time_ahead`.
            ConflictError: `item_not_live`.
        """
        now = self._clock.now()
        if comment.created_at is not None and instant_of(comment.created_at) > now + _AHEAD_MICROS:
            problem = Problem("created_at", "lies ahead of the community's clock")
            raise InvalidError("time_ahead", f"created_at {problem.problem}", (problem,))
        self._require_live(item_id)
        put = self._records.put_comment
        record, created = await self._writes.do(
            lambda: put(self._id, item_id, comment_id, comment, now=now), _no_changes
        )
        return self.shown(record), created

    async def put_by_page(
        self, item_id: str, comment_id: str, comment: CommentIn, shown: Shown, who: Principal
    ) -> CommentRecord:
        """Make a comment of a page's viewer, or change its words, and tell the log once that they commented.

        Raises:
            ForbiddenError: `comment_minor`, `comment_blocked`.
            UnknownError, InvalidError, GoneError, BusyError: See `CommentRecords.put_comment`.
            UnavailableError: Records or log do not answer; sent again it is made whole.
        """
        now = self._clock.now()
        self.require_open(item_id)
        self._require_may_write(comment.author_id, item_id)

        def write() -> CommentRecord:
            if comment.in_reply_to is not None:
                above = self._records.comment(self._id, item_id, comment.in_reply_to)
                self._require_unblocked(comment.author_id, above.owner)
            return self._records.put_comment(
                self._id, item_id, comment_id, comment, now=now, by_page=True, paces=PAGE_PACES
            )[0]

        async def tell(record: CommentRecord) -> None:
            if record.awaits_event:
                await self._tell(record, comment.author_id, shown, who)

        return await self._writes.do(write, _no_changes, tell)

    async def delete(self, item_id: str, comment_id: str, *, by: str | None = None) -> None:
        """Let a comment's words go; `by`: whose session asks. Idempotent.

        Raises:
            UnknownError: `item_unknown`, `comment_unknown`.
            ForbiddenError: `comment_of_another`.
        """
        delete = self._records.delete_comment
        await self._write(lambda: delete(self._id, item_id, comment_id, by=by))

    async def like(self, item_id: str, comment_id: str, person_id: str, *, liked: bool) -> int:
        """Like a comment, or no longer; return how many like it now. Idempotent.

        Raises:
            UnknownError: `item_unknown`, `comment_unknown`, `person_unknown`.
            GoneError: `comment_deleted`.
            ConflictError: `comment_own`.
        """
        like, now = self._records.like_comment, self._clock.now()
        return await self._write(
            lambda: like(self._id, item_id, comment_id, person_id, liked=liked, now=now)
        )

    async def report(
        self, item_id: str, comment_id: str, person_id: str, report: CommentReportIn
    ) -> None:
        """Report a comment; again replaces why. Raises as `like`."""
        send, now = self._records.report_comment, self._clock.now()
        await self._write(lambda: send(self._id, item_id, comment_id, person_id, report, now=now))

    async def withdraw_report(self, item_id: str, comment_id: str, person_id: str) -> None:
        """Take a report back. Raises UnknownError."""
        withdraw = self._records.withdraw_report
        await self._write(lambda: withdraw(self._id, item_id, comment_id, person_id))

    async def _write(self, write: Callable[[], Made]) -> Made:
        return await self._writes.do(write, _no_changes)

    # Who may

    def may_write(self, person_id: str, item_id: str) -> ForbiddenError | None:
        """Return why somebody may not write below an item through a page, None where they may."""
        row = self._directory.person_row(person_id)
        if row >= 0 and bool(self._state.people[row]["minor"]):
            return ForbiddenError(
                "comment_minor", "A child's account reads comments and writes none."
            )
        item = self._directory.item_row(item_id)
        owner = int(self._state.items[item]["owner"]) if item >= 0 else -1
        return self._blocked(row, owner)

    def _require_may_write(self, person_id: str, item_id: str) -> None:
        refusal = self.may_write(person_id, item_id)
        if refusal is not None:
            raise refusal

    def _require_unblocked(self, person_id: str, by_ordinal: int) -> None:
        by = self._directory.row_of_ordinal(by_ordinal)
        refusal = self._blocked(self._directory.person_row(person_id), by)
        if refusal is not None:
            raise refusal

    def _blocked(self, row: int, by: int) -> ForbiddenError | None:
        if row < 0 or by < 0 or row not in self._state.blocks(by):
            return None
        return ForbiddenError(
            "comment_blocked", "Whom you would answer does not want to hear from you."
        )

    def _is_live(self, row: int) -> bool:
        return STATES[self._state.items[row]["state"]] == "live"

    def _require_live(self, item_id: str) -> None:
        """Pass a live item, and one that is unknown, which the records refuse. Raises ConflictError."""
        row = self._directory.item_row(item_id)
        if row >= 0 and not self._is_live(row):
            message = "This item is not live; nobody comments on it until it is."
            raise ConflictError("item_not_live", message)

    # The log

    async def _tell(self, record: CommentRecord, viewer: str, shown: Shown, who: Principal) -> None:
        """Tell the log that a page's viewer commented; raises UnavailableError.

        The event's id is the comment's own, so that it counts once however often this is tried. Where its slot can
        no longer be a fact (a day has passed without a connection), it is told without it, as of now.
        """
        now = self._clock.now()
        written = now if shown.written_at is None else min(instant_of(shown.written_at), now)
        event = EventIn(
            id=made_id(COMMENT, self._community.secret, record.number),
            type="comment",
            time=_datetime(written),
            person_id=viewer,
            item_id=record.item_id,
            beacon=shown.beacon,
        )
        verdicts = await self._accept([event], who)
        if verdicts.refused:
            bare = EventIn(
                id=event.id,
                type=event.type,
                time=_datetime(now),
                person_id=viewer,
                item_id=record.item_id,
            )
            await self._accept([bare], who)
        made = self._records.event_made
        await self._records.threads.write(made, self._id, record.number)


def _no_changes(_: object) -> tuple[()]:
    return ()


def _datetime(instant: Instant) -> datetime:
    return EPOCH + timedelta(microseconds=instant)
