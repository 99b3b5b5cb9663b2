"""The slate of organic posts and ads, and what each ad pays: pure, whole numbers, exact where that can be had."""

from lodestone.traffic.auction.inputs import Ads, Organics, PageRules
from lodestone.traffic.auction.kernels import COMPILED, PLAIN
from lodestone.traffic.auction.outcome import Outcome, PaymentRule
from lodestone.traffic.auction.settle import explained, settle, truthful_rule

__all__ = [
    "COMPILED", "PLAIN", "Ads", "Organics", "Outcome", "PageRules", "PaymentRule", "explained", "settle",
    "truthful_rule",
]  # fmt: skip
