"""What a page shows of the comments below a post: who said what, what the viewer may do, and why it stands there."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lodestone.base.list_page import ListPage
from lodestone.base.wire import TimeText, time_text
from lodestone.console.reader import name_of
from lodestone.console.words import Words
from lodestone.content.comment import CommentOrder
from lodestone.services import use_cases
from lodestone.services.catalogue import PersonRecord
from lodestone.services.comments import CommentRecord, CommentState, RankedThread, rank_out
from lodestone.services.community.community import Engine
from lodestone.services.receipts.receipts import item_counters


class Named(msgspec.Struct, frozen=True):
    """A person as a page names them."""

    id: str
    name: str


class PageComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment with all that a page draws of it."""

    id: str
    author: Named | None
    """None once erased, and of a comment that was deleted."""
    text: str
    """Empty unless `state` is `live`."""
    language: str | None
    mentions: list[Named]
    state: str
    """`live`, `deleted`, `erased` or `hidden`; what is not live stands there for its replies."""
    mine: bool
    liked: bool
    likes: int
    replies: int
    by_post_author: bool
    created_at: TimeText
    edited: bool


class PageThread(msgspec.Struct, frozen=True, kw_only=True):
    """A comment, the first replies to it, and why it stands where it stands."""

    comment: PageComment
    replies: list[PageComment]
    why: str | None
    """In words, where that was asked for."""


class PageComments(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the threads below a post."""

    data: list[PageThread]
    next_cursor: str | None
    comments: int
    """How often people commented on the post, by the log: what its button counts."""
    refusal: str | None
    """Why this viewer may not write here, by its code; None where they may."""
    now: TimeText


class PageReplies(msgspec.Struct, frozen=True):
    """A page of the replies to one comment."""

    data: list[PageComment]
    next_cursor: str | None


class CommentView:
    """Puts together what one viewer sees of the comments below posts; asks the records, in a thread of theirs."""

    def __init__(self, engine: Engine, viewer: str) -> None:
        self._engine, self._viewer = engine, viewer
        self._threads, self._stored = use_cases.threads_below(engine), use_cases.stored(engine)

    def page(
        self, item_id: str, page: ListPage, order: CommentOrder, explaining: Words | None
    ) -> PageComments:
        """Gather a page of threads; `explaining`: in which words each says why it stands there.

        Raises:
            UnknownError: `item_unknown`.
            InvalidError: `cursor_invalid`.
        """
        listed = self._threads.page(item_id, page, order=order, viewer=self._viewer)
        records = [
            record for thread in listed.threads for record in (thread.comment, *thread.replies)
        ]
        shown = self._shown(records)
        newest = order == "newest"

        def reason(thread: RankedThread) -> str | None:
            if explaining is None:
                return None
            rank = rank_out(thread.ranked, listed.as_of, newest=newest)
            return because_here(
                explaining, rank.because, (rank.likes + rank.repliers, rank.readers)
            )

        return PageComments(
            data=[
                PageThread(
                    comment=shown[thread.comment.number],
                    replies=[shown[reply.number] for reply in thread.replies],
                    why=reason(thread),
                )
                for thread in listed.threads
            ],
            next_cursor=listed.next_cursor,
            comments=self.counted(item_id),
            refusal=self._refusal(item_id),
            now=time_text(self._engine.now()),
        )

    def replies(self, item_id: str, comment_id: str, page: ListPage) -> PageReplies:
        """Gather a page of the replies to a comment; raises as `page`, and UnknownError `comment_unknown`."""
        listed = self._threads.replies(item_id, comment_id, page, viewer=self._viewer)
        shown = self._shown(listed.replies)
        return PageReplies([shown[reply.number] for reply in listed.replies], listed.next_cursor)

    def comment(self, record: CommentRecord) -> PageComment:
        """Show one comment."""
        return self._shown([record])[record.number]

    def counted(self, item_id: str) -> int:
        """Return how often people commented on a post, by the log."""
        row = self._engine.directory.item_row(item_id)
        return item_counters(self._engine.state, row)["comment"]

    def _refusal(self, item_id: str) -> str | None:
        refusal = use_cases.comments(self._engine).may_write(self._viewer, item_id)
        return None if refusal is None else refusal.code

    def _shown(self, records: Sequence[CommentRecord]) -> dict[int, PageComment]:
        liked = self._threads.liked(self._viewer, records)
        people = self._stored.people_called(_named_by(records))
        return {
            record.number: self._comment(record, people, liked=record.number in liked)
            for record in records
        }

    def _comment(
        self, record: CommentRecord, people: Mapping[str, PersonRecord], *, liked: bool
    ) -> PageComment:
        live = record.state == CommentState.LIVE
        author = record.author_id if live else None
        return PageComment(
            id=record.id,
            author=None if author is None else _named(author, people),
            text=record.text if live else "",
            language=record.language if live else None,
            mentions=[_named(name, people) for name in record.mentions] if live else [],
            state=record.state.name.lower(),
            mine=author == self._viewer,
            liked=liked,
            likes=record.likes,
            replies=record.replies,
            by_post_author=record.by_item_author and live,
            created_at=time_text(record.created),
            edited=record.edited is not None,
        )


def because_here(words: Words, because: Sequence[str], readers: tuple[int, int]) -> str:
    """Say why a comment stands where it stands.

    Args:
        words: The reader's language.
        because: Reasons, the weightiest first; see `CommentRank`.
        readers: How many liked or answered it, of how many who were in the thread since.
    """
    say = words.say
    clauses = {
        "newest": say("the newest stand first"),
        "first_look": say(
            "it is new and hardly read yet; every fifth place is kept for such comments"
        ),
        "by_author": say("the post's author wrote it"),
        "author_answered": say("the post's author replied to it"),
        "liked": say(
            "{k} of {n} who were here since liked it or replied to it",
            {"k": readers[0], "n": readers[1]},
        ),
        "answered": say(
            "{k} of {n} who were here since liked it or replied to it",
            {"k": readers[0], "n": readers[1]},
        ),
        "recent": say("it is recent"),
        "quiet": say("nobody has liked it or replied to it so far"),
    }
    # Likes and answers are one clause.
    reasons = list(dict.fromkeys(clauses[name] for name in because))
    return say("Here because {reasons}.", {"reasons": say("; ").join(reasons)})


def _named_by(records: Iterable[CommentRecord]) -> set[str]:
    """Return the ids of whom some comments are by or mention."""
    return {
        name
        for record in records
        for name in (record.author_id, *record.mentions)
        if name is not None
    }


def _named(person_id: str, people: Mapping[str, PersonRecord]) -> Named:
    person = people.get(person_id)
    return Named(person_id, (name_of(person.given) if person is not None else "") or person_id)
