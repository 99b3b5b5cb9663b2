"""What candidates consume, how a pool's authors are numbered, why the rest was not shown, what was served.

Plain twins of `pool_kernel`; each function there has the same name and signature.
"""

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.decision import Bits, Chances, Codes, DropReason, Rows
from lodestone.traffic.filters import Records
from lodestone.traffic.policy import (
    PROMISE_FIRST_IMPRESSIONS,
    PROMISE_GINI,
    PROMISE_LOCAL_SHARE,
    PROMISE_SMALL_CREATORS,
)
from lodestone.traffic.prices import NET_NONE


def consumed(
    items: Records,
    authors: Records,
    author_rank: NDArray[np.int16],
    rows: Rows,
    local: Codes,
    here: int,
    promises: Bits,
    rank: NDArray[np.int16],
) -> None:
    """Write what each candidate consumes.

    Args:
        items: Shape (items,) of `ITEM`.
        authors: Shape (authors,) of `AUTHOR`.
        author_rank: Shape (authors known to the last sweep,). Gini consumption.
        rows: Shape (candidates,). Item rows.
        local: Shape (candidates,). 1 within the viewer's radius.
        here: 1 where the neighbourhood's share counts: on discover, for a viewer who is somewhere.
        promises: Shape (candidates,), written: bit j where promise j is consumed.
        rank: Shape (candidates,), written.
    """
    columns = items[rows]
    promises[:] = columns["promises"]
    promises[columns["need"] > 0] |= np.uint64(1 << PROMISE_FIRST_IMPRESSIONS)
    if here:
        promises[local == 1] |= np.uint64(1 << PROMISE_LOCAL_SHARE)
    small = authors["small"][columns["author"]] == 1
    promises[small] |= np.uint64(1 << PROMISE_SMALL_CREATORS)
    known = columns["author"] < author_rank.size
    rank[:] = 0
    rank[known] = author_rank[columns["author"][known]]


def take(
    passed: Ints,
    index: Ints,
    rows: Rows,
    items: Records,
    kind: Codes,
    domain: NDArray[np.int16],
    source: Codes,
    chances: Chances,
    promises: Bits,
    rank: NDArray[np.int16],
    net: Ints,
    out_item: Rows,
    out_chances: Chances,
    out_promises: Bits,
    out_rank: NDArray[np.int16],
    out_author: Rows,
    out_topic: NDArray[np.int16],
    out_kind: Codes,
    out_domain: NDArray[np.int16],
    out_source: Codes,
    out_net: Ints,
) -> None:
    """Copy what the pool holds out of what passed; every `out_` has shape (pool, ...).

    Args:
        passed: Shape (passed,). Which candidate each is.
        index: Shape (pool,). Which of those passed, best net score first.
        rows: Shape (candidates,), as are kind, domain and source.
        items: Shape (items,) of `ITEM`.
        kind: `DomainKind`.
        domain: The domain's code.
        source: `Source`.
        chances: Shape (passed, outcomes); promises, rank and net have shape (passed,).
        promises: Bits of promises consumed.
        rank: Gini consumption.
        net: Net scores.
        out_item: Written, and so is every array that follows.
        out_chances: Shape (pool, outcomes).
        out_promises: Of the candidates in the pool.
        out_rank: The same.
        out_author: Author slots, not numbered yet.
        out_topic: The diversity key.
        out_kind: The domain's kind.
        out_domain: The domain's code.
        out_source: Where it came from.
        out_net: Net scores, not rising.
    """
    chosen = passed[index]
    columns = items[rows[chosen]]
    out_item[:], out_author[:], out_topic[:] = rows[chosen], columns["author"], columns["topic"]
    out_chances[:], out_promises[:], out_rank[:] = chances[index], promises[index], rank[index]
    out_kind[:], out_domain[:], out_source[:] = kind[chosen], domain[chosen], source[chosen]
    out_net[:] = net[index]


def number(authors: Rows, out: Rows) -> None:
    """Number groups from 0 in the order they first stand; shapes (pool,), which may be the same array."""
    seen: dict[int, int] = {}
    out[:] = [seen.setdefault(author, len(seen)) for author in authors.tolist()]


def reasons(
    net: Ints,
    index: Ints,
    author: Rows,
    topic: NDArray[np.int16],
    shown: Ints,
    explored: int,
    author_max: int,
    gap: int,
    out: Codes,
) -> None:
    """Give every candidate that stood in the contest its reason, 0 for those shown.

    Whoever ranks above the last that was shown for its score was kept away by something else: by the cap where its
    author holds that many slots, by the spacing where every lower slot lies too near another of its author's, by the
    cost of a repeated topic where its topic is shown.

    Args:
        net: Shape (candidates,).
        index: Shape (pool,). Which candidate each pool entry is.
        author: Shape (pool,). Numbered authors.
        topic: Shape (pool,).
        shown: Shape (filled,). Pool indices of the slate, first slot first.
        explored: The slot that chance filled, -1 for none: it was shown for no score.
        author_max: The most slots of one author this slate was held to.
        gap: The spacing it was held to.
        out: Shape (candidates,), written.
    """
    out[:] = np.where(net <= NET_NONE, int(DropReason.NOT_FINITE), int(DropReason.OUTBID))
    slate = shown.tolist()
    scored = [k for slot, k in enumerate(slate) if slot != explored]
    topics = {int(topic[k]) for k in slate} - {-1}
    for p, candidate in enumerate(index.tolist()):
        reason = DropReason.RUNNER_UP
        if p < max(scored, default=-1):
            own = [slot for slot, k in enumerate(slate) if author[k] == author[p]]
            lower = [slot for slot, k in enumerate(slate) if slot != explored and k > p]
            near = [any(0 < abs(slot - mine) <= gap for mine in own) for slot in lower]
            if len(own) >= author_max:
                reason = DropReason.AUTHOR_FULL
            elif all(near):
                reason = DropReason.TOO_CLOSE
            elif int(topic[p]) in topics:
                reason = DropReason.TOPIC_SHOWN
        out[candidate] = reason
    out[index[shown]] = DropReason.SHOWN


def account(
    value: Floats,
    index: Ints,
    shown: Ints,
    promises: Bits,
    rank: NDArray[np.int16],
    attention: Floats,
    chances_to: NDArray[np.uint8],
    used: Floats,
    chances: Floats,
    sums: Floats,
) -> None:
    """Add one slate to what the pricer will look at, slots weighed by attention.

    Args:
        value: Shape (candidates,), micros.
        index: Shape (pool,). Which candidate each pool entry is.
        shown: Shape (filled,). Pool indices of the slate.
        promises: Shape (pool,).
        rank: Shape (pool,).
        attention: Shape (slots,).
        chances_to: Shape (promises,). 1 where these slots could have consumed the promise.
        used: Shape (promises,), added to.
        chances: Shape (promises,), added to.
        sums: Shape (3,), added to: slots, value, value forgone.
    """
    weight = attention[: shown.size]
    total = float(weight.sum())
    got = float((weight * value[index[shown]]).sum())
    best = np.sort(value)[::-1][: shown.size]
    sums += (total, got, max(0.0, float((weight * best).sum()) - got))
    used[PROMISE_GINI] += float((weight * np.maximum(rank[shown], 0)).sum()) / 32767
    for bit in range(used.size):
        holds = (promises[shown] >> np.uint64(bit)) & np.uint64(1)
        used[bit] += float((weight * holds).sum())
        chances[bit] += total if chances_to[bit] else 0.0
