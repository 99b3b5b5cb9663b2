"""Make the whole numbers of a request."""

from functools import lru_cache
from types import ModuleType

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.traffic.auction.inputs import Ads, Organics, PageRules, Problem
from lodestone.traffic.auction.kernels import Kernels
from lodestone.traffic.auction.page import bounded


def check(organics: Organics, ads: Ads, rules: PageRules) -> None:
    """Assert what the kernels lean on: columns of one length, and rules that are not negative."""
    assert ads.bid.size == ads.action.size == ads.pace.size == ads.user.size == ads.price.size
    assert ads.bid.size == ads.payer.size == ads.author.size == ads.reserve.size
    assert organics.net.size == organics.author.size
    assert min(rules.gap, rules.first, rules.ads_max, rules.author_gap) >= 0


def problem_of(kernels: Kernels, organics: Organics, ads: Ads, rules: PageRules) -> Problem:
    """Quantise, and leave out the ads that do not compete."""
    check(organics, ads, rules)
    count, slots = ads.bid.size, rules.attention.size
    columns, handed = np.empty((6, count), np.int64), np.empty(count, np.int64)
    reason = np.empty(count, np.uint8)
    competing = kernels.quantise.quantise(tuple(ads), rules.load_price, columns, handed, reason)
    bid, user, price, payer, author, reserve = columns[:, :competing]
    return Problem(
        organic=bounded(organics.net, slots),
        ads=(bid, user, price, payer, author, reserve),
        weight=weights(kernels, rules),
        organic_author=organics.author[:slots].astype(np.int64),
        handed=handed[:competing],
        reason=reason,
    )


def weights(kernels: Kernels, rules: PageRules) -> Ints:
    """Return what each slot is looked at below each number of ads, see `quantise.weigh`; read only."""
    attention = rules.attention
    most = min(rules.ads_max, attention.size)
    return _weights(kernels.quantise, attention.tobytes(), rules.extension, most)


@lru_cache(maxsize=128)
def _weights(module: ModuleType, attention: bytes, extension: float, most: int) -> Ints:
    """Pages of one length share them."""
    slots = np.frombuffer(attention, np.int64)
    assert 0.0 <= extension < 1.0
    assert slots.size == 0 or slots[-1] >= 0
    assert (slots[1:] <= slots[:-1]).all()
    weight = np.empty((most + 1, slots.size), np.int64)
    module.weigh(slots.copy(), extension, weight)
    return weight
