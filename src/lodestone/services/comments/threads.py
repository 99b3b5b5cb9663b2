"""The threads below an item, page by page: in the order of `content.comment_ranking`, as one viewer may see them.

Everything here asks the records: it is called in a thread of theirs.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.base.chance import Streams
from lodestone.base.clock import HOUR_MICROS, Clock, Instant
from lodestone.base.list_page import ListPage, cursor_refused, cut_one_more, encode_after
from lodestone.content import Community
from lodestone.content.comment import CommentOrder, CommentState
from lodestone.content.comment_ranking import (
    CommentSignals,
    Ranked,
    newest,
    ranked,
    readers_since,
)
from lodestone.services.support.ids import comment_order_seed
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.stores.comments.types import CommentLine, CommentRecord, ThreadLines
from lodestone.stores.ports import Records

FIRST_REPLIES: Final = 2
"""Replies that stand below each comment of a page."""
_NOBODY: Final = -1
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ThreadPlace:
    """Where a page of threads goes on: nothing that came later moves it."""

    as_of: Instant
    """When its first page was asked for; the order is that of then."""
    newest: int
    """No comment of a higher number is in the list."""
    after: int = 0
    """The number of the last comment that was shown, 0 for none."""
    shown: int = 0
    """How many were; it counts where that comment is not in the list any more."""

    @property
    def text(self) -> str:
        """Return the cursor's text, as `list_page` carries it."""
        return f"{int(self.as_of)}.{self.newest}.{self.after}.{self.shown}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedThread:
    """A comment with its first replies, and where it stands."""

    comment: CommentRecord
    replies: tuple[CommentRecord, ...]
    ranked: Ranked


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of threads."""

    threads: tuple[RankedThread, ...]
    next_cursor: str | None
    as_of: Instant


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """A page of the replies to one comment."""

    replies: tuple[CommentRecord, ...]
    next_cursor: str | None


class Threads:
    """Lists the threads below items of one community."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        state: StateView,
        directory: DirectoryView,
    ) -> None:
        self._community, self._clock, self._records = community, clock, records
        self._state, self._directory = state, directory

    def page(
        self, item_id: str, page: ListPage, *, order: CommentOrder, viewer: str | None
    ) -> ThreadPage:
        """Return a page of threads, with the first replies to each.

        Args:
            item_id: The item.
            page: How many, and from where on.
            order: By worth, which differs by viewer and hour in its first looks, or by time.
            viewer: Who looks: nothing is shown of whom they mute or block. None for nobody in particular.

        Raises:
            UnknownError: `item_unknown`.
            InvalidError: `cursor_invalid`.
        """
        lines = self._records.thread_lines(self._community.id, item_id)
        place = self._place(page, lines)
        visible = _Visible(lines, self._unwanted(viewer), place.newest)
        placed = self._ordered(visible.signals(), order, place.as_of, lines.item_row, viewer)
        start = _start([comment.signals.number for comment in placed], place)
        shown, last = cut_one_more(placed[start:][: page.fetch], page.limit)
        threads = self._threads(shown, visible)
        after = None if last is None else last.signals.number
        return ThreadPage(threads, _next(place, after, len(shown)), place.as_of)

    def _ordered(
        self,
        signals: list[CommentSignals],
        order: CommentOrder,
        now: Instant,
        item_row: int,
        viewer: str | None,
    ) -> list[Ranked]:
        """Order comments; the chance of first looks is the viewer's own, and an hour's."""
        if order == "newest":
            return newest(signals, now)
        streams = Streams(comment_order_seed(self._community.secret))
        chance = streams.of("comments", item_row, self._ordinal(viewer), now // HOUR_MICROS)
        return ranked(signals, now, chance)

    def _threads(self, shown: Sequence[Ranked], visible: "_Visible") -> tuple[RankedThread, ...]:
        """Read comments and their first replies, all of them together."""
        below = {
            comment.signals.number: visible.replies(comment.signals.number)[:FIRST_REPLIES]
            for comment in shown
        }
        numbers = [number for top, replies in below.items() for number in (top, *replies)]
        records = self._records.comments_numbered(self._community.id, numbers)
        return tuple(
            RankedThread(
                comment=records[comment.signals.number],
                replies=tuple(records[number] for number in below[comment.signals.number]),
                ranked=comment,
            )
            for comment in shown
        )

    def replies(
        self, item_id: str, comment_id: str, page: ListPage, *, viewer: str | None
    ) -> ReplyPage:
        """Return a page of the replies to a comment: the item's author first, then by time.

        Raises:
            UnknownError: `item_unknown`, `comment_unknown`.
            InvalidError: `cursor_invalid`.
        """
        top = self._records.comment(self._community.id, item_id, comment_id)
        lines = self._records.thread_lines(self._community.id, item_id)
        place = self._place(page, lines)
        numbers = _Visible(lines, self._unwanted(viewer), place.newest).replies(top.number)
        shown, last = cut_one_more(numbers[_start(numbers, place) :][: page.fetch], page.limit)
        records = self._records.comments_numbered(self._community.id, shown)
        return ReplyPage(tuple(records[number] for number in shown), _next(place, last, len(shown)))

    def liked(self, viewer: str, page: Sequence[CommentRecord]) -> frozenset[int]:
        """Return which of some comments somebody likes, by number."""
        numbers = [record.number for record in page]
        return self._records.liked_comments(self._community.id, viewer, numbers)

    def _place(self, page: ListPage, lines: ThreadLines) -> ThreadPlace:
        """Read where a page begins. Raises InvalidError `cursor_invalid`."""
        after = page.after
        if after is None:
            highest = lines.lines[-1].number if lines.lines else 0
            return ThreadPlace(self._clock.now(), highest)
        parts = _PLACE.fullmatch(after)
        if parts is None:
            raise cursor_refused()
        as_of, highest, last, shown = map(int, parts.groups())
        return ThreadPlace(Instant(as_of), highest, last, shown)

    def _ordinal(self, viewer: str | None) -> int:
        row = _NOBODY if viewer is None else self._directory.person_row(viewer)
        return _NOBODY if row < 0 else self._directory.ordinal(row)

    def _unwanted(self, viewer: str | None) -> frozenset[int]:
        """Return the ordinals of whom a viewer mutes or blocks."""
        row = _NOBODY if viewer is None else self._directory.person_row(viewer)
        if row < 0:
            return frozenset()
        others = (*self._state.mutes(row).tolist(), *self._state.blocks(row).tolist())
        return frozenset(self._directory.ordinal(other) for other in others)


class _Visible:
    """The comments of an item that one viewer may see."""

    def __init__(self, lines: ThreadLines, unwanted: frozenset[int], highest: int) -> None:
        """Take every comment; `unwanted`: whose are not shown; `highest`: nor those of a higher number."""
        self._lines = lines
        self._active = sorted(lines.last_active.values())
        wanted = [
            line for line in lines.lines if line.owner not in unwanted and line.number <= highest
        ]
        self._replies: Mapping[int, list[CommentLine]] = defaultdict(list)
        for line in wanted:
            if line.parent is not None and line.state == CommentState.LIVE:
                self._replies[line.parent].append(line)
        self._tops = [
            line
            for line in wanted
            if line.parent is None
            # One whose words are gone stands for what was answered.
            and (line.state == CommentState.LIVE or line.number in self._replies)
        ]

    def signals(self) -> list[CommentSignals]:
        """Return what is known of each comment that begins a thread."""
        return [self._signals(line) for line in self._tops]

    def replies(self, number: int) -> list[int]:
        """Return the numbers of the replies to a comment: the item's author first, then by time."""
        below = self._replies.get(number, ())
        author = self._lines.item_owner
        order = sorted(below, key=lambda line: (line.owner != author, line.created, line.number))
        return [line.number for line in order]

    def _signals(self, line: CommentLine) -> CommentSignals:
        author, below = self._lines.item_owner, self._replies.get(line.number, ())
        repliers = {reply.owner for reply in below} - {line.owner}
        return CommentSignals(
            number=line.number,
            created=line.created,
            likes=line.likes,
            repliers=len(repliers),
            # All but its own author, who was there when it was written.
            readers=readers_since(self._active, line.created) - 1,
            by_author=line.owner == author,
            author_answered=author in repliers,
        )


def _start(numbers: Sequence[int], place: ThreadPlace) -> int:
    """Return where a list goes on."""
    if not place.after:
        return 0
    return numbers.index(place.after) + 1 if place.after in numbers else place.shown


def _next(place: ThreadPlace, after: int | None, shown: int) -> str | None:
    """Return the cursor of what follows, None at the end."""
    if after is None:
        return None
    return encode_after(ThreadPlace(place.as_of, place.newest, after, place.shown + shown).text)
