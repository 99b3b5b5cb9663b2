"""From chances to values, from values and dual prices to net scores, from net scores to the pool.

    net = sum_o chance_o x worth_o + sum_j sign_j x price_j x consumption_j - gini x (2F - 1)

A floor's price is a bonus (sign +1), a cap's a cost (sign -1). Net scores are whole sixteenths of a micro, so
that every later step is exact and a replay can agree to the bit.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import Instant
from lodestone.base.errors import CorruptError
from lodestone.traffic.decision import Bits, Chances
from lodestone.traffic.policy import PROMISE_MAX

NET_UNIT: Final = 16
"""Net scores count sixteenths of a micro."""
NET_NONE: Final = -(2**34)
"""The net score of a candidate whose value is not finite: last, and counted."""
_NET_LIMIT: Final = 1e9


class PriceVector(msgspec.Struct, frozen=True, kw_only=True):
    """The dual prices at one moment, in micros per impression; one writer makes versions."""

    version: int
    time: int
    """Instant of the step."""
    prices: tuple[float, ...]
    """One per promise bit."""
    signs: tuple[int, ...]
    """+1 for a floor, -1 for a cap, 0 where there is no promise."""
    gini: float
    """What the most exposed creator's impression costs; the least exposed gains as much."""
    slot_value: float
    """The mean slot value the prices were scaled by, micros."""
    budgets: tuple[float, ...] = ()
    """The dual price of each campaign's budget by the campaign's number, as a share of its bid in [0, 1): an ad enters auctions
    with `pace_of` that. A campaign beyond the end has no price. What promises consume is a mask of 64 bits, which thousands of
    campaigns would not fit."""


def budget_price(budgets: Sequence[float], campaign: int) -> float:
    """Return the price of a campaign's budget as a share of its bids, in [0, 1).

    Args:
        budgets: `PriceVector.budgets`.
        campaign: The campaign's number, -1 for one that has none yet.
    """
    return budgets[campaign] if 0 <= campaign < len(budgets) else 0.0


def pace_of(budgets: Sequence[float], campaign: int) -> float:
    """Return the share of a campaign's bids that enters auctions, in (0, 1]; arguments as of `budget_price`."""
    return 1.0 - budget_price(budgets, campaign)


def no_prices(time: Instant) -> PriceVector:
    """Return the vector a community starts from: everything at zero."""
    zeros = (0.0,) * PROMISE_MAX
    return PriceVector(
        version=0, time=time, prices=zeros, signs=(0,) * PROMISE_MAX, gini=0.0, slot_value=0.0
    )


def encode_prices(prices: PriceVector) -> bytes:
    """Write a vector for the log."""
    return msgspec.msgpack.encode(prices)


def decode_prices(payload: bytes) -> PriceVector:
    """Read a vector back. Raises CorruptError."""
    try:
        return msgspec.msgpack.decode(payload, type=PriceVector)
    except msgspec.MsgspecError as error:
        raise CorruptError(
            "prices_corrupt", f"a stored price vector cannot be read: {error}"
        ) from error


def chance_codes(chances: NDArray[np.floating]) -> Chances:
    """Round chances to bfloat16, to nearest and ties to even; any shape.

    >>> chance_codes(np.array([0.5, 1.0])).tolist()
    [16128, 16256]
    """
    bits = np.ascontiguousarray(chances, np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    codes = (rounded >> np.uint32(16)).astype(np.uint16)
    return np.where(np.isnan(chances), np.uint16(0x7FC0), codes)


def chances_of(codes: Chances) -> Floats:
    """Return the chances that codes stand for; NaN where there was none."""
    return (codes.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(np.float64)


def values_from_codes(chances: Chances, worths: Floats, out: Floats) -> None:
    """Weigh chances by worths.

    Args:
        chances: Shape (candidates, outcomes), bfloat16 codes.
        worths: Shape (outcomes,), micros per unit of chance.
        out: Shape (candidates,), written with expected micros per impression.
    """
    real = chances_of(chances)
    out[:] = 0.0
    # One outcome after the other, as the kernel adds: sums in another order differ in the last bit.
    for outcome in range(worths.size):
        out += real[:, outcome] * worths[outcome]


def net_scores(
    value: Floats,
    promises: Bits,
    rank: NDArray[np.int16],
    price: Floats,
    sign: Floats,
    gini: Floats,
    out: Ints,
) -> None:
    """Take the price of what each candidate consumes from its value.

    Args:
        value: Shape (candidates,), micros.
        promises: Shape (candidates,), bit j set where promise j is consumed.
        rank: Shape (candidates,), Gini consumption 2F - 1 times 32767.
        price: Shape (promises,), micros.
        sign: Shape (promises,), +1.0 floor, -1.0 cap.
        gini: Shape (1,), micros.
        out: Shape (candidates,), written with sixteenths of a micro.
    """
    net = value.copy()
    for j in range(price.size):
        consumes = ((promises >> np.uint64(j)) & np.uint64(1)).astype(bool)
        net[consumes] += sign[j] * price[j]
    net -= gini[0] * (rank / 32767.0)
    clipped = np.clip(net, -_NET_LIMIT, _NET_LIMIT) * NET_UNIT
    out[:] = np.where(np.isnan(net), NET_NONE, np.rint(np.nan_to_num(clipped)).astype(np.int64))


def select_pool(net: Ints, forced: Ints, limit: int, out: Ints) -> int:
    """Choose the candidates that reach the optimiser; return how many.

    Args:
        net: Shape (candidates,).
        forced: Shape (0 or 1,). What chance drew; it takes the weakest one's place.
        limit: The most that may come.
        out: Shape (limit,), written with candidate indices, best net score first, ties earlier first.
    """
    order = np.argsort(-net, kind="stable")[:limit].tolist()
    for drawn in forced.tolist():
        if drawn not in order:
            order = [*order[: limit - 1], drawn]
    order.sort(key=lambda index: (-int(net[index]), index))
    out[: len(order)] = order
    return len(order)


def price_arrays(prices: PriceVector) -> tuple[Floats, Floats, Floats]:
    """Return (price, sign, gini) as the arrays that `net_scores` takes."""
    return (
        np.array(prices.prices),
        np.array(prices.signs, np.float64),
        np.array([prices.gini]),
    )
