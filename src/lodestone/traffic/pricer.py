"""The pricer: one step of dual mirror descent over what was served since the step before.

    floor, share     price += step x slot value x (target - used / chances to) / target
    cap, share       price  = max(price, least) x exp(step x (used / chances to - target) / target)
    gini             price += step x slot value x (Gini - target)

clipped to [0, cap x slot value]. A covering price must be able to leave zero, so it moves by addition; a packing
price moves by multiplication (Balseiro, Lu and Mirrokni, "The best of many worlds", 2020). What was served counts by
how likely its slot is looked at, corrected by the impressions that were then reported.
"""

from dataclasses import dataclass, replace
from math import exp
from typing import Final

import msgspec

from lodestone.base.clock import Instant
from lodestone.traffic.policy import PROMISE_CUSTOM, PROMISE_MAX, Policy, Promise
from lodestone.traffic.prices import PriceVector, no_prices

STEP: Final = 0.08
STEP_GINI: Final = 0.35
STEP_FIRST: Final = 0.15
ALARM_STEPS: Final = 10
"""A price at its cap for this many steps cannot keep its promise."""
_LEAST: Final = 0.01
_TRUST: Final = 200.0
BUILT_IN: Final = {
    "first_impressions": 0,
    "local_share": 1,
    "gini": 2,
    "exploration": 3,
    "small_creators": 4,
}


@dataclass(slots=True)
class Served:
    """What was decided since the last step, slots weighed by attention."""

    decisions: int = 0
    slots: float = 0.0
    value: float = 0.0
    """Expected value of the slots served, micros."""
    forgone: float = 0.0
    """What the best slates at no prices would have had above that, micros."""
    used: list[float] | None = None
    """Per promise: how much was consumed."""
    chances: list[float] | None = None
    """Per promise: how much could have been."""

    def __post_init__(self) -> None:
        self.used = self.used or [0.0] * PROMISE_MAX
        self.chances = self.chances or [0.0] * PROMISE_MAX


class PricerState(msgspec.Struct, frozen=True, kw_only=True):
    """What the pricer carries from step to step; written with every price vector."""

    vector: PriceVector
    steps: int = 0
    at_cap: tuple[int, ...] = (0,) * PROMISE_MAX
    """Steps in a row at the cap."""
    delivered: tuple[float, ...] = (0.0,) * PROMISE_MAX
    """Smoothed share delivered; for gini the Gini."""
    cost: tuple[float, ...] = (0.0,) * PROMISE_MAX
    """Micros of value each promise has cost since the beginning."""
    value: float = 0.0
    """Micros of value served since the beginning."""
    expected: float = 0.0
    """Impressions expected of what was served, and reported, both decayed."""
    reported: float = 0.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What counters say at a step."""

    reported: float
    """Organic impressions reported since the last step."""
    gini: float
    first_delivered: float
    first_planned: float


def start(time: Instant) -> PricerState:
    """Return the state of a community without a yesterday."""
    return PricerState(vector=no_prices(time))


def bits_of(policy: Policy) -> dict[int, Promise]:
    """Give every enabled promise its bit: built-in ones their own, an operator's rows from 8 on."""
    found: dict[int, Promise] = {}
    custom = PROMISE_CUSTOM
    for promise in policy.promises:
        if promise.kind in BUILT_IN:
            bit = BUILT_IN[promise.kind]
        else:
            bit, custom = custom, custom + 1
        if promise.enabled:
            found[bit] = promise
    assert custom <= PROMISE_MAX
    return found


def step(
    state: PricerState, served: Served, measured: Measured, policy: Policy, now: Instant
) -> PricerState:
    """Move every price once; the vector's version grows by one."""
    assert served.used is not None
    assert served.chances is not None
    expected = 0.9 * state.expected + served.slots
    reported = 0.9 * state.reported + measured.reported
    viewed = (reported + _TRUST) / (expected + _TRUST)
    old = state.vector
    slot_value = _slot_value(old.slot_value, served, viewed)
    prices, signs = [0.0] * PROMISE_MAX, [0] * PROMISE_MAX
    delivered, at_cap = list(state.delivered), [0] * PROMISE_MAX
    for bit, promise in bits_of(policy).items():
        signs[bit] = 1 if promise.direction == "floor" else -1
        most = promise.price_cap * slot_value
        seen = _delivered(promise, bit, served, measured)
        prices[bit] = _moved(promise, price_of(state, bit), seen, slot_value, most)
        delivered[bit] = _smoothed(promise, delivered[bit], seen, state.steps)
        at_cap[bit] = state.at_cap[bit] + 1 if most > 0 and prices[bit] >= most * 0.999 else 0
    # The rank price is no bit's bonus: it goes to its own place in the vector.
    gini_price, prices[BUILT_IN["gini"]], signs[BUILT_IN["gini"]] = prices[2], 0.0, 0
    gini_price = min(gini_price, _half_cap(policy, slot_value))
    vector = PriceVector(
        version=old.version + 1, time=now, prices=tuple(prices), signs=tuple(signs),
        gini=gini_price, slot_value=slot_value,
    )  # fmt: skip
    return msgspec.structs.replace(
        state, vector=vector, steps=state.steps + 1, at_cap=tuple(at_cap), delivered=tuple(delivered),
        cost=_cost(state, served, old), value=state.value + served.value, expected=expected,
        reported=reported,
    )  # fmt: skip


def alarms(state: PricerState, policy: Policy) -> list[str]:
    """Name the promises that cannot be kept: at their cap for too long."""
    return [
        promise.id for bit, promise in bits_of(policy).items() if state.at_cap[bit] >= ALARM_STEPS
    ]


def price_of(state: PricerState, bit: int) -> float:
    """Return a promise's dual price in micros, the rank price for gini."""
    return state.vector.gini if bit == BUILT_IN["gini"] else state.vector.prices[bit]


def _slot_value(old: float, served: Served, viewed: float) -> float:
    """Keep a slow mean of what a looked-at slot is worth; prices are scaled by it."""
    if not served.slots:
        return old
    fresh = max(0.0, served.value / served.slots)
    assert viewed > 0
    return fresh if old == 0.0 else 0.95 * old + 0.05 * fresh


def _delivered(promise: Promise, bit: int, served: Served, measured: Measured) -> float | None:
    assert served.used is not None
    assert served.chances is not None
    if promise.kind == "gini":
        return measured.gini
    if promise.kind == "first_impressions":
        planned = measured.first_planned
        return measured.first_delivered / planned if planned > 0 else 1.0
    return served.used[bit] / served.chances[bit] if served.chances[bit] else None


def _moved(
    promise: Promise, old: float, seen: float | None, slot_value: float, most: float
) -> float:
    if seen is None:
        return min(
            old, most
        )  # nobody could have been served what it asks for: nothing is known anew
    if promise.kind == "gini":
        moved = old + STEP_GINI * slot_value * (seen - promise.target)
    elif promise.kind == "exploration":
        return 0.0  # kept by the draw itself
    elif promise.direction == "floor":
        size = STEP_FIRST if promise.kind == "first_impressions" else STEP
        moved = old + size * slot_value * (promise.target - seen) / max(promise.target, 1e-6)
    else:
        least = _LEAST * slot_value
        moved = max(old, least) * exp(
            STEP * min(8.0, (seen - promise.target) / max(promise.target, 1e-6))
        )
        moved = 0.0 if moved <= least else moved
    return min(max(moved, 0.0), most)


def _smoothed(promise: Promise, before: float, seen: float | None, steps: int) -> float:
    if seen is None:
        return before
    if promise.kind in ("gini", "first_impressions"):
        return seen
    share = max(0.02, 1 / (steps + 1))
    return (1 - share) * before + share * seen


def _half_cap(policy: Policy, slot_value: float) -> float:
    """With the small-creator share on too, both prices together stay under half a slot's value."""
    both = any(p.kind == "small_creators" and p.enabled for p in policy.promises)
    return 0.25 * slot_value if both else float("inf")


def _cost(state: PricerState, served: Served, vector: PriceVector) -> tuple[float, ...]:
    """Split the value forgone among promises by price times consumption."""
    assert served.used is not None
    weight = [abs(price) * used for price, used in zip(vector.prices, served.used, strict=True)]
    weight[BUILT_IN["gini"]] = vector.gini * served.used[BUILT_IN["gini"]]
    total = sum(weight)
    if not total:
        return state.cost
    share = [served.forgone * part / total for part in weight]
    return tuple(old + more for old, more in zip(state.cost, share, strict=True))


def fresh(served: Served) -> Served:
    """Return an empty account, for what comes after a step."""
    return replace(served, decisions=0, slots=0.0, value=0.0, forgone=0.0, used=None, chances=None)
