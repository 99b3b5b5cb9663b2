"""Choose: the exploration draw, the pool, the slate, and the exact chance of what came out.

With chance e = min(1, share x slots) one slot, drawn uniformly, is filled uniformly from all eligible
candidates and the rest is optimised around it. A draw that names what the best slate has in that slot
anyway leaves the best slate as it is, so with N eligible candidates and S slots

    P(slate) = [1 - e, where it is the best one] + e / (S x N) x (draws that lead to it)

By the first rules a slot that the author cap left empty was closed up, so that several draws could show the same.
"""

from dataclasses import dataclass, replace
from typing import Final

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


def rules_of(
    policy: Policy, slots: int, slot_value: float, version: int = SLATE_RULES
) -> Rules:  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Draw:
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


@dataclass(frozen=True, slots=True)
class Contest:
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
    if not rules.attention.size:
        return _nothing(rules)
    search = _Search(kernels, contest, rules)
    eligible = contest.eligible
    best, told = search.run(-1, -1)
    slate, explored = best, -1
    slots = rules.attention.size
    chance = min(1.0, rules.share * slots)
    one_draw = chance / (min(slots, eligible) * eligible) if eligible else 0.0
    forced = (-1, -1)
    if drawn.slot >= 0 and not (search.natural(drawn) and best[drawn.slot] == contest.drawn_index):
        forced = (drawn.slot, contest.drawn_index)
        slate, told = search.run(*forced)
    shown = slate[slate >= 0]
    whole = one_draw * search.ways(slate, best, drawn)
    if search.natural(drawn) and np.array_equal(shown, best[best >= 0]):
        whole += 1.0 - chance if eligible else 1.0
    propensity = np.ones(shown.size)
    if drawn.slot >= 0:
        # Slots that stay empty before the drawn one are closed up, and it with them.
        explored = int(np.count_nonzero(slate[: drawn.slot] >= 0))
        propensity[explored] = 1.0 / eligible
    cap, gap = int(told[3]), int(told[4])
    bound = kernels.slots.bound_above(contest.net, contest.author, search.attention, cap, *forced)
    relaxing = rules.version > 1
    return Choice(
        pool_index=shown,
        explored_slot=explored,
        draw_propensity=drawn.propensity,
        slate_propensity=whole,
        propensity=propensity,
        objective=int(told[0]),
        bound=int(told[0]) if told[2] else int(bound),
        exact=bool(told[2]),
        author_max=cap if relaxing else -1,
        author_gap=gap if relaxing else -1,
    )


def _nothing(rules: Rules) -> Choice:
    """Return the choice for no slots: pinned items took all of them."""
    empty = np.zeros(0)
    return Choice(
        pool_index=empty.astype(np.int64), explored_slot=-1, draw_propensity=1.0,
        slate_propensity=1.0, propensity=empty, objective=0, bound=0, exact=True,
        author_max=rules.author_max, author_gap=rules.gap,
    )  # fmt: skip


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


class _Search:
    """One pool and one set of rules, searched with or without a forced slot."""

    def __init__(self, kernels: Kernels, contest: Contest, rules: Rules) -> None:
        self._kernels = kernels.slots
        self._contest = contest
        self._pool = (contest.net, contest.author, contest.topic)
        self._rules = rules
        filled = min(rules.attention.size, contest.net.size)
        self.attention = rules.attention[:filled] if rules.version > 1 else rules.attention
        """Shape (slots,). Of the slots there are; by the first rules of all that were asked for."""

    def run(self, slot: int, index: int) -> tuple[Ints, Ints]:
        rules = self._rules
        out = np.full(self.attention.size, -1, np.int64)
        told = np.zeros(5, np.int64)
        self._kernels.fill(
            *self._pool, self.attention, rules.author_max, rules.gap, rules.repeat, slot, index,
            NODES_MAX, rules.version > 1, out, told,
        )  # fmt: skip
        return out, told

    def natural(self, drawn: Draw) -> bool:
        """Say whether the pool is the one that there would be without the draw."""
        return drawn.slot < 0 or self._contest.drawn_natural

    def ways(self, slate: Ints, best: Ints, drawn: Draw) -> int:
        """Count the draws that lead to what this slate shows.

        Whatever is drawn is shown, so that only the slate's own candidates can have been drawn; in its own slot
        where none is empty, in any slot where some are, since empty ones are closed up. A candidate that chance
        brought to the pool is in no other draw's pool, so no other candidate's draw leads here.
        """
        shown = slate[slate >= 0]
        here = self._contest
        open_slots = min(slate.size, here.eligible)
        full = shown.size == open_slots
        alone = not self.natural(drawn)
        if full and not alone and slate is best:
            return int(shown.size)
        ways = 0
        for place, index in enumerate(shown.tolist()):
            if alone and index != here.drawn_index:
                continue
            for slot in (place,) if full else range(open_slots):
                as_best = best[slot] == index and not alone
                again = best if as_best else self.run(slot, index)[0]
                ways += bool(np.array_equal(again[again >= 0], shown))
        return ways
