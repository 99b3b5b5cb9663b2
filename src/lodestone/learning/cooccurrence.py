"""Item-to-item lists by co-occurrence: which items the same people took to.

    W = D_i^-a X^T D_u^-1 X D_j^-b

with X the people's deeds, D_u what each person did in all, D_i how many took to an item: from item i to item j. The
normalised product is the low-pass filter of GF-CF (Shen et al., "How Powerful is Graph Convolution for
Recommendation?", 2021) without its singular vectors, with free exponents instead of halves.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints

FROM: Final = 0.2
"""Exponent of the item that a person took to already."""
TO: Final = 0.6
"""Exponent of the item recommended: what everybody took to says less."""
NEIGHBOURS: Final = 200


def neighbours(
    start: Ints,
    item: NDArray[np.int32],
    weight: NDArray[np.float32],
    by_start: Ints,
    by_person: Ints,
    by_weight: NDArray[np.float32],
    from_exponent: float,
    to_exponent: float,
    near: NDArray[np.int32],
    value: NDArray[np.float32],
) -> None:
    """Write every item's neighbours, best first; twin of the kernel.

    Args:
        start: Shape (people + 1,). Where each person's deeds begin.
        item: Shape (deeds,). Item rows by person.
        weight: Shape (deeds,). Above 0.
        by_start: Shape (items + 1,). Where each item's deeds begin.
        by_person: Shape (deeds,). Person indexes by item.
        by_weight: Shape (deeds,).
        from_exponent: Of the item that has the list.
        to_exponent: Of the neighbour.
        near: Shape (items, neighbours), written: item rows, -1 padded. Never the item itself.
        value: Shape (items, neighbours), written: above 0, 0 padded; equal ones stand by row.
    """
    items, people = by_start.size - 1, start.size - 1
    assert by_person.size == by_weight.size
    deeds = np.zeros((people, items))
    deeds[np.repeat(np.arange(people), np.diff(start)), item] = weight
    each = np.maximum(deeds.sum(axis=1), 1e-9)
    took = np.maximum(np.diff(by_start).astype(np.float64), 1.0)
    product = took[:, None] ** -from_exponent * ((deeds / each[:, None]).T @ deeds)
    product *= took[None, :] ** -to_exponent
    np.fill_diagonal(product, 0.0)
    best(product.astype(np.float32), near, value)


def best(product: NDArray[np.float32], near: NDArray[np.int32], value: NDArray[np.float32]) -> None:
    """Write each row's highest values above 0, equal ones by column."""
    near[:], value[:] = -1, 0.0
    for row in range(product.shape[0]):
        order = np.argsort(-product[row], kind="stable")[: near.shape[1]]
        order = order[product[row, order] > 0]
        near[row, : order.size], value[row, : order.size] = order, product[row, order]


def by_item(owner: Ints, item: NDArray[np.int32], items: int) -> tuple[Ints, Ints]:
    """Return (where each item's deeds begin, the deeds in the order of items)."""
    order = np.argsort(item, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(item, minlength=items))]).astype(np.int64)
    assert owner.size == item.size
    return start, order
