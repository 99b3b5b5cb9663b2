"""Ads that may be shown now, by ordinal: put in and dropped in place, seen by the very next decision.

An ad is here while its advertiser, campaign, group and itself run, were reviewed and have what they need. Whoever turns
records into `LiveAd` calls `put` and `drop`; what a campaign has left is said by `spendable`.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.features.ads.ad import LiveAd
from lodestone.features.ads.index import AdIndex
from lodestone.features.ads.matching import AdQuery

NO_ORDINAL: Final = -1


class LiveAds:
    """The live ads of one community. Ordinals of ads and campaigns are given once and stay until the process ends."""

    def __init__(self, *, compiled: bool = True) -> None:
        self._index = AdIndex(compiled=compiled)
        self._ads: list[LiveAd | None] = []
        self._ordinals: dict[str, int] = {}
        self._names: list[str] = []
        self._campaigns: dict[str, int] = {}
        self._campaign_names: list[str] = []
        self._campaign_ads: list[set[int]] = []
        self._spendable: list[bool] = []
        self._paces: dict[int, float] = {}
        self.count = 0
        """How many are live."""

    def put(self, ad: LiveAd) -> int:
        """Show an ad from the next decision on, as it is now; return its ordinal. Idempotent."""
        ordinal = self._ordinals.setdefault(ad.ad_id, len(self._ads))
        if ordinal == len(self._ads):
            self._ads.append(None)
            self._names.append(ad.ad_id)
        old = self._ads[ordinal]
        if old is not None:
            self._take_out(ordinal, old)
        self._ads[ordinal] = ad
        campaign = self._campaign(ad.campaign_id)
        self._campaign_ads[campaign].add(ordinal)
        self._index.put(ordinal, campaign, ad, blocked=not self._spendable[campaign])
        pace = self._paces.get(campaign)
        if pace is not None:
            self._index.pace({ordinal}, pace)
        self.count += 1
        return ordinal

    def drop(self, ad_id: str) -> None:
        """Show an ad no more from the next decision on; one that is not live is passed over."""
        ordinal = self.ordinal(ad_id)
        old = None if ordinal < 0 else self._ads[ordinal]
        if old is not None:
            self._take_out(ordinal, old)

    def spendable(self, campaign_id: str, *, may: bool) -> None:
        """Say whether a campaign may spend, from the next decision on; every one may that nothing was said of."""
        campaign = self._campaign(campaign_id)
        if may != self._spendable[campaign]:
            self._spendable[campaign] = may
            self._index.block(self._campaign_ads[campaign], blocked=not may)

    def paced(self, campaign_id: str, pace: float) -> None:
        """Let a campaign's live ads, those that come later too, enter auctions with this share of their bid, in [0, 1]."""
        assert 0.0 <= pace <= 1.0
        campaign = self.campaign_ordinal(campaign_id)
        if campaign >= 0 and self._paces.get(campaign) != pace:
            self._paces[campaign] = pace
            self._index.pace(self._campaign_ads[campaign], pace)

    def may_spend(self, campaign: int) -> bool:
        """Say whether a campaign may spend."""
        return self._spendable[campaign]

    @property
    def asks_for_followers(self) -> bool:
        """Say whether any live ad is for followers of somebody."""
        return self._index.asks_for_followers

    @property
    def items(self) -> NDArray[np.int32]:
        """Item row of each ad, shape (ads or more,)."""
        return self._index.item

    @property
    def columns(self) -> tuple[Any, ...]:
        """What an auction reads of each ad, see `AdIndex.columns`."""
        return self._index.columns

    def gather(self, asked: AdQuery, count: int) -> NDArray[np.int32]:
        """Return the ordinals of the ads that fit a request and may spend, those first that an impression may be worth most to.

        Shape (found,). Of each campaign at most `matching.CAMPAIGN_MAX`. `matching.best` is the same by definition.
        """
        return self._index.gather(asked, count)

    def get(self, ordinal: int) -> LiveAd | None:
        """Return an ad, None when it is not live."""
        return self._ads[ordinal]

    def ordinal(self, ad_id: str) -> int:
        """Return an ad's ordinal, -1 for one that never was live."""
        return self._ordinals.get(ad_id, NO_ORDINAL)

    def name(self, ordinal: int) -> str:
        """Return the id of an ad, live or not."""
        return self._names[ordinal]

    def campaign_ordinal(self, campaign_id: str) -> int:
        """Return a campaign's ordinal, -1 for one that never had a live ad."""
        return self._campaigns.get(campaign_id, NO_ORDINAL)

    def campaign_name(self, campaign: int) -> str:
        """Return the id of a campaign."""
        return self._campaign_names[campaign]

    def of_campaign(self, campaign_id: str) -> list[LiveAd]:
        """Return a campaign's live ads, in the order of their ordinals."""
        campaign = self.campaign_ordinal(campaign_id)
        ordinals = sorted(self._campaign_ads[campaign]) if campaign >= 0 else []
        return [ad for ad in map(self.get, ordinals) if ad is not None]

    def _campaign(self, campaign_id: str) -> int:
        campaign = self._campaigns.setdefault(campaign_id, len(self._campaign_names))
        if campaign == len(self._campaign_names):
            self._campaign_names.append(campaign_id)
            self._campaign_ads.append(set())
            self._spendable.append(True)
        return campaign

    def _take_out(self, ordinal: int, old: LiveAd) -> None:
        self._ads[ordinal] = None
        self._index.drop(ordinal, old)
        self._campaign_ads[self._campaigns[old.campaign_id]].discard(ordinal)
        self.count -= 1
