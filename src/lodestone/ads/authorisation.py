"""An authorisation: a creator lets an advertiser run one post as an ad between two instants, for a share of what it pays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.ads.judge_ad import Target
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.base.clock import Instant
from lodestone.base.wire import (
    INSTANT_MAX,
    INSTANT_MIN,
    AppId,
    Time,
    TimeText,
    check_years,
    instant_of,
    refuse,
)

AuthorisationState: TypeAlias = Literal["to_come", "in_force", "over", "revoked"]
_R = AdRefusal


class AuthorisationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An authorisation as an app sends it; all of it is fixed by the first write."""

    creator_id: AppId
    """Whose post it is."""
    advertiser_id: AppId
    item_id: AppId
    starts: Time = msgspec.field(name="from")
    """From this instant on ads may show the post."""
    until: Time
    """The first instant at which they may not any more."""
    share: Annotated[float, Meta(ge=0, le=1)]
    """Part of what such ads pay that is the creator's, in millionths."""

    def __post_init__(self) -> None:
        check_years(self, "until")
        if not INSTANT_MIN <= instant_of(self.starts) <= INSTANT_MAX:
            raise refuse("from", "must lie in the years 1 to 9999, in UTC")


class AuthorisationOut(msgspec.Struct, frozen=True, kw_only=True):
    """An authorisation as it is read back."""

    id: str
    creator_id: str | None
    """Null once they have been erased."""
    advertiser_id: str
    item_id: str
    starts: TimeText = msgspec.field(name="from")
    until: TimeText
    share: float
    state: AuthorisationState
    revoked_at: TimeText | None
    created_at: TimeText


@dataclass(frozen=True, slots=True)
class Term:
    """When a post may be run as an ad, and for what share of what that pays."""

    starts: Instant
    ends: Instant
    """The first instant at which it may not: its end, or when it was revoked."""
    share: int
    """Parts of a million."""

    def covers(self, instant: int) -> bool:
        """Say whether the post may be run at an instant."""
        return self.starts <= instant < self.ends


@dataclass(frozen=True, slots=True)
class AuthorisationContext:
    """What judging a new authorisation needs of how things stand."""

    creator: int
    """The creator's ordinal."""
    owner: int
    """The ordinal of who advertises, or whose shop does."""
    item: Target | None
    """None where there is no such post."""
    exists: bool
    """There is another one for the same post and advertiser that has not ended."""
    now: Instant


def judge_authorisation(given: AuthorisationIn, context: AuthorisationContext) -> Iterator[Fault]:
    """Yield every reason to refuse a new authorisation, in no order."""
    if context.item is None:
        yield Fault(_R.ITEM_UNKNOWN, "item_id")
    elif context.item.owner != context.creator:
        yield Fault(_R.ITEM_NOT_THEIRS, "item_id")
    elif not context.item.live:
        yield Fault(_R.ITEM_NOT_LIVE, "item_id")
    if context.creator == context.owner:
        yield Fault(_R.AUTHORISATION_NEEDLESS, "creator_id")
    if instant_of(given.until) <= instant_of(given.starts):
        yield Fault(_R.UNTIL_BEFORE_FROM, "until")
    if instant_of(given.until) <= context.now:
        yield Fault(_R.UNTIL_IN_THE_PAST, "until")
    if context.exists:
        yield Fault(_R.AUTHORISATION_EXISTS, "item_id")
