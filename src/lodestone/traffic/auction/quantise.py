"""From micros and chances to whole numbers: what competes, and what each slot is looked at.

Bids are rounded down and reserves up, values and prices to the nearest sixteenth of a micro; all of them stand at `VALUE_MAX` where
they would pass it.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.traffic.auction.inputs import VALUE_MAX, WEIGHT_ONE, AdReason, Ads
from lodestone.traffic.decision import Codes
from lodestone.traffic.prices import NET_UNIT

Struct: TypeAlias = tuple[Any, ...]


def weigh(attention: Ints, extension: float, out: Ints) -> None:
    """Write what each slot is looked at below each number of ads.

    It rises neither along a page nor with the number of ads, rounded or not; the optimiser leans on that.

    Args:
        attention: Shape (slots,), thousandths, not rising.
        extension: The share that each ad takes from what is below it, in [0, 1).
        out: Shape (ads at most + 1, slots), written with millionths.
    """
    below = 1.0
    for row in out:
        row[:] = np.rint(below * (attention * (WEIGHT_ONE // 1000)))
        below *= 1.0 - extension


def quantise(ads: Struct, load_price: float, columns: Ints, handed: Ints, reason: Codes) -> int:
    """Write the ads that compete in whole numbers; return how many do.

    Args:
        ads: `Ads`.
        load_price: Added to every price, micros.
        columns: Shape (6, ads), the first of each row written: bid, user value, price, payer, author, reserve.
        handed: Shape (ads,), the first written: which of the ads each is.
        reason: Shape (ads,), written with `AdReason`.
    """
    given = Ads._make(ads)
    reason[:] = np.where(_sound(given), AdReason.COMPETES, AdReason.NOT_FINITE)
    sound = Ads._make(np.where(reason == 0, column, 0) for column in given)
    bid = np.floor(_clipped(sound.bid * sound.action * sound.pace))
    reserve = np.ceil(_clipped(sound.reserve))
    reason[(reason == 0) & (bid < reserve)] = AdReason.BELOW_RESERVE
    index = np.flatnonzero(reason == 0)
    user, price = (np.rint(_clipped(v)) for v in (sound.user, sound.price + load_price))
    every = (bid, user, price, sound.payer, sound.author, reserve)
    for row, column in zip(columns, every, strict=True):
        row[: index.size] = column[index]
    handed[: index.size] = index
    return int(index.size)


def _sound(ads: Ads) -> Bools:
    numbers = np.stack([ads.action, ads.pace, ads.user, ads.price, ads.reserve])
    finite = np.isfinite(numbers).all(axis=0)
    low = (ads.bid >= 0) & (ads.action >= 0) & (ads.pace >= 0) & (ads.reserve >= 0)
    sound: Bools = finite & low & (ads.action <= 1) & (ads.pace <= 1)
    return sound


def _clipped(micros: NDArray[np.float64]) -> Floats:
    limit = VALUE_MAX / NET_UNIT  # before the product, which could pass what a float holds
    return np.clip(micros, -limit, limit) * NET_UNIT
