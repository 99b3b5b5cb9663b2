"""The pricer: one step of dual mirror descent over what was served since the step before.

A share is a flow: every slot served says at once how well it is kept. In multiples of the mean slot value

    floor    price += 0.15 x weight x (target - seen) / target
    cap      price  = max(price, least) x exp(0.15 x weight x (seen - target) / target)

where `weight` counts chances, 1 for a full step's of 256 decisions, so that many small steps move a price as far
as one large one. A covering price must be able to leave zero, so it moves by addition; a packing price moves by
multiplication (Balseiro, Lu and Mirrokni, "The best of many worlds", 2020). `seen` is what was served times how
likely its slot is looked at, corrected by the impressions that were then reported.

Exposure Gini and first impressions are levels: they remember days, so that adding up their error alone swings.
Their prices follow the error itself and its sum over the clock's days

    sum   += days x (per_day x error - eased x sum where the promise is kept)    held within [0, cap]
    price  = sum + gain x error                                                  clipped to [0, cap]

A post's surplus keeps no promise to another, so first impressions that are all kept show an error of nearly nothing,
whatever they cost: their sum eases by itself until one falls short. Gini errs both ways alike and needs no easing.
"""

from dataclasses import dataclass, field
from math import exp
from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Floats
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.traffic.policy import PROMISE_CUSTOM, PROMISE_MAX, Policy, Promise
from lodestone.traffic.prices import PriceVector, no_prices

STEP: Final = 0.15
STEP_DECISIONS: Final = 256
"""Decisions of a full step; fewer move a price by less."""
GINI_GAIN: Final = 10.0
GINI_PER_DAY: Final = 5.0
FIRST_GAIN: Final = 4.0
FIRST_PER_DAY: Final = 8.0
FIRST_EASED: Final = 2.0
ALARM_STEPS: Final = 10
"""A price at its cap for this many steps cannot keep its promise."""
_PAUSE_DAYS: Final = 1 / 24
"""A community that slept longer than an hour learnt nothing in the meantime."""
_LEAST: Final = 0.01
_MEMORY: Final = 0.98
"""What a full step keeps of the sums before it: about fifty steps, 12,800 decisions."""
_TRUST: Final = 200.0
_TRUST_FIRST: Final = 20.0
_NONE: Final = (0.0,) * PROMISE_MAX
BUILT_IN: Final = {
    "first_impressions": 0,
    "local_share": 1,
    "gini": 2,
    "exploration": 3,
    "small_creators": 4,
}
_LEVELS: Final = {
    "gini": (GINI_GAIN, GINI_PER_DAY, 0.0),
    "first_impressions": (FIRST_GAIN, FIRST_PER_DAY, FIRST_EASED),
}


@dataclass(slots=True)
class PacingAccount:
    """What was decided since the last step, slots weighed by attention."""

    decisions: int = 0
    slots: float = 0.0
    value: float = 0.0
    """Expected value of the slots served, micros."""
    forgone: float = 0.0
    """What the best slates at no prices would have had above that, micros."""
    used: Floats = field(default_factory=lambda: np.zeros(PROMISE_MAX))
    """Shape (promises,): how much was consumed."""
    chances: Floats = field(default_factory=lambda: np.zeros(PROMISE_MAX))
    """Shape (promises,): how much could have been."""


class LogRange(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the log: how many receipts and facts stand before it."""

    receipts: int = 0
    facts: int = 0


class PricerState(msgspec.Struct, frozen=True, kw_only=True):
    """What the pricer carries from step to step; written with every price vector."""

    vector: PriceVector
    steps: int = 0
    at_cap: tuple[int, ...] = (0,) * PROMISE_MAX
    """Steps in a row at the cap."""
    delivered: tuple[float, ...] = _NONE
    """Share delivered of late; for gini the Gini."""
    cost: tuple[float, ...] = _NONE
    """Micros of value each promise has cost since the beginning."""
    value: float = 0.0
    """Micros of value served since the beginning."""
    expected: float = 0.0
    """Impressions expected of what was served, and reported; these and the sums below are decayed."""
    reported: float = 0.0
    decisions: float = 0.0
    used: tuple[float, ...] = _NONE
    chances: tuple[float, ...] = _NONE
    reported_by: tuple[float, ...] = _NONE
    sums: tuple[float, ...] = _NONE
    """Summed error of gini and first impressions, in mean slot values."""
    since: LogRange = LogRange()
    upto: LogRange = LogRange()
    """The step was made of what the log holds from `since` to before `upto`."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What counters say at a step."""

    reported: float
    """Organic impressions reported since the last step."""
    gini: float
    first_delivered: float
    first_planned: float
    first_ahead: tuple[float, float] | None = None
    """(delivered, planned) as they would stand `promises.AHEAD_MICROS` later were nothing more shown; None: as now."""
    reported_by: tuple[float, ...] | None = None
    """Per promise: those of them that consumed it; None where nobody counts."""


def start(time: Instant) -> PricerState:
    """Return the state of a community without a yesterday."""
    return PricerState(vector=no_prices(time))


def bits_of(policy: Policy) -> dict[int, Promise]:
    """Give every enabled promise its bit: built-in ones their own, an operator's rows from 8 on."""
    by_bit: dict[int, Promise] = {}
    custom = PROMISE_CUSTOM
    for promise in policy.promises:
        if promise.kind in BUILT_IN:
            bit = BUILT_IN[promise.kind]
        else:
            bit, custom = custom, custom + 1
        if promise.enabled:
            by_bit[bit] = promise
    assert custom <= PROMISE_MAX
    return by_bit


def step(
    state: PricerState,
    served: PacingAccount,
    measured: Measured,
    policy: Policy,
    now: Instant,
    budgets: tuple[float, ...] = (),
) -> PricerState:
    """Move every price once; the vector's version grows by one.

    Args:
        state: As the last step left it.
        served: Since then.
        measured: What counters say.
        policy: In force.
        now: The community's clock.
        budgets: The prices of campaigns' budgets, moved by `pacing` for the same version, see `PriceVector.budgets`.
    """
    size = served.decisions / STEP_DECISIONS
    state = _remembered(state, served, measured, _MEMORY**size)
    old, rows = state.vector, bits_of(policy)
    slot_value = _slot_value(
        old.slot_value, served, min(1.0, max(0.05 * size, 1 / (state.steps + 1)))
    )
    days = min(max(0.0, (now - old.time) / DAY_MICROS), _PAUSE_DAYS)
    prices, signs = [0.0] * PROMISE_MAX, [0] * PROMISE_MAX
    delivered, at_cap, sums = list(state.delivered), [0] * PROMISE_MAX, [0.0] * PROMISE_MAX
    for bit, promise in rows.items():
        signs[bit] = 1 if promise.direction == "floor" else -1
        most = _most(promise, policy)
        if promise.kind in _LEVELS:
            error = _error(promise, measured)
            sums[bit], moved = _level(promise.kind, state.sums[bit], error, days, most)
            prices[bit] = moved * slot_value
        else:
            prices[bit] = _share(promise, bit, state, served, slot_value, most * slot_value)
        delivered[bit] = _delivered(promise, bit, state, measured)
        capped = most * slot_value > 0 and prices[bit] >= most * slot_value * 0.999
        at_cap[bit] = state.at_cap[bit] + 1 if capped else 0
    # The rank price is no bit's bonus: it goes to its own place in the vector.
    gini_price, prices[BUILT_IN["gini"]], signs[BUILT_IN["gini"]] = prices[2], 0.0, 0
    vector = PriceVector(
        version=old.version + 1,
        time=now,
        prices=tuple(prices),
        signs=tuple(signs),
        gini=gini_price,
        slot_value=slot_value,
        budgets=budgets,
    )
    return msgspec.structs.replace(
        state,
        vector=vector,
        steps=state.steps + 1,
        at_cap=tuple(at_cap),
        delivered=tuple(delivered),
        sums=tuple(sums),
        cost=_cost(state, served, old),
        value=state.value + served.value,
    )


def alarms(state: PricerState, policy: Policy) -> list[str]:
    """Name the promises that cannot be kept: at their cap for too long."""
    return [
        promise.id for bit, promise in bits_of(policy).items() if state.at_cap[bit] >= ALARM_STEPS
    ]


def price_of(state: PricerState, bit: int) -> float:
    """Return a promise's dual price in micros, the rank price for gini."""
    return state.vector.gini if bit == BUILT_IN["gini"] else state.vector.prices[bit]


def _remembered(
    state: PricerState, served: PacingAccount, measured: Measured, keep: float
) -> PricerState:
    """Add what was served and reported to the decayed sums."""

    def added(
        before: tuple[float, ...], more: list[float] | tuple[float, ...] | None
    ) -> tuple[float, ...]:
        return tuple(keep * a + b for a, b in zip(before, more or _NONE, strict=True))

    # Where nobody counts by promise, everything served is taken to be looked at alike.
    used, chances = served.used.tolist(), served.chances.tolist()
    by = used if measured.reported_by is None else measured.reported_by
    return msgspec.structs.replace(
        state,
        expected=keep * state.expected + served.slots,
        reported=keep * state.reported
        + (served.slots if measured.reported_by is None else measured.reported),
        decisions=keep * state.decisions + served.decisions,
        used=added(state.used, used),
        chances=added(state.chances, chances),
        reported_by=added(state.reported_by, by),
    )


def _looked_at(state: PricerState, bit: int) -> float:
    """Return how often what consumes a promise is looked at, against everything served.

    Within [0.5, 2], and near 1 while few impressions are known: reports may be hours late.
    """
    if bit == BUILT_IN["exploration"]:
        return 1.0  # a draw is no property of a slot's candidate, so no report says whose it was
    every = (state.reported + _TRUST) / (state.expected + _TRUST)
    ratio = (state.reported_by[bit] + _TRUST * every) / ((state.used[bit] + _TRUST) * every)
    return min(max(ratio, 0.5), 2.0)


def _slot_value(old: float, served: PacingAccount, share: float) -> float:
    """Keep a slow mean of what a looked-at slot is worth; prices are scaled by it."""
    if not served.slots:
        return old
    fresh_value = max(0.0, served.value / served.slots)
    return fresh_value if old == 0.0 else (1 - share) * old + share * fresh_value


def _most(promise: Promise, policy: Policy) -> float:
    """Return a price's cap in slot values.

    With rank price and small-creator share both on, the two together stay under half a slot's value.
    """
    pair = {"gini", "small_creators"}
    on = {row.kind for row in policy.promises if row.enabled}
    return min(promise.price_cap, 0.25) if promise.kind in pair <= on else promise.price_cap


def _error(promise: Promise, measured: Measured) -> float:
    """Return how far a level is on the wrong side of its target."""
    if promise.kind == "gini":
        return measured.gini - promise.target
    # What falls due soon is asked for now: whoever waits until it is missing is late by as long as it takes.
    delivered, planned = measured.first_ahead or (measured.first_delivered, measured.first_planned)
    # The plan of a post one minute old is a fraction of an impression: no cause for alarm.
    return (promise.target * planned - delivered) / (planned + _TRUST_FIRST)


def _level(kind: str, before: float, error: float, days: float, most: float) -> tuple[float, float]:
    """Return (sum, price) in slot values; a sum beyond what a price may be would take as long to undo."""
    gain, per_day, eased = _LEVELS[kind]
    surplus = eased * before if error <= 0 else 0.0
    total = min(max(before + days * (per_day * error - surplus), 0.0), most)
    return total, min(max(total + gain * error, 0.0), most)


def _share(
    promise: Promise,
    bit: int,
    state: PricerState,
    served: PacingAccount,
    slot_value: float,
    most: float,
) -> float:
    old = state.vector.prices[bit]
    if promise.kind == "exploration":
        return 0.0  # kept by the draw itself
    used, chances = float(served.used[bit]), float(served.chances[bit])
    if not chances:
        return min(old, most)  # nobody could have been served it: nothing is known anew
    seen = _looked_at(state, bit) * used / chances
    weight = chances * state.decisions / (state.chances[bit] * STEP_DECISIONS)
    move = STEP * weight * (promise.target - seen) / max(promise.target, 1e-6)
    if promise.direction == "floor":
        moved = old + slot_value * move
    else:
        least = _LEAST * slot_value
        moved = max(old, least) * exp(min(1.0, -move))
        moved = 0.0 if moved <= least else moved
    return min(max(moved, 0.0), most)


def _delivered(promise: Promise, bit: int, state: PricerState, measured: Measured) -> float:
    if promise.kind == "gini":
        return measured.gini
    if promise.kind == "first_impressions":
        planned = measured.first_planned
        return measured.first_delivered / planned if planned > 0 else 1.0
    chances = state.chances[bit]
    return _looked_at(state, bit) * state.used[bit] / chances if chances else state.delivered[bit]


def _cost(state: PricerState, served: PacingAccount, vector: PriceVector) -> tuple[float, ...]:
    """Split the value forgone among promises by price times consumption."""
    weight = [
        abs(price) * used for price, used in zip(vector.prices, served.used.tolist(), strict=True)
    ]
    weight[BUILT_IN["gini"]] = vector.gini * float(served.used[BUILT_IN["gini"]])
    total = sum(weight)
    if not total:
        return state.cost
    share = [served.forgone * part / total for part in weight]
    return tuple(old + more for old, more in zip(state.cost, share, strict=True))


def fresh(served: PacingAccount) -> PacingAccount:
    """Return an empty account, for what comes after a step."""
    assert served.used.shape == served.chances.shape
    return PacingAccount()
