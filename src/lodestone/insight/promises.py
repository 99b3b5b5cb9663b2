"""The constraint table as it stands: what was promised, what was delivered, whether that counts as kept."""

from typing import Final

import msgspec

from lodestone.traffic.policy import Policy, Promise
from lodestone.traffic.pricer import PricerState, alarms, bits_of, price_of

TOLERANCE: Final = 0.02
"""By this a Gini may lie above its target and still count as kept; a share by this part of its target."""


class PromiseOut(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the constraint table as it stands."""

    id: str
    kind: str
    direction: str
    target: float
    delivered: float
    """In the unit of `target`, as of the last price step: a share of impressions of late; for `gini` that of the seven days
    to today over creators with a live post now (the exposure report's is over those who had one on a day of its span);
    for `first_impressions` the share of the plan due by now that new posts have had."""
    kept: bool
    """`delivered` lies on the right side of `target`, or within `tolerance` of it."""
    tolerance: float
    """How far on the wrong side of `target` still counts as kept, in its unit."""
    planned: int | None
    """For `first_impressions`: how many impressions a post made now is promised within 24 hours; else null."""
    price_micros: float
    price_cap_micros: float
    cost_micros: float
    """Value given up for it since the beginning."""
    cost_share: float
    """The same as a share of all value served."""
    alarm: bool
    """At its cap for too long: it cannot be kept."""


def tolerance_of(promise: Promise) -> float:
    """Return how far on the wrong side of its target a promise still counts as kept.

    >>> tolerance_of(Promise(id="g", kind="gini", target=0.6))
    0.02
    >>> tolerance_of(Promise(id="l", kind="local_share", target=0.5))
    0.01
    """
    return TOLERANCE if promise.kind == "gini" else round(TOLERANCE * promise.target, 6)


def is_kept(promise: Promise, delivered: float) -> bool:
    """Say whether what was delivered keeps a promise, within its tolerance."""
    over = delivered - promise.target
    wrong = over if promise.kind == "gini" or promise.direction == "cap" else -over
    return wrong <= tolerance_of(promise) + 1e-9


def constraint_table(state: PricerState, policy: Policy, planned: int) -> list[PromiseOut]:
    """Return a row for every promise of a policy.

    Args:
        state: The pricer's.
        policy: The one in force.
        planned: First impressions that a new post is promised.
    """
    ringing = set(alarms(state, policy))
    return [
        PromiseOut(
            id=promise.id,
            kind=promise.kind,
            direction=promise.direction,
            target=promise.target,
            delivered=round(state.delivered[bit], 6),
            kept=is_kept(promise, state.delivered[bit]),
            tolerance=tolerance_of(promise),
            planned=planned if promise.kind == "first_impressions" else None,
            price_micros=round(price_of(state, bit), 3),
            price_cap_micros=round(promise.price_cap * state.vector.slot_value, 3),
            cost_micros=round(state.cost[bit], 1),
            cost_share=round(state.cost[bit] / state.value, 6) if state.value else 0.0,
            alarm=promise.id in ringing,
        )
        for bit, promise in bits_of(policy).items()
    ]
