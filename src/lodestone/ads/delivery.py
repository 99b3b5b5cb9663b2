"""Why an object is shown or not, as far as the record says: a code and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lodestone.ads.campaign import (
    AdDelivery,
    CampaignIn,
    ReviewCounts,
    ReviewState,
    State,
    runs,
    week_of,
)
from lodestone.base.clock import Instant
from lodestone.base.wire import instant_of


class Delivery(Enum):
    """Reasons in order of precedence; the last is none."""

    ENDED = auto()
    AUDIENCE_GONE = auto()
    NO_ADS = auto()
    ITEM_NOT_LIVE = auto()
    NOT_AUTHORISED = auto()
    SHOP_CLOSED = auto()
    REJECTED = auto()
    REVIEW = auto()
    PAUSED = auto()
    OVER = auto()
    NOT_STARTED = auto()
    BUDGET_SPENT = auto()
    SCHEDULE = auto()
    ELIGIBLE = auto()


_D = Delivery
SENTENCES: Final = {
    _D.NO_ADS: "It has no ad that has not ended; make one.",
    _D.ITEM_NOT_LIVE: "The post that it shows is withdrawn or a draft.",
    _D.NOT_AUTHORISED: "The post is another's, whose author does not let this advertiser run it now.",
    _D.SHOP_CLOSED: "Where it leads is closed, paused, withdrawn, sold out, over or not approved.",
    _D.AUDIENCE_GONE: "Everybody whose followers it is for has been erased.",
    _D.REJECTED: "A moderator rejected it; change it, and it is reviewed again.",
    _D.REVIEW: "It waits for a moderator.",
    _D.OVER: "The campaign's ends_at is past.",
    _D.NOT_STARTED: "The campaign's starts_at lies ahead.",
    _D.BUDGET_SPENT: "The campaign has spent its lifetime budget.",
    _D.SCHEDULE: "The campaign's schedule leaves this hour out.",
    _D.ELIGIBLE: "Nothing in the record stands against it; it comes while money is set aside for its campaign.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What the record says of an object and of those above it."""

    states: Sequence[tuple[str, State]]
    """What each is called, from the campaign down to the object itself, and its state."""
    campaign: CampaignIn
    spent: int
    """Micros of the campaign."""
    review: ReviewState | ReviewCounts
    """An ad's own, or those of the ads below; ads that have ended do not count."""
    item_live: bool = True
    authorised: bool = True
    """The post is the advertiser's own, or its author lets them run it now."""
    landing_live: bool = True
    audience_gone: bool = False
    """Of those whose followers it is for nobody is left."""


@dataclass(frozen=True, slots=True)
class Hour:
    """When it is asked: an instant, and what the community's clock shows then."""

    now: Instant
    weekday: int
    """0 is Monday."""
    minute: int
    """Of the day."""


def delivery_of(standing: Standing, hour: Hour) -> AdDelivery:
    """Return the first reason that holds, with its sentence."""
    return (
        _stopped(standing, "ended", _D.ENDED, "has ended")
        or _said(_of_content(standing))
        or _stopped(standing, "paused", _D.PAUSED, "is paused")
        or _said(_of_time(standing, hour))
        or AdDelivery(code=_D.ELIGIBLE.name.lower(), message=SENTENCES[_D.ELIGIBLE])
    )


def _said(code: Delivery | None) -> AdDelivery | None:
    return None if code is None else AdDelivery(code=code.name.lower(), message=SENTENCES[code])


def _stopped(standing: Standing, state: State, code: Delivery, what: str) -> AdDelivery | None:
    """Say which object of those that stand above, or itself, is in a state."""
    for name, at in standing.states:
        if at == state:
            subject = "It" if name == standing.states[-1][0] else f"Its {name}"
            return AdDelivery(code=code.name.lower(), message=f"{subject} {what}.")
    return None


def _of_content(standing: Standing) -> Delivery | None:
    """Return what of the ads themselves stands in the way."""
    review = standing.review
    if standing.audience_gone:
        return _D.AUDIENCE_GONE
    if isinstance(review, ReviewCounts):
        if review.approved:
            return None
        if review.pending:
            return _D.REVIEW
        return _D.REJECTED if review.rejected else _D.NO_ADS
    if not standing.item_live:
        return _D.ITEM_NOT_LIVE
    if not standing.authorised:
        return _D.NOT_AUTHORISED
    if not standing.landing_live:
        return _D.SHOP_CLOSED
    return {"pending": _D.REVIEW, "rejected": _D.REJECTED}.get(review)


def _of_time(standing: Standing, hour: Hour) -> Delivery | None:
    """Return what of dates, budget and schedule stands in the way."""
    campaign = standing.campaign
    if campaign.ends_at is not None and instant_of(campaign.ends_at) <= hour.now:
        return _D.OVER
    if campaign.starts_at is not None and instant_of(campaign.starts_at) > hour.now:
        return _D.NOT_STARTED
    lifetime = campaign.budget.lifetime
    if lifetime is not None and standing.spent >= lifetime.micros:
        return _D.BUDGET_SPENT
    if not runs(week_of(campaign.schedule, campaign.hours), hour.weekday, hour.minute):
        return _D.SCHEDULE
    return None
