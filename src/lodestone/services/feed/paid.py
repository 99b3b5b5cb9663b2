"""The ads of a page: which may come, what they are worth, and what the auction makes of them, behind the organic slate."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.features.ads import LiveAd, LiveAds
from lodestone.features.ads.appearances import Appearances, is_full
from lodestone.features.ads.audiences import Asks, Conversions, Member
from lodestone.features.ads.calibration import shifted
from lodestone.features.ads.matching import AdQuery
from lodestone.features.ads.membership import conversions_of, members_of
from lodestone.features.view import StateView
from lodestone.models.alike import Alike
from lodestone.services.feed.hydrate import Viewer
from lodestone.services.feed.setting import Setting
from lodestone.services.feed.slate import Slate
from lodestone.traffic.decision import Chances, Rows
from lodestone.traffic.filters import Marks
from lodestone.traffic.kernels import COMPILED, Kernels
from lodestone.traffic.paid import (
    SPARE_PAYERS,
    PaidAds,
    PaidPart,
    auction,
    carries_ads,
    page_rules,
    slate_net,
)
from lodestone.traffic.prices import chance_codes, chances_of

GATHERED: Final = 32
"""Ads that are scored for one page at most: those that an impression may be worth most to."""


class Spending(Protocol):
    """Who knows what campaigns may still spend."""

    def refresh(self) -> None:
        """Look at what is left, and say of the live ads whose campaigns have nothing to bid with, or have it again; before each page."""
        ...

    def may_spend(self, campaign_id: str, most: Micros) -> bool:
        """Say whether a campaign may be charged so much for one more slot, by what `refresh` saw."""
        ...


class Unlimited:
    """Every campaign may spend anything."""

    def refresh(self) -> None:
        """Say nothing."""

    def may_spend(self, campaign_id: str, most: Micros) -> bool:
        """Say yes."""
        del campaign_id, most
        return True


UNLIMITED: Final = Unlimited()


class Audiences(NamedTuple):
    """What targeting by segments asks of somebody."""

    members: frozenset[Member] = frozenset()
    alike: frozenset[int] = frozenset()
    """Ordinals of whose posts people alike took to."""
    conversions: Conversions = MappingProxyType({})


_NOT_ASKED: Final = Audiences()


def audiences(
    state: StateView, row: int, now: Instant, alike: Alike | None, asks: Asks
) -> Audiences:
    """Return what the ads ask of somebody who consents; what none asks is not worked out.

    Args:
        state: The serving state.
        row: Person row.
        now: The community's clock.
        alike: Knows people alike, None before lists were learned: nobody is alike then.
        asks: What is asked.
    """
    return Audiences(
        members_of(state, row, now) if asks.members else frozenset(),
        alike.owners(state, row) if alike is not None and asks.alike else frozenset(),
        conversions_of(state, row) if asks.conversions else MappingProxyType({}),
    )


class AdPlacer:
    """Puts ads between the posts of one community's slates."""

    def __init__(self, state: StateView, kernels: Kernels) -> None:
        self._state, self._kernels = state, kernels
        self.live = LiveAds(compiled=kernels is COMPILED)
        self.appearances = Appearances()
        self.spending: Spending = UNLIMITED

    def place(
        self,
        viewer: Viewer,
        setting: Setting,
        marks: Marks,
        slate: Slate,
        alike: Alike | None,
        chances: Callable[[Rows], Chances],
    ) -> PaidPart | None:
        """Return the paid part of a decision whose organic slate stands, None where no ad comes to the auction.

        Args:
            viewer: Who asks; a child gets no ads.
            setting: What holds.
            marks: What the viewer refused.
            slate: The organic slate; it is read only.
            alike: Knows people alike, None before lists were learned.
            chances: Judges items, ascending rows, as the organic candidates were judged.
        """
        policy, posts = setting.policy, slate.choice.pool_index.size
        if not self.live.count or viewer.lens.minor or not carries_ads(policy, viewer.lens.surface):
            return None
        rules = page_rules(policy, setting.rules.attention, posts, slate.pinned.size)
        if not rules.has_room:
            return None
        self.spending.refresh()
        gathered = self.live.gather(self._query(viewer, setting, slate, alike), GATHERED)
        ordinals, rows, authors = self._allowed(gathered, viewer, marks, slate)
        if not ordinals.size:
            return None
        judged, worths = chances(rows), setting.pricing.worths
        predicted = self._calibrate(ordinals, judged)
        places, payers = np.empty(ordinals.size, np.int64), rules.ads_max + SPARE_PAYERS
        chosen = places[
            : self._kernels.contenders.cut(
                ordinals, judged, self.live.columns, worths, payers, places
            )
        ]
        chosen, live = self._affordable(ordinals, chosen)
        if not live:
            return None
        ads = self._paid_ads(live, ordinals[chosen], rows[chosen], authors[chosen], judged[chosen])
        net = slate_net(slate.entries.net, slate.choice)
        outcome = auction(self._kernels, ads, worths, net, rules)
        return PaidPart(
            ads, ordinals.size, outcome, None if predicted is None else predicted[chosen]
        )

    def served(self, viewer: int | str, now: Instant, paid: PaidPart | None) -> None:
        """Remember which campaigns a page showed."""
        if paid is not None:
            campaigns = tuple(paid.ads.campaign_id[winner.ad] for winner in paid.outcome.winners)
            self.appearances.add(viewer, now, campaigns)

    def _query(
        self, viewer: Viewer, setting: Setting, slate: Slate, alike: Alike | None
    ) -> AdQuery:
        state, lens, row, asks = self._state, viewer.lens, viewer.row, self.live.asks
        topics = slate.entries.topic[slate.choice.pool_index].tolist()
        follows: frozenset[int] = frozenset()
        if viewer.personalised and row >= 0:
            liked = state.positives[row]
            topics += state.items["topic"][liked[liked >= 0]].tolist()
            if asks.followers:
                follows = frozenset(state.people["ordinal"][state.follows(row)].tolist())
        home, people = viewer.home, _NOT_ASKED
        if viewer.personalised and row >= 0:
            people = audiences(state, row, setting.now, alike, asks)
        return AdQuery(
            here=(lens.latitude, lens.longitude) if lens.located else None,
            home=home if home[0] == home[0] else None,
            domains=frozenset(viewer.domains["code"].tolist()),
            tags=frozenset(topics),
            language=lens.language,
            follows=follows,
            weekday=setting.clock[0],
            hour=setting.clock[1] // 60,
            now=setting.now,
            personalised=viewer.personalised,
            members=people.members,
            alike=people.alike,
            conversions=people.conversions,
            tired=self._tired(viewer, setting),
        )

    def _tired(self, viewer: Viewer, setting: Setting) -> frozenset[int]:
        """Return the campaigns that may not come before this viewer: not yet again, or of whom they want no ads."""
        full = []
        if viewer.row >= 0:
            owners = self._state.people["ordinal"][self._state.hidden_ads(viewer.row)]
            full = [campaign for owner in owners.tolist() for campaign in self.live.of_owner(owner)]
        for campaign, times in self.appearances.of(viewer.key, setting.now).items():
            limits = {ad.frequency for ad in self.live.of_campaign(campaign)} - {None}
            if any(limit and is_full(times, limit, setting.now) for limit in limits):
                full.append(self.live.campaign_ordinal(campaign))
        return frozenset(full)

    def _allowed(
        self, gathered: Rows, viewer: Viewer, marks: Marks, slate: Slate
    ) -> tuple[Rows, Rows, Rows]:
        """Return ordinals, item rows and author slots of the ads that may come, see `contenders.allow`."""
        room = np.empty((3, gathered.size), np.int32)
        page = slate.entries.item[slate.choice.pool_index]
        count = self._kernels.contenders.allow(
            gathered, self.live.items, self._state.items, tuple(marks), viewer.row, page,
            (room[0], room[1], room[2]),
        )  # fmt: skip
        return room[0, :count], room[1, :count], room[2, :count]

    def _calibrate(self, ordinals: Rows, judged: Chances) -> Chances | None:
        """Put the chances of what ads buy right by what they came to; return the codes they had, None where all stay."""
        shift = self.live.shifts[ordinals]
        at = shift.nonzero()[0]
        if not at.size:
            return None
        bought = self.live.columns[1][ordinals]
        predicted: Chances = judged[np.arange(ordinals.size), bought]
        judged[at, bought[at]] = chance_codes(shifted(chances_of(predicted[at]), shift[at]))
        return predicted

    def _affordable(self, ordinals: Rows, chosen: Ints) -> tuple[Ints, list[LiveAd]]:
        """Return those of the chosen whose campaign may be charged what they bid, and their ads."""
        ads = [self.live.get(ordinal) for ordinal in ordinals[chosen].tolist()]
        may = self.spending.may_spend
        able = [ad for ad in ads if ad is not None and may(ad.campaign_id, ad.bid)]
        if len(able) < len(ads):
            chosen = chosen[[ad in able for ad in ads]]
        return chosen, able

    def _paid_ads(
        self, ads: list[LiveAd], ordinals: Rows, rows: Rows, authors: Rows, judged: Chances
    ) -> PaidAds:
        bid, bought, most, pace, reserve, _ = (column[ordinals] for column in self.live.columns)
        author = np.empty(ordinals.size, np.int32)
        self._kernels.pool.number(authors, author)
        return PaidAds(
            ad_id=tuple(ad.ad_id for ad in ads),
            campaign_id=tuple(ad.campaign_id for ad in ads),
            advertiser_id=tuple(ad.advertiser_id for ad in ads),
            item=rows,
            author=author,
            bid=bid,
            bought=bought,
            chance_max=most,
            pace=pace,
            reserve=reserve,
            contextual=np.array([ad.contextual for ad in ads], np.uint8),
            chances=judged,
        )
