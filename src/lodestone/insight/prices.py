"""How each promise's dual price and delivery moved, from the price vectors that the log keeps by version."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.traffic.policy import Policy
from lodestone.traffic.pricer import PricerState, bits_of, price_of

POINTS_MAX: Final = 96
"""Points of a history; a longer one is thinned to evenly spaced versions."""


class PricePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One promise after one step of the pricer."""

    time: str
    version: int
    price_micros: float
    delivered: float


class PromiseHistory(msgspec.Struct, frozen=True, kw_only=True):
    """One promise over the steps of a span, oldest first."""

    id: str
    points: list[PricePoint]


def read_state(payload: bytes | None) -> PricerState | None:
    """Read a stored price vector with what the pricer carried; None stays None."""
    return None if payload is None else msgspec.msgpack.decode(payload, type=PricerState)


def history(
    prices: Callable[[int], bytes | None],
    last: int | None,
    since: Instant,
    policies: Sequence[tuple[Instant, Policy]],
) -> list[PromiseHistory]:
    """Follow every promise that some policy made in a span through the stored vectors, those of the newest first.

    Args:
        prices: Gives a version's stored payload, None when it is not there.
        last: The newest version, None when there is none.
        since: Where the history begins.
        policies: Every policy with the instant from which it held, oldest first, at least one.
    """
    before = [policy for begun, policy in policies if begun <= since][-1:]
    of_span = [*before, *(policy for begun, policy in policies if begun > since)]
    points: dict[str, list[PricePoint]] = {
        promise.id: [] for policy in of_span[::-1] for promise in bits_of(policy).values()
    }
    if last is not None:
        first = _first_since(prices, last, since)
        for version in _thinned(first, last):
            state = read_state(prices(version))
            if state is not None:
                _add(points, state, _in_force(policies, Instant(state.vector.time)))
    return [PromiseHistory(id=name, points=history) for name, history in points.items()]


def _add(points: dict[str, list[PricePoint]], state: PricerState, policy: Policy) -> None:
    for bit, promise in bits_of(policy).items():
        if promise.id in points:  # not so where the newest step lies before the span
            points[promise.id].append(
                PricePoint(
                    time=time_text(Instant(state.vector.time)),
                    version=state.vector.version,
                    price_micros=round(price_of(state, bit), 3),
                    delivered=round(state.delivered[bit], 6),
                )
            )


def _in_force(policies: Sequence[tuple[Instant, Policy]], at: Instant) -> Policy:
    in_force = [policy for since, policy in policies if since <= at]
    return in_force[-1] if in_force else policies[0][1]


def _first_since(prices: Callable[[int], bytes | None], last: int, since: Instant) -> int:
    """Find the first version at or after an instant: versions rise with time."""
    low, high = 1, last
    while low < high:
        middle = (low + high) // 2
        state = read_state(prices(middle))
        if state is None or state.vector.time < since:
            low = middle + 1
        else:
            high = middle
    return low


def _thinned(first: int, last: int) -> list[int]:
    """Return at most `POINTS_MAX` versions, evenly spaced, the newest among them.

    >>> _thinned(1, 4)
    [1, 2, 3, 4]
    >>> len(_thinned(1, 10_000)), _thinned(1, 10_000)[-1]
    (96, 10000)
    """
    count = last - first + 1
    if count <= POINTS_MAX:
        return list(range(first, last + 1))
    return [first + (count - 1) * point // (POINTS_MAX - 1) for point in range(POINTS_MAX)]
