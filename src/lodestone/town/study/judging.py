"""Judge one decision as it is taken: its slate against the town's own best, its chances against the true ones."""

from typing import Any, Final

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.town.payloads import post_row
from lodestone.town.people import behaviour
from lodestone.town.people.rhythm import lift
from lodestone.town.truth import Truth, seen_key

ATTENTION_DECAY: Final = 0.06
"""Attention of slot s is 1 / (1 + 0.06 (s - 1)); eyes in this town fall off much the same."""
SEEN_DAYS: Final = 14
"""As in the policy: so long nothing is shown again."""
AUTHOR_MAX: Final = 2
"""As in the policy: so many posts of one maker in a slate, also in the town's own."""


def judge_page(truth: Truth, receipt: Any, person: int, now: int, worths: Floats) -> dict[str, Any]:
    """Judge a receipt.

    The town's best slate *under the same promises* takes each pool candidate's true value in place of the predicted
    one and leaves the prices of the promises as they were: net + (true value - value). Regret is the share of that
    slate's true net value that the served one misses. Beside it stands the best slate of everything live in the town
    that the person has not seen, by true value and without any promise: what a perfect memory of everybody's taste
    could do.

    Args:
        truth: The town before the page is looked at.
        receipt: As the engine shows it.
        person: Who looks.
        now: Microseconds since the epoch; what is posted later is not there yet.
        worths: Shape (13,). The town's own; the receipt's where the policy's differ is not asked.

    Returns:
        `served`, `best` (true net micros, attention-weighted), `served_value`, `best_value` (true micros),
        `any_value` (the best of everything), and the slate's `predicted` and `true` chances, outcome by outcome.
    """
    pool = [one for one in receipt["pool"] if post_row(truth.posts, one["item_id"]) >= 0]
    rows = np.array([post_row(truth.posts, one["item_id"]) for one in pool], np.int64)
    true = _true_chances(truth, person, rows)
    value = true @ worths
    predicted = np.array([[one["chances"][name] for name in behaviour.OUTCOMES] for one in pool])
    predicted[:, 0] /= 60.0
    told = np.array([receipt["worths"][name] for name in behaviour.OUTCOMES])
    told[0] *= 60.0
    prices = np.array([one["net"] - one["value"] for one in pool])
    net = true @ told + prices
    slot = np.array([one["slot"] or 0 for one in pool])
    served = np.flatnonzero(slot > 0)[np.argsort(slot[slot > 0], kind="stable")]
    weight = 1 / (1 + ATTENTION_DECAY * np.arange(served.size))
    makers = truth.posts.maker[rows]
    best = _best(net, makers, served.size)
    best_value = _best(value, makers, served.size)
    rows = _unseen(truth, person, now)
    any_value = _true_chances(truth, person, rows) @ worths
    anything = _best(any_value, truth.posts.maker[rows], served.size)
    return {
        "served": float(net[served] @ weight),
        "best": float(net[best] @ weight[: best.size]),
        "served_value": float(value[served] @ weight),
        "best_value": float(value[best_value] @ weight[: best_value.size]),
        "any_value": float(any_value[anything] @ weight[: anything.size]),
        "shown": int(served.size),
        "predicted": predicted[served].sum(axis=0).tolist(),
        "true": true[served].sum(axis=0).tolist(),
    }


def _true_chances(truth: Truth, person: int, rows: Ints) -> Floats:
    meeting = behaviour.meet(truth, np.full(rows.size, person), rows, lift=lift(truth.day))
    return behaviour.chances(behaviour.incline(meeting))


def _best(score: Floats, makers: Ints, slots: int) -> Ints:
    """Return the rows of the best slate: best first, so many of one maker and no more."""
    taken: list[int] = []
    count: dict[int, int] = {}
    for row in np.argsort(-score, kind="stable").tolist():
        maker = int(makers[row])
        if count.get(maker, 0) < AUTHOR_MAX:
            count[maker] = count.get(maker, 0) + 1
            taken.append(row)
        if len(taken) == slots:
            break
    return np.array(taken, np.int64)


def _unseen(truth: Truth, person: int, now: int) -> Ints:
    """Return every post there is by now that somebody else made and this person has not seen in a fortnight."""
    posts = truth.posts
    rows = np.flatnonzero(posts.created <= now)
    rows = rows[truth.makers.person[posts.maker[rows]] != person]
    fresh = [
        truth.day - truth.seen.get(seen_key(person, row), -99) >= SEEN_DAYS for row in rows.tolist()
    ]
    found: Ints = rows[np.array(fresh, bool)]
    return found
