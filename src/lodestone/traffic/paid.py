"""The paid part of a decision: ads put between the posts of an organic slate that stands already.

No bid has a say in which posts compete, and none in which ad of an author may: an ad whose author has a post on the page never
comes to the auction, so that spacing by author binds nobody and the best page is priced by `VCG`. What comes to it is stored whole,
and the page and every payment follow again from that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.money import Micros
from lodestone.events.facts import SURFACES
from lodestone.traffic.auction.inputs import UNLIMITED, Ads, Organics, PageRules
from lodestone.traffic.auction.outcome import Outcome, Winner
from lodestone.traffic.auction.settle import best_page, explained, settle, truthful_rule
from lodestone.traffic.contenders import Columns
from lodestone.traffic.decision import POOL_MAX, Chances, Choice, Codes, Rows
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.policy import Policy, worth_vector

IMPRESSION: Final = -1
"""What is bought where no action is."""
_EFFORT: Final = ("nodes",)
"""Of an outcome: how the search went, which is no part of what came out."""
SPARE_PAYERS: Final = 3
"""Payers that come to the auction beyond those that a page has room for. What an ad costs the others is the same wherever it comes
from, so that the best page of so many ads, and the best without one payer, need one more payer than the page has room for."""


@dataclass(frozen=True, slots=True)
class PaidAds:
    """The ads that came to the auction. Arrays have shape (ads,); of equal ones the earlier wins."""

    ad_id: tuple[str, ...]
    campaign_id: tuple[str, ...]
    """Whose budget pays; a page shows one ad of each."""
    advertiser_id: tuple[str, ...]
    item: Rows
    author: Rows
    """Equal for ads of one author, numbered from 0 in the order they stand here."""
    bid: Ints
    """Micros for the action that is bought."""
    bought: NDArray[np.int8]
    """Place in `OUTCOMES`, or `IMPRESSION`."""
    chance_max: Floats
    """The action's chance counts for no more, in (0, 1]."""
    pace: Floats
    """The share of the bid that enters, in [0, 1]."""
    reserve: Floats
    """The least that is accepted for a seen impression, micros."""
    contextual: Codes
    """1 where it may be shown without consent to personalisation."""
    chances: Chances
    """Shape (ads, outcomes), bfloat16 codes."""

    def columns(self) -> Columns:
        """Return what an auction reads of them, payers numbered from 0 in the order they stand."""
        numbers: dict[str, int] = {}
        payer = [numbers.setdefault(campaign, len(numbers)) for campaign in self.campaign_id]
        payers = np.array(payer, np.int32)
        return self.bid, self.bought, self.chance_max, self.pace, self.reserve, payers


class Offered(NamedTuple):
    """What ads offer, as `page.best` takes it: their authors and payers numbered from 0 in the order they stand."""

    whole: Ints
    real: Floats


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What the ads of a decision came to."""

    ads: PaidAds
    gathered: int
    """How many ads fitted the viewer and were scored; the best came to the auction."""
    outcome: Outcome
    """The page, by places in the organic slate and in `ads`, and what each winner pays."""
    predicted: Chances | None = None
    """Shape (ads,), bfloat16 codes. The chance of what each buys before it was put right by what its campaign's ads came to;
    None where each entered as it was predicted. No part of a receipt, which holds the chances that entered."""
    explored: int = -1
    """The ad that entered with the upper end of its chance's interval, -1 for none: little is known of its campaign yet."""

    def payment(self, winner: Winner) -> Micros:
        """Return what a winner is charged when what it buys happens."""
        if self.ads.bought[winner.ad] == IMPRESSION:
            return winner.payment_impression
        return winner.payment_action

    def weights(self, attention: Floats, posts: int) -> Floats:
        """Return how likely each post of the organic slate is looked at on this page, 0 for those pushed off it.

        Args:
            attention: Shape (slots,), of a page without ads.
            posts: How many posts the organic slate has.
        """
        standing = np.flatnonzero(self.outcome.organic >= 0)
        weights = np.zeros(posts)
        weights[: standing.size] = attention[standing]
        return weights


def offers(kernels: Kernels, ads: PaidAds, worths: Floats) -> tuple[Floats, Floats]:
    """Return the chance of what each ad buys when it is seen, and what seeing it is worth to the viewer and the community without
    what is paid, micros; shapes (ads,). The second is as a post's value.

    Args:
        kernels: Compiled or plain.
        ads: Those that came.
        worths: Shape (outcomes,), see `worth_vector`.
    """  # noqa: D205
    action, user = np.empty(ads.item.size), np.empty(ads.item.size)
    kernels.contenders.offer(ads.chances, ads.columns(), worths, action, user)
    return action, user


def carries_ads(policy: Policy, surface: int) -> bool:
    """Say whether pages of a surface may hold ads."""
    return (
        policy.ad_load > 0 and surface < len(SURFACES) and SURFACES[surface] in policy.ad_surfaces
    )


def page_rules(policy: Policy, attention: Ints, posts: int, pinned: int) -> PageRules:
    """Return where ads may stand.

    Args:
        policy: Says it.
        attention: Shape (slots,), thousandths.
        posts: How many posts the organic slate has: ads are a share of what is on the page, not of what is empty.
        pinned: How many of them moderators put first; no ad stands above one.
    """
    slots = attention.size
    most = min(posts, int(policy.ad_load * slots + 1e-9))
    while most > policy.ad_load * (posts + most) + 1e-9:
        most -= 1
    return PageRules(
        attention=attention,
        gap=policy.ad_gap,
        ads_max=most,
        first=max(policy.ad_first - 1, pinned),
        load_price=float(policy.ad_price),
        one_per_author=True,
    )


def with_steps(
    kernels: Kernels, paid: PaidPart, worths: Floats, net: Ints, rules: PageRules
) -> PaidPart:
    """Return a paid part with the steps of every winner, see `Winner.steps`; arguments as of `auction`."""
    posts, offered = _entered(kernels, paid.ads, worths, net)
    outcome = explained(kernels.auction, posts, offered, rules, paid.outcome)
    return replace(paid, outcome=outcome)


def auction(
    kernels: Kernels,
    ads: PaidAds,
    worths: Floats,
    net: Ints,
    rules: PageRules,
    offered: Offered | None = None,
) -> Outcome:
    """Put ads between the posts of a slate, and price them.

    Args:
        kernels: Compiled or plain.
        ads: Those that came.
        worths: Shape (outcomes,), see `worth_vector`.
        net: Shape (posts,). Net scores of the slate, first slot first, sixteenths of a micro.
        rules: Where ads may stand.
        offered: What the ads offer, where it is known already; worked out otherwise.
    """
    if offered is not None and rules.author_gap == 0 and rules.author_max >= UNLIMITED:
        outcome = best_page(kernels.auction, net, *offered, rules)
        if outcome is not None:
            return outcome
    posts, entered = _entered(kernels, ads, worths, net)
    return settle(kernels.auction, posts, entered, rules, truthful_rule(posts, entered, rules))


def _entered(kernels: Kernels, ads: PaidAds, worths: Floats, net: Ints) -> tuple[Organics, Ads]:
    action, user = offers(kernels, ads, worths)
    return Organics(net=net, author=np.arange(net.size, dtype=np.int32)), Ads(
        bid=ads.bid,
        action=action,
        pace=ads.pace,
        user=user,
        price=np.zeros(ads.bid.size),
        payer=ads.columns()[5],
        author=ads.author + np.int32(POOL_MAX),
        reserve=ads.reserve,
    )


def differences(
    kernels: Kernels,
    paid: PaidPart,
    policy: Policy,
    net: Ints,
    rules: PageRules,
    surface: int,
    *,
    personalised: bool,
) -> Iterator[str]:
    """Settle again from a receipt and yield what differs.

    Args:
        kernels: Compiled or plain.
        paid: As the receipt holds it.
        policy: The one it names.
        net: Shape (posts,). Net scores of the organic slate.
        rules: Where ads may stand, by that policy.
        surface: Of the decision.
        personalised: Whether it was made with consent.
    """
    if not carries_ads(policy, surface):
        yield "paid: the policy allows no ads there"
    if not personalised and not paid.ads.contextual.all():
        yield "paid: a targeted ad came to a viewer without consent"
    was, again = (
        paid.outcome,
        auction(kernels, paid.ads, np.array(worth_vector(policy)), net, rules),
    )
    for field in fields(Outcome):
        left, right = getattr(was, field.name), getattr(again, field.name)
        if field.name not in _EFFORT and not _same(left, right):
            yield f"paid {field.name}: {left} was recorded, {right} follows"


def _same(left: object, right: object) -> bool:
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return np.array_equal(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    names = getattr(type(left), "__slots__", ())
    if names and type(left) is type(right):
        return all(_same(getattr(left, name), getattr(right, name)) for name in names)
    return left == right


def slate_net(net: Ints, choice: Choice) -> Ints:
    """Return the net scores of a slate, first slot first, from those of its pool."""
    slate: Ints = net[choice.pool_index]
    return slate
