"""What other ad loads and prices of a viewer's time would have earned on the last day, and what they would have displaced.

Each page of the last day to which ads came is filled and priced again from its receipt, as `feed.paid` would: the same organic
slate, the same ads with the bids, paces and chances of that moment, under its own policy with another load or price. Nothing is
written. What the dry run cannot know: budgets and their paces would have moved; and a receipt holds the ads that came to its
auction, a few more than its page had room for, so that what far higher loads earn is the least that they would.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.services.ads.forecast import PAGES_MAX, Past
from lodestone.services.support.last_day import decision_at, last_day
from lodestone.traffic.auction.inputs import DUE_UNIT
from lodestone.traffic.decision import Decision
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import pool_net
from lodestone.traffic.paid import PaidPart, auction, carries_ads, page_rules, slate_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.prices import NET_UNIT
from lodestone.traffic.slots import attention_of

LOADS: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Ad loads that are tried, shares of a page; the one in force is tried too."""
STEPS: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Prices of a viewer's time that are tried, in shares of what an ad earns for an appearance where the price is 0; the one in
force is tried too."""
_ATTENTION_UNIT: Final = 1000


class FrontierPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What one ad load and one price would have come to on the last day."""

    ad_load: float
    ad_price_micros: int
    revenue_micros: float
    """Expected charges."""
    paid_slots: float
    displaced_micros: float
    """Expected net value of organic posts that ads pushed down or off."""


class Frontier(msgspec.Struct, frozen=True, kw_only=True):
    """What other loads, at the price in force, and other prices, at the load in force, would have come to."""

    pages: int
    """Pages of the last day that were filled again."""
    pages_of_day: int
    pages_with_ads: int
    """Of those filled again, the pages to whose auction ads came: to the others none could have."""
    slots: float
    """Of the day, with or without ads."""
    organic_micros: float
    """Expected net value of the day's organic slates without ads."""
    ad_load: float
    """In force now."""
    ad_price_micros: int
    by_load: list[FrontierPoint]
    """Ascending."""
    by_price: list[FrontierPoint]
    """Ascending."""


class AdPage(NamedTuple):
    """One page to whose auction ads came."""

    decision: Decision
    paid: PaidPart
    policy: Policy
    """Its own."""
    net: Ints
    """Of the organic slate."""
    attention: Ints


class AdFrontier:
    """One dry run over one community's last day; it reads the log, so it is called in a thread."""

    def __init__(self, past: Past, kernels: Kernels, policy: Policy) -> None:
        """Take what is tried again; `policy` is the one in force."""
        self._past, self._kernels, self._policy = past, kernels, policy
        self._worths: dict[int, Floats] = {}
        """By the version of the policy."""

    def run(self) -> Frontier:
        """Return what loads and prices beside those in force would have come to."""
        chosen, of_day = last_day(self._past.log, self._past.now, PAGES_MAX)
        scale = of_day / max(1, len(chosen))
        pages: list[AdPage] = []
        slots, organic = 0, 0.0
        for number in chosen:
            decision = decision_at(self._past.log, number)
            page, worth = self.page(decision)
            slots, organic = slots + decision.page.size, organic + worth
            pages += [] if page is None else [page]
        load, price = self._policy.ad_load, int(self._policy.ad_price)
        free = self._point(pages, scale, load, 0)
        earned = free.revenue_micros / free.paid_slots if free.paid_slots else 0.0
        prices = sorted({price, *(round(step * earned) for step in STEPS)})
        return Frontier(
            pages=len(chosen),
            pages_of_day=of_day,
            pages_with_ads=len(pages),
            slots=slots * scale,
            organic_micros=organic * scale,
            ad_load=load,
            ad_price_micros=price,
            by_load=[
                self._point(pages, scale, ad_load, price) for ad_load in sorted({load, *LOADS})
            ],
            by_price=[self._point(pages, scale, load, ad_price) for ad_price in prices],
        )

    def page(self, decision: Decision) -> tuple[AdPage | None, float]:
        """Return a page to whose auction ads came, else None, and what its organic slate is worth without ads, micros."""
        policy = self._past.versions.policy(decision.policy_version)
        prices = self._past.versions.prices(decision.price_version)
        worths = self._worths.setdefault(policy.version, np.array(worth_vector(policy)))
        net = slate_net(pool_net(self._kernels, decision.pool, worths, prices), decision.choice)
        attention = attention_of(decision.slots, policy.attention_decay)
        worth = float(attention[: net.size] @ net) / (_ATTENTION_UNIT * NET_UNIT)
        if decision.paid is None:
            return None, worth
        return AdPage(decision, decision.paid, policy, net, attention), worth

    def _point(
        self, pages: Sequence[AdPage], scale: float, load: float, price: int
    ) -> FrontierPoint:
        revenue = displaced = 0.0
        paid_slots = 0
        for page in pages:
            due, ads, lost = self.again(page, load, price)
            revenue, paid_slots, displaced = revenue + due, paid_slots + ads, displaced + lost
        return FrontierPoint(
            ad_load=load, ad_price_micros=price, revenue_micros=revenue * scale,
            paid_slots=paid_slots * scale, displaced_micros=displaced * scale,
        )  # fmt: skip

    def again(self, page: AdPage, load: float, price: int) -> tuple[float, int, float]:
        """Fill a page again; return what it earns, its paid slots, and the organic value that they displace, micros.

        Args:
            page: As `page` of this dry run returned it.
            load: Share of the page, in [0, 1].
            price: Of an appearance, micros.
        """
        policy = msgspec.structs.replace(page.policy, ad_load=load, ad_price=price)
        rules = page_rules(policy, page.attention, page.net.size, page.decision.pinned)
        if not (rules.has_room and carries_ads(policy, page.decision.surface)):
            return 0.0, 0, 0.0
        worths = self._worths[page.policy.version]
        outcome = auction(self._kernels, page.paid.ads, worths, page.net, rules)
        attention = page.attention.astype(np.float64) / _ATTENTION_UNIT
        weights = PaidPart(page.paid.ads, 0, outcome).weights(attention, page.net.size)
        lost = float((attention[: page.net.size] - weights) @ page.net) / NET_UNIT
        due = sum(winner.due for winner in outcome.winners)
        return due / DUE_UNIT, len(outcome.winners), lost
