"""Choose: the exploration draw, the pool, the slate, and the exact chance of what came out.

With chance e = min(1, share x slots) one slot, drawn uniformly, is filled uniformly from all eligible
candidates and the rest is optimised around it. A draw that names what the best slate has in that slot
anyway leaves the best slate as it is, so with N eligible candidates and S slots

    P(slate) = [1 - e, where it is the best one] + e / (S x N) x (draws that lead to it)

By the first rules a slot that the author cap left empty was closed up, so that several draws could show the same.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.decision import POOL_MAX, SLATE_RULES, Choice, Rows
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.policy import Policy
from lodestone.traffic.prices import NET_UNIT
from lodestone.traffic.slots import NODES_MAX, attention_of

_TWO_64: Final = 2**64
_NOBODY: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a policy says about slates, in the optimiser's own units."""

    attention: Ints
    author_max: int
    gap: int
    repeat: int
    share: float
    weights: Floats
    """Shape (slots,). Attention in [0, 1], as the pricer's account weighs slots."""
    version: int
    """`SLATE_RULES`, or those of an older receipt."""

    def behind(self, pinned: int) -> "Rules":
        """Return the rules for the slots that are left behind some pinned ones."""
        return replace(self, attention=self.attention[pinned:]) if pinned else self


def rules_of(policy: Policy, slots: int, slot_value: float, version: int = SLATE_RULES) -> Rules:
    """Return the slate rules for a page of `slots`; `slot_value` is the mean slot value in micros."""
    return Rules(
        attention=attention_of(slots, policy.attention_decay),
        author_max=policy.author_max,
        gap=policy.author_gap,
        repeat=max(0, round(policy.diversity * slot_value * NET_UNIT)),
        share=policy.exploration_share,
        weights=1 / (1 + policy.attention_decay * np.arange(slots)),
        version=version,
    )


class Draw(NamedTuple):
    """What chance said: the slot and the candidate's index, or -1 and -1."""

    slot: int
    candidate: int
    propensity: float


def draw(kernels: Kernels, seed: int, share: float, slots: int, eligible: int) -> Draw:
    """Draw whether, where and what to explore; every number comes from the decision's seed."""
    if not eligible:
        return Draw(-1, -1, 1.0)
    chance = min(1.0, share * slots)
    first = int(kernels.slots.splitmix(np.uint64(seed), 0))
    if first >= chance * _TWO_64:
        return Draw(-1, -1, 1.0 - chance)
    open_slots = min(slots, eligible)
    slot = int(kernels.slots.splitmix(np.uint64(seed), 1)) * open_slots >> 64
    candidate = int(kernels.slots.splitmix(np.uint64(seed), 2)) * eligible >> 64
    return Draw(slot, candidate, chance / (open_slots * eligible))


def pool_of(kernels: Kernels, net: Ints, drawn: Draw) -> Ints:
    """Return the indices of the candidates that reach the optimiser, best first."""
    out = np.empty(POOL_MAX, np.int64)
    forced = np.array([drawn.candidate]) if drawn.candidate >= 0 else _NOBODY
    return out[: kernels.prices.select_pool(net, forced, POOL_MAX, out)]


class Contest(NamedTuple):
    """The pool as the optimiser sees it. Arrays have shape (pool,)."""

    net: Ints
    """Not rising."""
    author: Rows
    topic: NDArray[np.int16]
    drawn_index: int
    """Where the drawn candidate stands, -1 when none was drawn."""
    drawn_natural: bool
    """The drawn candidate would have reached the pool by itself."""
    eligible: int
    """How many candidates could be drawn."""


def choose(kernels: Kernels, contest: Contest, rules: Rules, drawn: Draw) -> Choice:
    """Fill the slate from a pool and say how likely it was."""
    slots, eligible = rules.attention.size, contest.eligible
    if not slots:
        return _nothing(rules)
    relaxing, natural = rules.version > 1, drawn.slot < 0 or contest.drawn_natural
    # Of the slots there are; by the first rules of all that were asked for.
    attention = rules.attention[: contest.net.size] if relaxing else rules.attention
    slate, figures = np.empty(attention.size, np.int64), np.empty(7, np.int64)
    filled = kernels.slots.choose(
        (contest.net, contest.author, contest.topic),
        (attention, rules.author_max, rules.gap, rules.repeat, NODES_MAX, relaxing),
        (drawn.slot, contest.drawn_index, natural, eligible),
        slate,
        figures,
    )
    objective, exact, cap, gap, ways, bound, unmoved = figures.tolist()
    chance = min(1.0, rules.share * slots)
    whole = chance / (min(slots, eligible) * eligible) * ways if eligible else 0.0
    if unmoved:
        whole += 1.0 - chance if eligible else 1.0
    propensity, explored = np.ones(filled), -1
    if drawn.slot >= 0:
        # Slots that stay empty before the drawn one are closed up, and it with them.
        explored = int(np.count_nonzero(slate[: drawn.slot] >= 0))
        propensity[explored] = 1.0 / eligible
    return Choice(
        pool_index=slate if filled == slate.size else slate[slate >= 0],
        explored_slot=explored,
        draw_propensity=drawn.propensity,
        slate_propensity=whole,
        propensity=propensity,
        objective=objective,
        bound=objective if exact else bound,
        exact=bool(exact),
        author_max=cap if relaxing else -1,
        author_gap=gap if relaxing else -1,
    )


def _nothing(rules: Rules) -> Choice:
    """Return the choice for no slots: pinned items took all of them."""
    empty = np.zeros(0)
    return Choice(
        pool_index=empty.astype(np.int64),
        explored_slot=-1,
        draw_propensity=1.0,
        slate_propensity=1.0,
        propensity=empty,
        objective=0,
        bound=0,
        exact=True,
        author_max=rules.author_max,
        author_gap=rules.gap,
    )


def behind(choice: Choice, pinned: int) -> Choice:
    """Put some pinned items, the first entries of the pool, before a choice from the rest of it.

    They are no part of what was optimised or drawn: objective, bound and propensities are those of the rest.
    """
    if not pinned:
        return choice
    explored = choice.explored_slot
    return replace(
        choice,
        pool_index=np.concatenate([np.arange(pinned), choice.pool_index + pinned]),
        explored_slot=explored + pinned if explored >= 0 else explored,
        propensity=np.concatenate([np.ones(pinned), choice.propensity]),
    )
