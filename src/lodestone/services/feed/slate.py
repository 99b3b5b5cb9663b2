"""From priced candidates to the page: the draw, the pool, the slots, and why the rest was not shown."""

from typing import NamedTuple

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.events.outcomes import Source
from lodestone.features.view import StateView
from lodestone.services.feed.setting import Setting
from lodestone.traffic.candidates import Candidates, Entries, Tally
from lodestone.traffic.choose import Contest, behind, choose, draw
from lodestone.traffic.decision import POOL_MAX, Choice, Codes
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.policy import PROMISE_EXPLORATION, PROMISE_LOCAL_SHARE
from lodestone.traffic.pricer import PacingAccount


class Slate(NamedTuple):
    """The pool and what was chosen from it."""

    entries: Entries
    choice: Choice
    pinned: Ints
    """Shape (pinned,). Which candidates stand first."""
    weights: Floats
    """Shape (filled,). How likely each post is looked at, in [0, 1]; 0 where ads pushed it off the page."""


def fill_slots(
    kernels: Kernels, state: StateView, setting: Setting, candidates: Candidates, pinned: Ints
) -> Slate:
    """Fill the slots behind those of pinned posts.

    Args:
        kernels: Compiled or plain.
        state: The serving state.
        setting: What holds.
        candidates: Those that passed the filters, priced.
        pinned: Shape (pinned,). Which of them stand first.
    """
    first, eligible = pinned.size, candidates.row.size - pinned.size
    rules = setting.rules.behind(first)
    drawn = draw(kernels, setting.seed, rules.share, setting.slots - first, eligible)
    size = min(eligible, POOL_MAX)
    entries, drawn_place = Entries.room(first + size), np.empty(2, np.int64)
    kernels.contest.enter(
        tuple(candidates), state.items, pinned, drawn.candidate, tuple(entries), drawn_place
    )
    at, natural = drawn_place.tolist()
    if not natural:
        entries.source[first + at] = Source.EXPLORATION
    contest = Contest(
        entries.net[first:],
        entries.contender[:size],
        entries.topic[first:],
        at,
        bool(natural),
        eligible,
    )
    choice = behind(choose(kernels, contest, rules, drawn), first)
    return Slate(entries, choice, pinned, setting.rules.weights[: choice.pool_index.size])


def close(
    kernels: Kernels,
    account: PacingAccount,
    setting: Setting,
    candidates: Candidates,
    reason: Codes,
    slate: Slate,
    *,
    somewhere: bool,
) -> None:
    """Give every candidate its reason, and add the page to what the pricer will look at, slots weighed by attention.

    Args:
        kernels: Compiled or plain.
        account: What the pricer will look at; added to.
        setting: What holds.
        candidates: Those that passed the filters.
        reason: Shape (all candidates,), written for those.
        slate: What was chosen.
        somewhere: Whether the local share is promised here.
    """
    account.decisions += 1
    choice = slate.choice
    attention, could = slate.weights, setting.could
    if not somewhere and could[PROMISE_LOCAL_SHARE]:
        could = could.copy()
        could[PROMISE_LOCAL_SHARE] = 0
    page = (choice.pool_index, choice.explored_slot, choice.author_max, choice.author_gap)
    tally = Tally(attention, could, account.used, account.chances, np.zeros(3))
    kernels.contest.close(
        tuple(candidates), reason, slate.pinned, tuple(slate.entries), page, tuple(tally)
    )
    slots, got, forgone = tally.sums.tolist()
    account.slots += slots
    account.value += got
    account.forgone += forgone
    if choice.explored_slot >= 0:
        account.used[PROMISE_EXPLORATION] += attention[
            min(choice.explored_slot, attention.size - 1)
        ]
