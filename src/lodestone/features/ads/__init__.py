"""Live ads: what each buys, whom it is for and when, held in memory for decisions; `LiveAds` is for others to use."""

from lodestone.features.ads.ad import IMPRESSION, Circle, LiveAd, Who
from lodestone.features.ads.live import LiveAds
from lodestone.features.selling_range import SellingRange

__all__ = ["IMPRESSION", "Circle", "LiveAd", "LiveAds", "SellingRange", "Who"]
