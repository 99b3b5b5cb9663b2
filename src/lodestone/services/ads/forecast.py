"""Forecasts: an ad that does not exist is put into the pages of the last day, and its people are counted.

The ad is tried behind the organic slate of each receipt, as `feed.paid` would, with nothing but that receipt's own policy
and prices; it stands for a post like those of the page (the mean chance and worth of its posts), and for an author who has
none there. Who it is for is looked at in what is known of people now. Other ads are left out, so that the figures are
those of an empty market. Nothing is written.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np

from lodestone.ads.bids import PLANNED, reserve
from lodestone.ads.forecast import (
    BUDGETS,
    ForecastIn,
    ForecastOut,
    ForecastRow,
    MoneyRangeOut,
    RangeOut,
)
from lodestone.ads.judge_forecast import judge_forecast
from lodestone.ads.judge_group import TargetingContext
from lodestone.ads.refusals import AdRefusal, Fault, raise_first
from lodestone.base.arrays import Floats
from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.base.money import MICROS_IN_ONE, Micros
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.features.ads import IMPRESSION, LiveAd
from lodestone.features.ads.matching import AdQuery, fits
from lodestone.features.view import DirectoryView, StateView
from lodestone.models.alike import Alike
from lodestone.services.ads.live import AdPublisher, bought
from lodestone.services.feed.hydrate import PersonNow, points_of
from lodestone.services.feed.paid import audiences
from lodestone.services.support.last_day import decision_at, last_day
from lodestone.stores.ads.types import AdvertiserRecord
from lodestone.stores.log.port import Log
from lodestone.traffic.auction.forecast import Forecast, Opportunity, Range, curve_of, forecast
from lodestone.traffic.auction.inputs import Organics
from lodestone.traffic.decision import Decision
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import pool_net
from lodestone.traffic.paid import carries_ads, page_rules, slate_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.prices import PriceVector, chances_of
from lodestone.traffic.slots import attention_of

PAGES_MAX: Final = 600
PEOPLE_MAX: Final = 5_000
_NOBODY: Final = RangeOut(low=0.0, expected=0.0, high=0.0)
_NOBODY_PAYS: Final = -1
"""Stands for the advertiser where the targeting speaks of nobody's own people."""
_Z: Final = 1.645
"""Standard deviations between which nine of ten lie."""


class VersionsView(Protocol):
    """Policies and prices that were in force."""

    def policy(self, version: int) -> Policy:
        """Return the policy a receipt names."""
        ...

    def prices(self, version: int) -> PriceVector:
        """Return the price vector a receipt names."""
        ...


class Past(NamedTuple):
    """What the last day left."""

    log: Log
    versions: VersionsView
    now: Instant
    """The end of the day."""


class Look(NamedTuple):
    """Whom an ad could reach, and where."""

    reachable: RangeOut
    pages: list[Opportunity]
    """Those of the last day's that were looked at and that it could have stood on."""
    scale: float
    """How many pages the day has for each that was looked at, 1 or more."""


class PeopleNow(NamedTuple):
    """What is known of people."""

    state: StateView
    directory: DirectoryView
    alike: Alike | None
    """Who is alike to whom, None before lists were learned."""


class Forecaster:
    """One forecast over one community's last day; asks records and log, so it is called in a thread."""

    def __init__(
        self,
        community: Community,
        people: PeopleNow,
        past: Past,
        kernels: Kernels,
        publisher: AdPublisher,
        chance: np.random.Generator,
    ) -> None:
        """Take what is looked at; `chance` draws the days of the intervals."""
        self._community = community
        self._state, self._directory, self._alike = people
        self._log, self._versions, self._now = past
        self._read: tuple[list[Decision], int] | None = None
        self._kernels, self._publisher, self._chance = kernels, publisher, chance

    def run(self, given: ForecastIn) -> ForecastOut:
        """Return what a day like the last one would bring.

        Raises:
            InvalidError, UnknownError: The first `AdRefusal` that says why targeting or money is not taken.
        """
        owner = self._judge(given)
        budgets = [Micros(budget.micros) for budget in given.daily_budgets]
        budgets = budgets or [Micros(units * MICROS_IN_ONE) for units in BUDGETS]
        bid = Micros(max(1, max(budgets) // PLANNED[given.optimise_for]))
        if given.bid is not None:
            bid = Micros(given.bid.micros)
        ad = self._ad(given, bid, owner)
        reachable, pages, scale = Look(_NOBODY, [], 1.0) if ad is None else self.look(ad)
        curve = curve_of(
            self._kernels.auction, pages, bid,
            by_action=bought(given.optimise_for) != IMPRESSION, reserve=reserve(self._community.currency),
        )  # fmt: skip
        return ForecastOut(
            reachable=reachable,
            action=given.optimise_for,
            bid=self._money(bid),
            pages=len(pages),
            pages_of_day=round(len(pages) * scale),
            budgets=[self._row(row) for row in forecast(curve, budgets, scale, self._chance)],
        )

    def _judge(self, given: ForecastIn) -> int:
        """Refuse what is not taken; return the ordinal of who would advertise."""
        targeting, named = given.targeting, self._publisher.domain_kinds(given.targeting.places)
        known = [name for name in targeting.followers_of if self._directory.person_row(name) >= 0]
        advertiser = self._advertiser(given)
        context = TargetingContext(
            of_shop=advertiser is None or advertiser.given.shop_id is not None,
            domains=named,
            people=known,
        )
        raise_first(judge_forecast(given, self._community.currency, context))
        return _NOBODY_PAYS if advertiser is None else advertiser.owner

    def _advertiser(self, given: ForecastIn) -> AdvertiserRecord | None:
        if given.advertiser_id is None:
            return None
        try:
            return self._publisher.advertiser(given.advertiser_id)
        except UnknownError:
            raise Fault(AdRefusal.ADVERTISER_UNKNOWN, "advertiser_id").error() from None

    def _ad(self, given: ForecastIn, bid: Micros, owner: int) -> LiveAd | None:
        """Return the ad that is tried, None where none of its places is on the map."""
        followers = tuple(
            self._directory.ordinal(self._directory.person_row(name))
            for name in given.targeting.followers_of
        )
        aim = self._publisher.aim(given.targeting, followers, owner, given.optimise_for)
        if aim is None:
            return None
        return LiveAd(
            "forecast", "forecast", "forecast", 0, bid, bought=bought(given.optimise_for), **aim._asdict()
        )  # fmt: skip

    def look(self, ad: LiveAd) -> Look:
        """Look for an ad's people, and for the pages of the last day that it could have stood on."""
        fitting, reachable = self._people(ad)
        decisions, of_day = self.last_day()
        pages = self._pages(ad, decisions, fitting)
        return Look(reachable, pages, max(1.0, of_day / max(1, len(decisions))))

    def last_day(self) -> tuple[list[Decision], int]:
        """Return the decisions of the last day that are looked at, and how many the day has; reads them once."""
        if self._read is None:
            chosen, of_day = last_day(self._log, self._now, PAGES_MAX)
            self._read = [decision_at(self._log, number) for number in chosen], of_day
        return self._read

    def _people(self, ad: LiveAd) -> tuple[dict[int, bool], RangeOut]:
        """Return whom of those looked at the ad fits, by row, and how many it fits of all."""
        count = self._state.person_count
        rows = np.unique(np.linspace(0, count - 1, min(count, PEOPLE_MAX)).astype(np.int64))
        fitting = {row: self._fits(ad, row) for row in rows.tolist()}
        looked_at, matching = len(fitting), sum(fitting.values())
        if not looked_at:
            return fitting, _NOBODY
        share = matching / looked_at
        spread = _Z * float(np.sqrt(share * (1 - share) / looked_at)) if looked_at < count else 0.0
        low, high = max(share - spread, matching / count), min(share + spread, 1.0)
        return fitting, RangeOut(
            low=round(count * low), expected=round(count * share), high=round(count * high)
        )

    def _fits(self, ad: LiveAd, row: int) -> bool:
        person = PersonNow._make(self._state.people[row].item())
        if person.ordinal <= 0 or person.minor:
            return False
        here, home = points_of(person, self._now)
        liked = self._state.positives[row]
        liked = liked[liked >= 0]
        known = audiences(self._state, row, self._now, self._alike, ad.asks)
        domains = frozenset([*self._state.memberships(row).tolist(), person.profession])
        asked = AdQuery(
            here=here,
            home=home,
            domains=domains,
            tags=frozenset(self._state.items["topic"][liked].tolist()),
            language=person.language,
            follows=frozenset(self._state.people["ordinal"][self._state.follows(row)].tolist()),
            weekday=0,
            hour=0,
            now=self._now,
            personalised=bool(person.personalised),
            members=known.members,
            alike=known.alike,
            conversions=known.conversions,
        )
        return fits(ad, asked)

    def _pages(
        self, ad: LiveAd, decisions: Sequence[Decision], fitting: dict[int, bool]
    ) -> list[Opportunity]:
        """Return the pages of some decisions that the ad could have stood on."""
        pages = []
        for decision in decisions:
            row = self._directory.row_of_ordinal(decision.person)
            if row >= 0 and row not in fitting:
                fitting[row] = self._fits(ad, row)
            page = self._page(ad, decision) if fitting.get(row, False) else None
            if page is not None:
                pages.append(page)
        return pages

    def _page(self, ad: LiveAd, decision: Decision) -> Opportunity | None:
        policy = self._versions.policy(decision.policy_version)
        posts = decision.choice.pool_index
        if not carries_ads(policy, decision.surface) or not posts.size:
            return None
        attention = attention_of(decision.slots, policy.attention_decay)
        rules = page_rules(policy, attention, posts.size, decision.pinned)
        if not rules.has_room:
            return None
        worths = np.array(worth_vector(policy))
        prices = self._versions.prices(decision.price_version)
        net = slate_net(pool_net(self._kernels, decision.pool, worths, prices), decision.choice)
        chances: Floats = chances_of(decision.pool.chances)[posts].mean(axis=0)
        return Opportunity(
            viewer=decision.person,
            organics=Organics(net=net, author=np.arange(net.size, dtype=np.int32)),
            rules=rules,
            action=float(chances[ad.bought]) if ad.bought != IMPRESSION else 1.0,
            user=float(chances @ worths),
        )

    def _row(self, row: Forecast) -> ForecastRow:
        spent = [self._money(Micros(round(amount))) for amount in row.cost]
        return ForecastRow(
            daily_budget=self._money(row.budget),
            reach=_range(row.reach),
            impressions=_range(row.impressions),
            actions=_range(row.actions),
            cost=MoneyRangeOut(low=spent[0], expected=spent[1], high=spent[2]),
            limited_by="budget" if row.pace < 1.0 else "audience",
        )

    def _money(self, amount: Micros) -> Money:
        return Money(amount, self._community.currency)


def _range(figure: Range) -> RangeOut:
    return RangeOut(
        low=round(figure.low, 1), expected=round(figure.middle, 1), high=round(figure.high, 1)
    )
