"""A campaign: what it is for, what it may spend, and when; as sent and as read back."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.ads.objective import Objective
from lodestone.base.wire import AppId, Money, Name, Time, TimeText, check_years

State: TypeAlias = Literal["paused", "active", "ended"]
STATES: Final[tuple[State, ...]] = ("paused", "active", "ended")
"""As they are stored. An object is made paused, and one that has ended stays so."""
ReviewState: TypeAlias = Literal["pending", "approved", "rejected"]
REVIEWS: Final[tuple[ReviewState, ...]] = ("pending", "approved", "rejected")
"""As they are stored."""
Weekday: TypeAlias = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
DAYS: Final = 7
HOURS: Final = 24
WEEK_HOURS: Final = DAYS * HOURS
Week: TypeAlias = tuple[tuple[bool, ...], ...]
"""Seven days from Monday on of 24 hours each, in the community's zone: whether an ad may be shown in that hour."""
_Row: TypeAlias = Annotated[tuple[bool, ...], Meta(max_length=WEEK_HOURS)]


class Budget(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What a campaign may spend; one of the two at least."""

    daily: Money | None = None
    """On one day of the community's zone."""
    lifetime: Money | None = None


class ScheduleHours(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}
):  # fmt: skip
    """One span of hours on a day of the week; it ends where `to` begins."""

    day: Weekday
    start: Annotated[int, Meta(ge=0, le=HOURS - 1)]
    end: Annotated[int, Meta(ge=1, le=HOURS)]


class Frequency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often one person may see a campaign: so many impressions in so many days."""

    impressions: Annotated[int, Meta(ge=1, le=1000)]
    days: Annotated[int, Meta(ge=1, le=90)]


class CampaignIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A campaign as an app sends it."""

    advertiser_id: AppId
    """Fixed by the first write."""
    name: Name = ""
    objective: Objective
    """Fixed by the first write: what its ad groups bid for follows from it."""
    state: State = "paused"
    """A new campaign is paused; one that has ended stays so."""
    budget: Budget
    starts_at: Time | None = None
    """Left out: as soon as it is active."""
    ends_at: Time | None = None
    """Left out: until it is ended."""
    schedule: Annotated[tuple[_Row, ...], Meta(max_length=WEEK_HOURS)] | None = None
    """Seven rows of 24 booleans, Monday's first, in the community's zone; left out: always."""
    hours: Annotated[tuple[ScheduleHours, ...], Meta(max_length=WEEK_HOURS)] = ()
    """The schedule as spans, which may not overlap, instead of `schedule`."""
    frequency: Frequency | None = None

    def __post_init__(self) -> None:
        check_years(self, "starts_at", "ends_at")


class ReviewCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many ads stand at each point of their review."""

    pending: int = 0
    approved: int = 0
    rejected: int = 0

    @property
    def state(self) -> ReviewState:
        """Return where the ads stand together: approved once one of them is, else pending while one waits or there is none.

        >>> ReviewCounts(pending=2, approved=1).state, ReviewCounts(rejected=1).state, ReviewCounts().state
        ('approved', 'rejected', 'pending')
        """
        if self.approved:
            return "approved"
        return "rejected" if self.rejected and not self.pending else "pending"


class AdDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is shown or not: a code and a sentence."""

    code: str
    message: str


class CampaignOut(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it is read back."""

    id: str
    advertiser_id: str
    name: str
    objective: str
    state: str
    review: ReviewState
    """Of its ads together, see `ReviewCounts.state`."""
    reviews: ReviewCounts
    delivery: AdDelivery
    budget: Budget
    spent: Money
    starts_at: TimeText | None
    ends_at: TimeText | None
    schedule: Week | None
    """None: always."""
    frequency: Frequency | None
    created_at: TimeText


def week_of(schedule: Week | None, hours: Sequence[ScheduleHours]) -> Week | None:
    """Return the hours of the week in which a campaign runs, None for all of them.

    Args:
        schedule: As sent.
        hours: As sent instead.

    >>> evening = ScheduleHours(day="sunday", start=22, end=24)
    >>> [sum(day) for day in week_of(None, [evening])]
    [0, 0, 0, 0, 0, 0, 2]
    """
    if not hours:
        return schedule
    return tuple(
        tuple(
            any(span.day == day and span.start <= hour < span.end for span in hours)
            for hour in range(HOURS)
        )
        for day in WEEKDAYS
    )


def runs(week: Week | None, weekday: int, minute: int) -> bool:
    """Say whether a schedule lets a campaign run.

    Args:
        week: None is always.
        weekday: 0 is Monday, in the community's zone.
        minute: Of that day, 0 to 1439.
    """
    return week is None or week[weekday][minute // 60]
