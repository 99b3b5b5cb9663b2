"""What candidates consume, how a pool's authors are numbered, why the rest was not shown, what was served.

Plain twins of `pool_kernel`; each function there has the same name and signature.
"""

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.decision import Bits, Codes, DropReason, Rows
from lodestone.traffic.filters import Records
from lodestone.traffic.policy import (
    PROMISE_FIRST_IMPRESSIONS,
    PROMISE_GINI,
    PROMISE_LOCAL_SHARE,
    PROMISE_SMALL_CREATORS,
)
from lodestone.traffic.prices import NET_NONE


def consumed(
    items: Records, authors: Records, author_rank: NDArray[np.int16], rows: Rows, local: Codes,
    here: int, promises: Bits, rank: NDArray[np.int16],
) -> None:  # fmt: skip
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
    held = items[rows]
    promises[:] = held["promises"]
    promises[held["need"] > 0] |= np.uint64(1 << PROMISE_FIRST_IMPRESSIONS)
    if here:
        promises[local == 1] |= np.uint64(1 << PROMISE_LOCAL_SHARE)
    small = authors["small"][held["author"]] == 1
    promises[small] |= np.uint64(1 << PROMISE_SMALL_CREATORS)
    known = held["author"] < author_rank.size
    rank[:] = 0
    rank[known] = author_rank[held["author"][known]]


def number(authors: Rows, out: Rows) -> None:
    """Number groups from 0 in the order they first stand; shapes (pool,)."""
    seen: dict[int, int] = {}
    out[:] = [seen.setdefault(author, len(seen)) for author in authors.tolist()]


def reasons(net: Ints, index: Ints, author: Rows, shown: Ints, author_max: int, out: Codes) -> None:
    """Give every candidate that stood in the contest its reason, 0 for those shown.

    Args:
        net: Shape (candidates,).
        index: Shape (pool,). Which candidate each pool entry is.
        author: Shape (pool,). Numbered authors.
        shown: Shape (filled,). Pool indices of the slate.
        author_max: The most slots one author may hold.
        out: Shape (candidates,), written.
    """
    out[:] = np.where(net <= NET_NONE, int(DropReason.NOT_FINITE), int(DropReason.OUTBID))
    held = np.bincount(author[shown], minlength=author.size + 1)[author] if author.size else author
    told = np.full(author.size, int(DropReason.RUNNER_UP))
    if shown.size:
        better = np.arange(author.size) < shown.max()  # above the last shown: not for its net score
        told[better & (held > 0)] = DropReason.TOO_CLOSE
        told[better & (held >= author_max)] = DropReason.AUTHOR_FULL
        told[shown] = DropReason.SHOWN
    out[index] = told


def account(
    value: Floats, index: Ints, shown: Ints, promises: Bits, rank: NDArray[np.int16],
    attention: Floats, chances_to: NDArray[np.uint8], used: Floats, chances: Floats, sums: Floats,
) -> None:  # fmt: skip
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
