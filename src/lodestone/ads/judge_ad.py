"""Whether an ad is taken as sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lodestone.ads.ad import AdIn, needs_review
from lodestone.ads.campaign import ReviewState, State
from lodestone.ads.judge_campaign import activates, judge_state
from lodestone.ads.objective import Objective
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.base.money import Micros

_R = AdRefusal
LANDINGS: Final[dict[Objective, frozenset[str]]] = {
    "orders": frozenset({"product_id", "shop_id"}),
    "shop_visits": frozenset({"product_id", "shop_id"}),
    "live_viewers": frozenset({"room_id"}),
}
"""Where an ad must lead for its objective to be met; the others lead anywhere."""


@dataclass(frozen=True, slots=True)
class Target:
    """A product, shop or room that an ad leads to, or the post that it shows."""

    owner: int
    """Ordinal of the person whose it is."""
    live: bool
    """A post is live; a shop is open and approved; a product is on sale there; a room has not ended."""
    price: Micros | None = None
    """Of a product the least that it costs."""


@dataclass(frozen=True, slots=True)
class AdContext:
    """What judging an ad needs of how things stand."""

    before: AdIn | None
    """As it is; None for a new one."""
    review: ReviewState
    """As it stands once the ad is taken."""
    group_state: State
    objective: Objective
    owner: int
    """Ordinal of the person who advertises, or whose shop does."""
    item: Target | None
    """None where there is no such post."""
    landing: Target | None
    """None where there is none, where an address is meant, or where nothing is."""
    authorised: bool = False
    """Its author lets the advertiser run the post, now or from an instant still to come."""


def judge_ad(ad: AdIn, context: AdContext) -> Iterator[Fault]:
    """Yield every reason to refuse an ad, in no order."""
    before = context.before
    yield from judge_state(None if before is None else before.state, ad.state)
    if before is not None and before.ad_group_id != ad.ad_group_id:
        yield Fault(_R.AD_GROUP_FIXED, "ad_group_id")
    if context.item is None:
        yield Fault(_R.ITEM_UNKNOWN, "item_id")
    starts = before is None or activates(before.state, ad.state)
    if starts and context.group_state == "ended":
        yield Fault(_R.PARENT_ENDED, "ad_group_id")
    if not starts and not needs_review(before, ad):
        return  # whatever has become of what it shows, it may stay, pause and end
    foreign = context.item is not None and context.item.owner != context.owner
    if foreign and not context.authorised:
        yield Fault(_R.ITEM_FOREIGN, "item_id")
    if context.item is not None and not context.item.live:
        yield Fault(_R.ITEM_NOT_LIVE, "item_id")
    yield from _judge_landing(ad, context)
    if activates(None if before is None else before.state, ad.state):
        if context.review == "pending":
            yield Fault(_R.REVIEW_PENDING, "state")
        if context.review == "rejected":
            yield Fault(_R.REVIEW_REJECTED, "state")


def _judge_landing(ad: AdIn, context: AdContext) -> Iterator[Fault]:
    wanted = LANDINGS.get(context.objective)
    if ad.landing is None:
        if wanted is not None:
            yield Fault(_R.LANDING_MISMATCH, "landing", " or ".join(sorted(wanted)))
        return
    fields = ("product_id", "shop_id", "room_id", "url")
    named = [field for field in fields if getattr(ad.landing, field) is not None]
    if len(named) != 1:
        yield Fault(_R.LANDING_TWICE, "landing")
        return
    path = f"landing.{named[0]}"
    if wanted is not None and named[0] not in wanted:
        yield Fault(_R.LANDING_MISMATCH, path, " or ".join(sorted(wanted)))
    if ad.landing.url is not None:
        if not _is_https(ad.landing.url):
            yield Fault(_R.LANDING_NOT_HTTPS, path)
    elif context.landing is None:
        yield Fault(_R.LANDING_UNKNOWN, path)
    else:
        if context.landing.owner != context.owner:
            yield Fault(_R.LANDING_FOREIGN, path)
        if not context.landing.live:
            yield Fault(_R.SHOP_CLOSED, path)


def _is_https(url: str) -> bool:
    """Say whether an address is one of https with a host and nothing that a browser would read otherwise."""
    host = url.removeprefix("https://").partition("/")[0]
    plain = not any(letter.isspace() or letter in '\\<>"' for letter in url)
    return url.startswith("https://") and bool(host) and "@" not in host and plain
