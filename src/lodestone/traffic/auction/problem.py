"""Make the whole numbers of a request."""

from functools import lru_cache
from types import ModuleType

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.traffic.auction.inputs import VALUE_MAX, Ads, Organics, PageRules, Problem
from lodestone.traffic.auction.kernels import Kernels


def problem_of(kernels: Kernels, organics: Organics, ads: Ads, rules: PageRules) -> Problem:
    """Quantise, and leave out the ads that do not compete."""
    attention, count = rules.attention, ads.bid.size
    assert all(column.size == count for column in ads)
    assert organics.net.size == organics.author.size
    assert min(rules.gap, rules.first, rules.ads_max, rules.author_gap) >= 0
    slots = attention.size
    most = min(rules.ads_max, slots)
    weight = _weights(kernels.quantise, attention.tobytes(), rules.extension, most)
    columns, handed = np.empty((6, count), np.int64), np.empty(count, np.int64)
    reason = np.empty(count, np.uint8)
    competing = kernels.quantise.quantise(tuple(ads), rules.load_price, columns, handed, reason)
    bid, user, price, payer, author, reserve = columns[:, :competing]
    return Problem(
        organic=np.minimum(np.maximum(organics.net[:slots], -VALUE_MAX), VALUE_MAX),
        ads=(bid, user, price, payer, author, reserve),
        weight=weight,
        organic_author=organics.author[:slots].astype(np.int64),
        handed=handed[:competing],
        reason=reason,
    )


@lru_cache(maxsize=128)
def _weights(module: ModuleType, attention: bytes, extension: float, most: int) -> Ints:
    """Return what each slot is looked at below each number of ads, see `quantise.weigh`; pages of one length share it."""
    slots = np.frombuffer(attention, np.int64)
    assert 0.0 <= extension < 1.0
    assert slots.size == 0 or slots[-1] >= 0
    assert (slots[1:] <= slots[:-1]).all()
    weight = np.empty((most + 1, slots.size), np.int64)
    module.weigh(slots.copy(), extension, weight)
    return weight
