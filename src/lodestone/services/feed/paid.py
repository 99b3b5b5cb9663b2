"""The ads of a page: which may come, what they are worth, and what the auction makes of them, behind the organic slate."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.features.ads import IMPRESSION, LiveAd, LiveAds
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
from lodestone.traffic.contenders import CUT_FLOATS, CUT_INTS
from lodestone.traffic.decision import Chances, Rows
from lodestone.traffic.filters import Marks
from lodestone.traffic.kernels import COMPILED, Kernels
from lodestone.traffic.paid import (
    SPARE_PAYERS,
    Offered,
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

    def cold(self, share: float) -> Mapping[str, float]:
        """Return the campaigns of which one may be explored on this page, and what to add to the logit of its chance; none where
        the day's exploration, a share of its paid slots, is used up.
        """  # noqa: D205
        ...

    def campaign(self, number: int) -> str | None:
        """Return the id of a campaign that facts name by a number, None where it is not known."""
        ...


class Unlimited:
    """Every campaign may spend anything."""

    def refresh(self) -> None:
        """Say nothing."""

    def may_spend(self, campaign_id: str, most: Micros) -> bool:
        """Say yes."""
        del campaign_id, most
        return True

    def cold(self, share: float) -> Mapping[str, float]:
        """Know none."""
        del share
        return MappingProxyType({})

    def campaign(self, number: int) -> str | None:
        """Know none."""
        del number
        return None


UNLIMITED: Final = Unlimited()


class Audiences(NamedTuple):
    """What targeting by segments asks of somebody."""

    members: frozenset[Member] = frozenset()
    alike: frozenset[int] = frozenset()
    """Ordinals of whose posts people alike took to."""
    conversions: Conversions = MappingProxyType({})


_NOT_ASKED: Final = Audiences()
_NOBODY: Final = frozenset[int]()
_NO_ROWS: Final = np.zeros(0, np.int32)


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


class Gathered(NamedTuple):
    """Ads that may come to a page. Arrays have shape (ads,) but for the chances, shape (ads, outcomes)."""

    ordinals: Rows
    rows: Rows
    authors: Rows
    judged: Chances

    def only(self, places: Ints) -> "Gathered":
        """Return some of them."""
        return Gathered(
            self.ordinals[places], self.rows[places], self.authors[places], self.judged[places]
        )


class AdPlacer:
    """Puts ads between the posts of one community's slates."""

    def __init__(self, state: StateView, kernels: Kernels) -> None:
        self._state, self._kernels = state, kernels
        self.live = LiveAds(compiled=kernels is COMPILED)
        self.sessions = Appearances[str]()
        """What was served to viewers who are known by a session alone."""
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
        explored, predicted = self._explore(setting, ordinals, judged, predicted)
        came, payers = Gathered(ordinals, rows, authors, judged), rules.ads_max + SPARE_PAYERS
        chosen, ints, floats = self._cut(came, worths, payers)
        live, able = self._affordable(ordinals, chosen)
        if not live:
            return None
        if able is not None:  # all of these come again, numbered anew
            chosen = chosen[able]
            _, ints, floats = self._cut(came.only(chosen), worths, payers)
        ads, offered = _paid_ads(live, rows[chosen], judged[chosen], ints, floats)
        net = slate_net(slate.entries.net, slate.choice)
        outcome = auction(self._kernels, ads, worths, net, rules, offered)
        return PaidPart(
            ads, ordinals.size, outcome, None if predicted is None else predicted[chosen],
            _place_of(explored, chosen),
        )  # fmt: skip

    def served(self, viewer: int | str, now: Instant, paid: PaidPart | None) -> None:
        """Remember which campaigns a page showed to somebody who is known by a session alone; of people their budgets know."""
        if paid is not None and isinstance(viewer, str):
            campaigns = tuple(paid.ads.campaign_id[winner.ad] for winner in paid.outcome.winners)
            self.sessions.add(viewer, now, campaigns)

    def _query(
        self, viewer: Viewer, setting: Setting, slate: Slate, alike: Alike | None
    ) -> AdQuery:
        state, lens, row = self._state, viewer.lens, viewer.row
        topics = slate.entries.topic[slate.choice.pool_index].tolist()
        follows, people = _NOBODY, _NOT_ASKED
        if viewer.personalised and row >= 0:
            asks, liked = self.live.asks, state.positives[row]
            topics += state.items["topic"][liked[liked >= 0]].tolist()
            if asks.followers:
                follows = frozenset(state.people["ordinal"][state.follows(row)].tolist())
            if asks.members or asks.alike or asks.conversions:
                people = audiences(state, row, setting.now, alike, asks)
        home, (weekday, minute) = viewer.home, setting.clock
        return AdQuery(
            (lens.latitude, lens.longitude) if lens.located else None,
            home if home[0] == home[0] else None,
            frozenset(viewer.domains["code"].tolist()),
            frozenset(topics),
            lens.language,
            follows,
            weekday,
            minute // 60,
            setting.now,
            viewer.personalised,
            people.members,
            people.alike,
            people.conversions,
            self._tired(viewer, setting),
        )

    def _tired(self, viewer: Viewer, setting: Setting) -> frozenset[int]:
        """Return the campaigns that may not come before this viewer: not yet again, or of whom they want no ads."""
        hidden = self._state.edges.hidden_ads(viewer.row) if viewer.row >= 0 else _NO_ROWS
        seen = self._appearances(viewer)
        if not seen and not hidden.size:
            return _NOBODY
        owners = self._state.people["ordinal"][hidden].tolist()
        full = [campaign for owner in owners for campaign in self.live.of_owner(owner)]
        for campaign, times in seen:
            if any(is_full(times, limit, setting.now) for limit in self.live.frequency(campaign)):
                full.append(self.live.campaign_ordinal(campaign))
        return frozenset(full)

    def _appearances(self, viewer: Viewer) -> list[tuple[str, list[Instant]]]:
        """Return the campaigns that a viewer was served, and when."""
        if viewer.row < 0:
            return list(self.sessions.of(viewer.key).items())
        served = self._state.budgets.appearances.of(viewer.ordinal)
        named = [(self.spending.campaign(number), times) for number, times in served.items()]
        return [(name, times) for name, times in named if name is not None]

    def _allowed(
        self, gathered: Rows, viewer: Viewer, marks: Marks, slate: Slate
    ) -> tuple[Rows, Rows, Rows]:
        """Return ordinals, item rows and author slots of the ads that may come, see `contenders.allow`."""
        room = np.empty((3, gathered.size), np.int32)
        page = slate.entries.item[slate.choice.pool_index]
        count = self._kernels.contenders.allow(
            gathered, self.live.rows, self._state.items, tuple(marks), viewer.row, page,
            (room[0], room[1], room[2]),
        )  # fmt: skip
        return room[0, :count], room[1, :count], room[2, :count]

    def _calibrate(self, ordinals: Rows, judged: Chances) -> Chances | None:
        """Put the chances of what ads buy right by what they came to; return the codes they had, None where all stay."""
        shifts = self.live.shifts
        if shifts is None:
            return None
        shift = shifts[ordinals]
        at = shift.nonzero()[0]
        if not at.size:
            return None
        bought = self.live.rows["bought"][ordinals]
        predicted = _codes_of(judged, bought)
        judged[at, bought[at]] = chance_codes(shifted(chances_of(predicted[at]), shift[at]))
        return predicted

    def _explore(
        self, setting: Setting, ordinals: Rows, judged: Chances, predicted: Chances | None
    ) -> tuple[int, Chances | None]:
        """Let one ad of a campaign of which little is known enter with the upper end of its chance's interval.

        Which one is drawn from the decision's seed, whatever they bid. Nothing else is different for it: it wins and pays by the
        same auction.

        Returns:
            Its place, -1 where none is explored; and the codes of what was predicted, as `_calibrate` returns them.
        """
        cold = self.spending.cold(setting.policy.ad_exploration)
        if not cold:
            return -1, predicted
        little_known = [
            (place, ad)
            for place, ad in enumerate(map(self.live.get, ordinals.tolist()))
            if ad is not None and ad.bought != IMPRESSION and ad.campaign_id in cold
        ]
        if not little_known:
            return -1, predicted
        place, ad = little_known[setting.seed % len(little_known)]
        if predicted is None:
            predicted = _codes_of(judged, self.live.rows["bought"][ordinals])
        raise_by = np.array([cold[ad.campaign_id]])
        code = judged[place : place + 1, ad.bought]
        judged[place, ad.bought] = chance_codes(shifted(chances_of(code), raise_by))[0]
        return place, predicted

    def _cut(self, came: Gathered, worths: Floats, payers: int) -> tuple[Ints, Ints, Floats]:
        """Return the places of the ads that come to the auction, and what it reads of them, see `contenders.cut`."""
        size = came.ordinals.size
        ints, floats = np.empty((CUT_INTS, size), np.int64), np.empty((CUT_FLOATS, size))
        count = self._kernels.contenders.cut(
            came.ordinals, came.authors, came.judged, self.live.rows, worths, payers, (ints, floats)
        )
        return ints[0, :count], ints[1:, :count].copy(), floats[:, :count].copy()

    def _affordable(self, ordinals: Rows, chosen: Ints) -> tuple[list[LiveAd], Bools | None]:
        """Return the chosen ads whose campaign may be charged what they bid, and which of the chosen those are, None for all."""
        ads = [self.live.get(ordinal) for ordinal in ordinals[chosen].tolist()]
        may = self.spending.may_spend
        able = [ad for ad in ads if ad is not None and may(ad.campaign_id, ad.bid)]
        if len(able) == len(ads):
            return able, None
        return able, np.array([ad in able for ad in ads])


def _codes_of(judged: Chances, bought: NDArray[np.int8]) -> Chances:
    """Return the code of the chance of what each ad buys, shape (ads,); a copy."""
    codes: Chances = judged[np.arange(bought.size), bought]
    return codes


def _place_of(explored: int, chosen: Ints) -> int:
    """Return where an ad stands among those that came, -1 where it did not come or there is none."""
    places = chosen.tolist()
    return places.index(explored) if explored in places else -1


def _paid_ads(
    ads: list[LiveAd], rows: Rows, judged: Chances, ints: Ints, floats: Floats
) -> tuple[PaidAds, Offered]:
    author, _, bid, bought = ints
    most, pace, reserve, _, _, _ = floats
    return PaidAds(
        tuple([ad.ad_id for ad in ads]),
        tuple([ad.campaign_id for ad in ads]),
        tuple([ad.advertiser_id for ad in ads]),
        rows,
        author.astype(np.int32),
        bid,
        bought.astype(np.int8),
        most,
        pace,
        reserve,
        np.array([ad.contextual for ad in ads], np.uint8),
        judged,
    ), Offered(ints[:3], floats[1:])
