"""Ads that may be shown now, by ordinal: put in and dropped in place, seen by the very next decision.

An ad is here while its advertiser, campaign, group and itself run, were reviewed and have what they need. Whoever turns
records into `LiveAd` calls `put` and `drop`; what a campaign has left is said by `spendable`.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.money import Micros
from lodestone.features.ads.ad import IMPRESSION, LiveAd
from lodestone.features.ads.audiences import Asks
from lodestone.features.ads.changes import Changes
from lodestone.features.ads.index import AdIndex
from lodestone.features.ads.matching import AdQuery

NO_ORDINAL: Final = -1


class LiveAds:
    """The live ads of one community. Ordinals of ads and campaigns are given once and stay until the process ends."""

    def __init__(self, *, compiled: bool = True) -> None:
        self._index = AdIndex(compiled=compiled)
        self._ads: list[LiveAd | None] = []
        self._ordinals: dict[str, int] = {}
        self._campaigns: dict[str, int] = {}
        self._campaign_ads: list[set[int]] = []
        self._spendable: list[bool] = []
        self._paces: dict[int, float] = {}
        self._bids: dict[int, tuple[Micros, Micros]] = {}
        """Least and highest bid of campaigns whose ads have not changed since somebody asked."""
        self._limits: dict[int, frozenset[tuple[int, int]]] = {}
        """Frequency limits of such campaigns."""
        self._owned: dict[int, set[int]] = {}
        """Ordinals of the campaigns of each owner that had a live ad; whose a campaign is never changes."""
        self.changes = Changes[str]()
        """Campaigns whose live ads have changed, for whoever says what they may spend."""
        self.count = 0
        """How many are live."""

    def put(self, ad: LiveAd) -> int:
        """Show an ad from the next decision on, as it is now; return its ordinal. Idempotent."""
        ordinal = self._ordinals.setdefault(ad.ad_id, len(self._ads))
        if ordinal == len(self._ads):
            self._ads.append(None)
        old = self._ads[ordinal]
        if old is not None:
            self._take_out(ordinal, old)
        self._ads[ordinal] = ad
        campaign = self._changed(ad.campaign_id)
        self._campaign_ads[campaign].add(ordinal)
        self._owned.setdefault(ad.owner, set()).add(campaign)
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
        campaign = self._campaign(campaign_id)
        if self._paces.get(campaign) != pace:
            self._paces[campaign] = pace
            self._index.pace(self._campaign_ads[campaign], pace)

    def calibrated(self, campaign_id: str, shift_of: Callable[[int], float]) -> None:
        """Add to the logits of the chances of a campaign's live ads, from the next decision on.

        Args:
            campaign_id: Whose.
            shift_of: Returns what to add, by `LiveAd.bought`.
        """
        for ad in self.of_campaign(campaign_id):
            shift = 0.0 if ad.bought == IMPRESSION else shift_of(ad.bought)
            self._index.shift[self._ordinals[ad.ad_id]] = shift
            self._index.shifted |= shift != 0.0

    @property
    def shifts(self) -> NDArray[np.float64] | None:
        """What is added to the logit of each ad's chance of what it buys, shape (ads or more,); None while nothing is to any."""
        return self._index.shift if self._index.shifted else None

    @property
    def asks(self) -> Asks:
        """What any live ad asks of people."""
        return self._index.asks

    @property
    def rows(self) -> NDArray[np.void]:
        """What a decision reads of each ad, shape (ads or more,) of `select.ROW`."""
        return self._index.rows

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

    def campaign_ordinal(self, campaign_id: str) -> int:
        """Return a campaign's ordinal, -1 for one that never had a live ad."""
        return self._campaigns.get(campaign_id, NO_ORDINAL)

    def of_owner(self, owner: int) -> set[int]:
        """Return the ordinals of the campaigns that an owner had live ads of; whose they are by `LiveAd.owner`."""
        return self._owned.get(owner, set())

    def bids(self, campaign_id: str) -> tuple[Micros, Micros] | None:
        """Return the least and the highest bid of a campaign's live ads, micros; None where it has none."""
        campaign = self.campaign_ordinal(campaign_id)
        if campaign not in self._bids:
            bids = [ad.bid for ad in self.of_campaign(campaign_id)]
            if not bids:
                return None
            self._bids[campaign] = min(bids), max(bids)
        return self._bids[campaign]

    def frequency(self, campaign_id: str) -> frozenset[tuple[int, int]]:
        """Return the frequency limits of a campaign's live ads: so many within so many days."""
        campaign = self.campaign_ordinal(campaign_id)
        if campaign not in self._limits:
            limits = {ad.frequency for ad in self.of_campaign(campaign_id)}
            self._limits[campaign] = frozenset([limit for limit in limits if limit is not None])
        return self._limits[campaign]

    def of_campaign(self, campaign_id: str) -> list[LiveAd]:
        """Return a campaign's live ads, in the order of their ordinals."""
        campaign = self.campaign_ordinal(campaign_id)
        ordinals = sorted(self._campaign_ads[campaign]) if campaign >= 0 else []
        return [ad for ad in map(self.get, ordinals) if ad is not None]

    def _changed(self, campaign_id: str) -> int:
        campaign = self._campaign(campaign_id)
        self._bids.pop(campaign, None)
        self._limits.pop(campaign, None)
        self.changes.add(campaign_id)
        return campaign

    def _campaign(self, campaign_id: str) -> int:
        campaign = self._campaigns.setdefault(campaign_id, len(self._campaign_ads))
        if campaign == len(self._campaign_ads):
            self._campaign_ads.append(set())
            self._spendable.append(True)
        return campaign

    def _take_out(self, ordinal: int, old: LiveAd) -> None:
        self._ads[ordinal] = None
        self._index.drop(ordinal, old)
        self._campaign_ads[self._changed(old.campaign_id)].discard(ordinal)
        self.count -= 1
