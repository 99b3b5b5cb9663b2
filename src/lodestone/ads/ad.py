"""An ad: a post that somebody pays for, where it leads, and its review; as sent and as read back."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.ads.campaign import AdDelivery, State
from lodestone.base.wire import TEXT, AppId, Name, TimeText

HEADLINE_MAX: Final = 120
CallToAction: TypeAlias = Literal["learn_more", "order", "visit", "follow", "watch"]


class Landing(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where an ad leads: one of these."""

    product_id: AppId | None = None
    shop_id: AppId | None = None
    room_id: AppId | None = None
    url: Annotated[str, Meta(min_length=1, max_length=2048, pattern=TEXT)] | None = None
    """Begins with `https://`."""


class AdIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An ad as an app sends it. Whatever changes but its state puts an ad that was reviewed before a moderator again."""

    ad_group_id: AppId
    """Fixed by the first write."""
    item_id: AppId
    """The advertiser's own post, or another's under an authorisation."""
    headline: Annotated[str, Meta(max_length=HEADLINE_MAX, pattern=TEXT)] = ""
    call_to_action: CallToAction | None = None
    landing: Landing | None = None
    """Left out: the post itself."""
    state: State = "paused"
    """A new ad is paused; only an approved one becomes active; one that has ended stays so."""


class AdOut(msgspec.Struct, frozen=True, kw_only=True):
    """An ad as it is read back."""

    id: str
    ad_group_id: str
    item_id: str
    creator_id: str | None
    """Whose post it is, where it is another's who lets the advertiser run it; null once they have been erased."""
    headline: str
    call_to_action: str | None
    landing: Landing | None
    state: str
    review: str
    review_reason: str
    """What the moderator wrote."""
    delivery: AdDelivery
    created_at: TimeText


class AdReviewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moderator's verdict on an ad."""

    decision: Literal["approved", "rejected"]
    reason: Name = ""


def needs_review(before: AdIn | None, after: AdIn) -> bool:
    """Say whether a change of an ad must be reviewed: what viewers see of it, or where it leads.

    >>> ad = AdIn(ad_group_id="g", item_id="i", headline="Soup")
    >>> needs_review(ad, msgspec.structs.replace(ad, state="active"))
    False
    >>> needs_review(ad, msgspec.structs.replace(ad, headline="Hot soup"))
    True
    """
    return before is None or _seen(before) != _seen(after)


def _seen(ad: AdIn) -> tuple[object, ...]:
    return ad.item_id, ad.headline, ad.call_to_action, ad.landing
