"""Which of the gathered ads come to the auction: plain twins of `contenders_kernel`, each function has the same name and signature."""

from typing import Any, Final, TypeAlias

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.features.layout import LABELS, STATES
from lodestone.traffic.decision import Chances, Rows
from lodestone.traffic.filters import MARK_BLOCKED, MARK_MUTED, MARK_REJECTED, Records
from lodestone.traffic.pool import number
from lodestone.traffic.prices import chances_of, values_from_codes

CUT_INTS: Final = 5
CUT_FLOATS: Final = 6
Columns: TypeAlias = tuple[Any, ...]
"""Bid in micros, place of what is bought, most that its chance counts for, pace, reserve in micros, campaign; shapes (ads,)."""
_LIVE = STATES.index("live")
_SHOW = LABELS.index("show")


def allow(
    ordinals: Rows,
    ads: Records,
    items: Records,
    marks: tuple[Any, ...],
    viewer: int,
    page: Rows,
    out: tuple[Rows, Rows, Rows],
) -> int:
    """Leave out ads whose item is not fit to be shown, that the viewer refused or owns, or whose author is on the page.

    Args:
        ordinals: Shape (gathered,).
        ads: Shape (ads,). `item` of each is read.
        items: Shape (items,) of `ITEM`.
        marks: Marks of items, marks of authors, epoch; see `Marks`.
        viewer: Person row, -1 for a stranger.
        page: Shape (posts,). Item rows of the organic slate.
        out: Shapes (gathered,), written: ordinals, item rows and author slots of those that are left.

    Returns:
        How many those are.
    """
    of_items, of_authors, epoch = marks
    there, base, count = set(items["author"][page].tolist()), epoch * 4, 0
    for ordinal in ordinals.tolist():
        row = int(ads["item"][ordinal])
        author = int(items["author"][row])
        refused = of_items[row] == base + MARK_REJECTED or of_authors[author] in (
            base + MARK_BLOCKED,
            base + MARK_MUTED,
        )
        own = viewer >= 0 and items["owner"][row] == viewer
        shown = items["state"][row] == _LIVE and items["label"][row] == _SHOW
        if shown and not refused and not own and author not in there:
            for column, value in zip(out, (ordinal, row, author), strict=True):
                column[count] = value
            count += 1
    return count


def offer(chances: Chances, columns: Columns, worths: Floats, action: Floats, user: Floats) -> None:
    """Write the chance of what each ad buys, and what seeing it is worth without what is paid.

    Args:
        chances: Shape (ads, outcomes), bfloat16 codes.
        columns: `Columns`; bought and most chance are read.
        worths: Shape (outcomes,), micros per unit of chance.
        action: Shape (ads,), written; 1 where the impression is bought.
        user: Shape (ads,), written, micros.
    """
    _, bought, most, *_ = columns
    values_from_codes(chances, worths, user)
    chance = chances_of(chances[np.arange(bought.size), np.maximum(bought, 0)])
    action[:] = np.where(bought >= 0, np.minimum(chance, most), 1.0)


def cut(
    ordinals: Rows,
    authors: Rows,
    chances: Chances,
    ads: Records,
    worths: Floats,
    payers: int,
    out: tuple[Ints, Floats],
) -> int:
    """Choose the ads of the payers that have most to offer: bid x chance x pace + user value; return how many.

    Args:
        ordinals: Shape (gathered,). Which of the ads each is.
        authors: Shape (gathered,). Whose each is.
        chances: Shape (gathered, outcomes), bfloat16 codes.
        ads: Shape (ads,). Bid, what is bought, the most its chance counts for, pace, reserve and campaign of each are read.
        worths: Shape (outcomes,).
        payers: The most payers that come.
        out: Shapes (`CUT_INTS`, gathered) and (`CUT_FLOATS`, gathered), written for each that comes: its place in `ordinals`,
            ascending, its author and its campaign, both numbered from 0 in the order they stand here, bid, and what is bought; the most
            its chance counts for, pace, reserve, what `offer` writes, and the price of what an appearance takes besides: 0.

    Returns:
        How many come.
    """
    mine = ads[ordinals]
    bid, pace, reserve, campaign = mine["bid"], mine["pace"], mine["reserve"], mine["campaign"]
    action, user = np.empty(ordinals.size), np.empty(ordinals.size)
    columns = (bid, mine["bought"], mine["most"], pace, reserve, campaign)
    offer(chances, columns, worths, action, user)
    pays = bid * action * pace
    worth = pays + user
    sound = (pays >= reserve) & np.isfinite(worth)
    chosen: list[int] = []
    taken: set[int] = set()
    for place in np.argsort(-np.where(sound, worth, -np.inf), kind="stable").tolist():
        payer = int(campaign[place])
        if sound[place] and (payer in taken or len(taken) < payers):
            taken.add(payer)
            chosen.append(place)
    chosen.sort()
    count = len(chosen)
    ints, floats = (
        (np.arange(ordinals.size), authors, campaign, bid, mine["bought"]),
        (mine["most"], pace, reserve, action, user, np.zeros(ordinals.size)),
    )
    for lines, kind in zip(out, (ints, floats), strict=True):
        for column, every in zip(lines, kind, strict=True):
            column[:count] = every[chosen]
    for names in out[0][1:3, :count]:
        number(names, names)
    return count
