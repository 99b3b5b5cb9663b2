"""Why an object of advertising is not taken, in order of precedence.

When two reasons hold, the earlier one is given. A refusal has changed nothing.
"""

from enum import Enum, auto
from typing import Final

from lodestone.base.faults import FaultOf, first, raise_first

__all__ = ("CONFLICTS", "CURES", "UNKNOWN", "AdRefusal", "Fault", "first", "raise_first")


class AdRefusal(Enum):
    """Why an advertiser, a campaign, an ad group, an ad, an authorisation or a deposit is not taken."""

    BOOSTED = auto()
    OWNER_FIXED = auto()
    ADVERTISER_FIXED = auto()
    OBJECTIVE_FIXED = auto()
    CAMPAIGN_FIXED = auto()
    AD_GROUP_FIXED = auto()
    ALREADY_ENDED = auto()
    MADE_PAUSED = auto()
    PARENT_ENDED = auto()
    CURRENCY_MISMATCH = auto()
    AMOUNT_NOT_POSITIVE = auto()
    BUDGET_MISSING = auto()
    DAILY_OVER_LIFETIME = auto()
    BUDGET_BELOW_SPENT = auto()
    ENDS_BEFORE_START = auto()
    ENDS_IN_THE_PAST = auto()
    SCHEDULE_TWICE = auto()
    SCHEDULE_MALFORMED = auto()
    SCHEDULE_OVERLAPS = auto()
    SCHEDULE_EMPTY = auto()
    STRATEGY_MISMATCH = auto()
    ACTION_MISMATCH = auto()
    BID_MISSING = auto()
    BID_NOT_TAKEN = auto()
    TARGET_MISMATCH = auto()
    BID_UNDER_RESERVE = auto()
    BID_OVER_BUDGET = auto()
    RADIUS_WITHOUT_CENTRE = auto()
    PLACE_EMPTY = auto()
    PLACE_TWICE = auto()
    DOMAIN_UNKNOWN = auto()
    DOMAIN_NOT_A_PLACE = auto()
    SEGMENT_UNKNOWN = auto()
    SEGMENT_OF_SHOPS = auto()
    SEGMENT_NOT_OWNED = auto()
    ADVERTISER_MISSING = auto()
    ADVERTISER_UNKNOWN = auto()
    CREATOR_UNKNOWN = auto()
    AUDIENCE_EMPTY = auto()
    ITEM_UNKNOWN = auto()
    ITEM_FOREIGN = auto()
    ITEM_NOT_LIVE = auto()
    LANDING_TWICE = auto()
    LANDING_NOT_HTTPS = auto()
    LANDING_UNKNOWN = auto()
    LANDING_FOREIGN = auto()
    LANDING_MISMATCH = auto()
    SHOP_CLOSED = auto()
    REVIEW_PENDING = auto()
    REVIEW_REJECTED = auto()
    PROVIDER_UNKNOWN = auto()
    AMOUNT_NOT_WHOLE = auto()
    DEPOSIT_REPLAYED = auto()
    DEPOSIT_REFUSED = auto()
    SHOP_WITHOUT_POSITION = auto()
    AUTHORISATION_FIXED = auto()
    AUTHORISATION_REVOKED = auto()
    ITEM_NOT_THEIRS = auto()
    AUTHORISATION_NEEDLESS = auto()
    UNTIL_BEFORE_FROM = auto()
    UNTIL_IN_THE_PAST = auto()
    AUTHORISATION_EXISTS = auto()


_R = AdRefusal
UNKNOWN: Final = frozenset({
    _R.DOMAIN_UNKNOWN, _R.SEGMENT_UNKNOWN, _R.ADVERTISER_UNKNOWN, _R.CREATOR_UNKNOWN, _R.ITEM_UNKNOWN, _R.LANDING_UNKNOWN,
})  # fmt: skip
"""Answered 404: it names what is not there."""
CONFLICTS: Final = frozenset({
    _R.BOOSTED, _R.ALREADY_ENDED, _R.MADE_PAUSED, _R.PARENT_ENDED, _R.BUDGET_BELOW_SPENT, _R.ENDS_IN_THE_PAST, _R.BID_OVER_BUDGET,
    _R.ITEM_FOREIGN, _R.ITEM_NOT_LIVE, _R.LANDING_FOREIGN, _R.SHOP_CLOSED, _R.REVIEW_PENDING, _R.REVIEW_REJECTED,
    _R.DEPOSIT_REPLAYED, _R.DEPOSIT_REFUSED, _R.SHOP_WITHOUT_POSITION, _R.AUTHORISATION_FIXED, _R.AUTHORISATION_REVOKED,
    _R.ITEM_NOT_THEIRS, _R.AUTHORISATION_NEEDLESS, _R.UNTIL_IN_THE_PAST, _R.AUTHORISATION_EXISTS,
})  # fmt: skip
"""Answered 409: it does not fit how things stand. All others are answered 400."""
CURES: Final = {
    _R.BOOSTED: "belongs to a boost, which is paid for and stays as it is; stop the boost instead",
    _R.OWNER_FIXED: "is fixed by the advertiser's first write",
    _R.ADVERTISER_FIXED: "is fixed by the campaign's first write",
    _R.OBJECTIVE_FIXED: "is fixed by the campaign's first write; make another campaign",
    _R.CAMPAIGN_FIXED: "is fixed by the ad group's first write",
    _R.AD_GROUP_FIXED: "is fixed by the ad's first write",
    _R.ALREADY_ENDED: "it has ended and stays so; make another",
    _R.MADE_PAUSED: "is paused when it is made; write it again to activate it",
    _R.PARENT_ENDED: "has ended; make what belongs to one that has not",
    _R.CURRENCY_MISMATCH: "must be in the community's currency",
    _R.AMOUNT_NOT_POSITIVE: "must be above zero and at most 10^15 micros",
    _R.BUDGET_MISSING: "needs daily, lifetime or both",
    _R.DAILY_OVER_LIFETIME: "must not be above the lifetime budget",
    _R.BUDGET_BELOW_SPENT: "is less than the campaign has spent",
    _R.ENDS_BEFORE_START: "must lie after starts_at",
    _R.ENDS_IN_THE_PAST: "is over; a campaign that is active ends later than now",
    _R.SCHEDULE_TWICE: "and schedule say the same; send one of them",
    _R.SCHEDULE_MALFORMED: "must be 7 rows of 24 booleans, or spans whose `to` lies after `from`",
    _R.SCHEDULE_OVERLAPS: "overlaps another span of its day",
    _R.SCHEDULE_EMPTY: "leaves no hour of the week",
    _R.STRATEGY_MISMATCH: "does not fit the campaign's objective",
    _R.ACTION_MISMATCH: "does not fit the campaign's objective",
    _R.BID_MISSING: "is needed by this strategy",
    _R.BID_NOT_TAKEN: "is not taken by this strategy",
    _R.TARGET_MISMATCH: "is money of `cost_cap` and `target_cpa`, and a number of `target_roas`",
    _R.BID_UNDER_RESERVE: "lies under the least bid",
    _R.BID_OVER_BUDGET: "is more than the campaign may spend",
    _R.RADIUS_WITHOUT_CENTRE: "needs a position to be about",
    _R.PLACE_EMPTY: "needs a domain_id or a position",
    _R.PLACE_TWICE: "and position say two places; send two",
    _R.DOMAIN_UNKNOWN: "names no domain of this community",
    _R.DOMAIN_NOT_A_PLACE: "must name a domain of kind place",
    _R.SEGMENT_UNKNOWN: "names no segment",
    _R.SEGMENT_OF_SHOPS: "is a shop's; the advertiser is a person",
    _R.SEGMENT_NOT_OWNED: "is the same for every advertiser; people can be alike to customers or followers",
    _R.ADVERTISER_MISSING: "is needed where the targeting speaks of an advertiser's own people",
    _R.ADVERTISER_UNKNOWN: "names no advertiser of this community",
    _R.CREATOR_UNKNOWN: "names nobody of this community",
    _R.AUDIENCE_EMPTY: "leaves nobody: all of segments_in are in segments_out",
    _R.ITEM_UNKNOWN: "names no post of this community",
    _R.ITEM_FOREIGN: "is another's post, and its author has not let this advertiser run it",
    _R.ITEM_NOT_LIVE: "is not live; publish the post first",
    _R.LANDING_TWICE: "leads to one place: a product, a shop, a room or an address",
    _R.LANDING_NOT_HTTPS: "must be an address that begins with https://",
    _R.LANDING_UNKNOWN: "names nothing of this community",
    _R.LANDING_FOREIGN: "is not the advertiser's own",
    _R.LANDING_MISMATCH: "does not lead to where the campaign's objective can be met",
    _R.SHOP_CLOSED: "is closed, paused, withdrawn, sold out, over or not approved",
    _R.REVIEW_PENDING: "waits for a moderator; activate it once it is approved",
    _R.REVIEW_REJECTED: "was rejected; change it, and it is reviewed again",
    _R.PROVIDER_UNKNOWN: "must be manual: money that the app has collected itself",
    _R.AMOUNT_NOT_WHOLE: "must be whole coins",
    _R.DEPOSIT_REPLAYED: "stands in the ledger under this Idempotency-Key with another amount; take a new key",
    _R.DEPOSIT_REFUSED: "is not taken by the ledger",
    _R.SHOP_WITHOUT_POSITION: "is of a shop without a position, and nothing lies around it; make the ad group yourself",
    _R.AUTHORISATION_FIXED: "is fixed by the authorisation's first write; revoke it and make another",
    _R.AUTHORISATION_REVOKED: "was revoked and stays so; make another",
    _R.ITEM_NOT_THEIRS: "is not the creator's post: authors alone let others run what they made",
    _R.AUTHORISATION_NEEDLESS: "is who advertises: their own posts need no authorisation",
    _R.UNTIL_BEFORE_FROM: "must lie after from",
    _R.UNTIL_IN_THE_PAST: "is over",
    _R.AUTHORISATION_EXISTS: "has an authorisation for this advertiser that has not ended; revoke it first",
}  # fmt: skip
"""What each means and what to do, said of the field at fault."""


class Fault(FaultOf[AdRefusal]):
    """One reason to refuse, and the field at fault.

    >>> early = Fault(AdRefusal.BUDGET_MISSING, "budget")
    >>> first([Fault(AdRefusal.SCHEDULE_EMPTY, "schedule"), early]) is early
    True
    """

    CURES = CURES
    UNKNOWN = UNKNOWN
    CONFLICTS = CONFLICTS
