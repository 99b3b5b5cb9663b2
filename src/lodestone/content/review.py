"""A review: what was reported of a post, what a moderator decided of it, and its author's one appeal.

    open --decide--> decided --appeal--> appealed --decide--> closed

Only what was hidden or warned of can be appealed against. A decision that repeats the one that stands changes nothing;
another one is taken where `change` says that the first is meant to be taken back. A review never opens again: whoever
reports the post afterwards begins the next one.
"""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.base.errors import ConflictError
from lodestone.base.wire import TEXT, TimeText

NOTE_MAX: Final = 500
APPEAL_MAX: Final = 1_000
Decision: TypeAlias = Literal["hide", "warn", "dismiss"]
ReviewState: TypeAlias = Literal["open", "decided", "appealed", "closed"]
Wanted: TypeAlias = Literal["waiting", "any", "open", "decided", "appealed", "closed"]
"""Which reviews a list shows; `waiting` are those that are open, or appealed against and not answered."""
RULINGS: Final = ("", "warn", "hide")
"""What stands of an item after all its reviews: the strictest that was decided, by its place here."""


class DecideIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a moderator decides of what was reported."""

    decision: Decision
    """`hide` takes it out of every feed, `warn` shows it with a warning, `dismiss` leaves it as it is."""
    note: Annotated[str, Meta(max_length=NOTE_MAX, pattern=TEXT)] = ""
    """Why, for its author, who is shown it; sealed under the author's key."""
    change: bool = False
    """Take another decision back; without it that is refused, so that of two moderators none undoes the other unawares."""


class AppealIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why its author thinks that a decision is wrong."""

    text: Annotated[str, Meta(min_length=1, max_length=APPEAL_MAX, pattern=TEXT)]


class SubjectOut(msgspec.Struct, frozen=True):
    """What a review is about."""

    kind: str
    """`item`, or `comment` for one below it."""
    id: str
    """The item's."""
    comment_id: str | None = None


class DeciderOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who decided."""

    key_id: str | None
    person_id: str | None
    """None where nobody is named, or once they are erased."""


class AppealOut(msgspec.Struct, frozen=True):
    """An appeal as it was made."""

    text: str
    at: TimeText


class ReviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """A review as moderators see it. Who reported is told to nobody."""

    id: str
    subject: SubjectOut
    text: str
    """Of a comment its words; empty for an item, which has a route of its own, and for words that are gone."""
    author_id: str | None
    state: ReviewState
    reporters: int
    """How many people reported it; those not signed in count as one."""
    reasons: dict[str, int]
    """How many of them gave each reason; `unstated` where none was given."""
    first_at: TimeText
    """Of the first report."""
    last_at: TimeText
    decision: Decision | None
    decided_at: TimeText | None
    decided_by: DeciderOut | None
    note: str
    """What the author is told, empty for nothing."""
    appeal: AppealOut | None


class OwnReviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of somebody's own post, as they are told: nothing of who reported it."""

    id: str
    subject: SubjectOut
    text: str
    """The post's own words, cut."""
    decision: Decision
    decided_at: TimeText
    note: str
    appeal: AppealOut | None
    may_appeal: bool
    answered: bool
    """The appeal has been decided: `decision` is the answer."""


def after_decision(
    state: ReviewState, standing: Decision | None, wanted: Decision, *, change: bool
) -> ReviewState:
    """Return the state that a decision leads to.

    Args:
        state: Before it.
        standing: The decision that stands, None for none.
        wanted: The new one.
        change: A decision that stands may be taken back.

    Raises:
        ConflictError: `review_decided`.
    """
    if state == "open":
        return "decided"
    if state == "appealed":
        return "closed"
    if wanted != standing and not change:
        message = f"It has been decided already: {standing}. Send `change` to take that back."
        raise ConflictError("review_decided", message)
    return state


def after_appeal(state: ReviewState, standing: Decision | None) -> ReviewState:
    """Return the state that an appeal leads to.

    Args:
        state: Before it.
        standing: The decision that stands, None for none.

    Raises:
        ConflictError: `review_open`, `appeal_needless`, `appeal_made`.
    """
    if state == "open":
        raise ConflictError("review_open", "Nothing has been decided yet.")
    if state != "decided":
        raise ConflictError("appeal_made", "There is one appeal, and it has been made.")
    if standing == "dismiss":
        raise ConflictError(
            "appeal_needless", "The post stands as it did; there is nothing to appeal."
        )
    return "appealed"


def check_decision(decision: Decision, *, comment: bool) -> None:
    """Pass a decision that can be made of an item, or of a comment. Raises ConflictError `decision_unfit`."""
    if comment and decision == "warn":
        message = "A comment cannot be shown with a warning; hide it or dismiss the reports."
        raise ConflictError("decision_unfit", message)


def ruling_of(decisions: list[Decision | None]) -> int:
    """Return what stands of a post after its reviews, as a place in `RULINGS`: the strictest decision.

    >>> ruling_of(["dismiss", "warn", None]), ruling_of([])
    (1, 0)
    """
    return max(
        (RULINGS.index(decision) for decision in decisions if decision in RULINGS), default=0
    )
