"""Choose the best of the ads that fit: plain twins of `select_kernel`, each function there has the same name and signature.

What fits is a bitmap: one bit for each ordinal, 64 to a word, the lowest bit first.
"""

from collections.abc import Iterator
from math import isnan
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.geo import distance_km
from lodestone.features.ads.ad import Who
from lodestone.features.ads.matching import CAMPAIGN_MAX
from lodestone.features.selling_range import SellingRange, reaches

Bitmap: TypeAlias = NDArray[np.uint64]
Ordinals: TypeAlias = NDArray[np.int32]
Points: TypeAlias = tuple[float, float, float, float]
ROW: Final = np.dtype(
    [
        ("bound", np.float64),  # the most an impression is worth to its payer, micros
        ("campaign", np.int32),
        ("circle", np.int32),  # its first circle
        ("circles", np.int32),  # how many it has
        ("sold", np.int32),  # how many circles of where it is sold stand behind them
        ("item", np.int32),  # item row
        ("bid", np.int64),  # micros
        ("most", np.float64),  # its chance counts for no more
        ("pace", np.float64),  # the share of the bid that enters
        ("reserve", np.float64),  # the least for a seen impression, micros
        ("bought", np.int8),  # place in `OUTCOMES`, -1 an impression
    ],
    align=True,
)
"""What a decision reads of an ad, together, so that it costs one cache miss."""


def set_bits(bitmap: Bitmap, ordinals: Ordinals) -> None:
    """Set the bits of some ads.

    Args:
        bitmap: Shape (words,), written.
        ordinals: Shape (ads,).
    """
    for ordinal in ordinals.tolist():
        bitmap[ordinal >> 6] |= np.uint64(1 << (ordinal & 63))


def best(
    fit: NDArray[np.uint64],
    lists: tuple[Ordinals, Ints],
    order: Ordinals,
    rows: NDArray[np.void],
    where: tuple[Floats, Points],
    tired: Ordinals,
    out: Ordinals,
) -> int:
    """Write the best ads that fit, of each campaign at most `CAMPAIGN_MAX`; return how many.

    Args:
        fit: Shape (bitmaps, words). Which may be shown now, and which each kind of targeting lets through; circles by their
            cells alone. Written: what `lists` adds.
        lists: Ads that a kind of targeting lets through besides, those of one kind behind those of another, and where those of each
            kind end, shape (bitmaps - 1,).
        order: Shape (live,). Ordinals by falling bound, ties by ordinal.
        rows: Shape (ads,) of `ROW`.
        where: Latitude, longitude, radius in kilometres and `Who` of each circle (behind an ad's own those of `sold_rows`), shape
            (circles, 4), measured for those that the cells let through; latitude and longitude where the viewer is, then of their home, NaN unknown.
        tired: Shape (campaigns,). Campaigns that may not come.
        out: Shape (the most,), written with ordinals, best first.
    """
    del order  # only a quicker way to the same
    (listed, until), (circles, points) = lists, where
    bound, campaign, since = rows["bound"], rows["campaign"], 0
    for bitmap, end in zip(fit[1:], until.tolist(), strict=True):
        set_bits(bitmap, listed[since:end])
        since = end
    passing = np.bitwise_and.reduce(fit, axis=0)
    fitting = [
        n
        for n in _ordinals(passing)
        if _inside(rows[n], circles, points) and _is_sold(rows[n], circles, points)
    ]
    fitting.sort(key=lambda n: (-bound[n], n))
    taken: dict[int, int] = {}
    count = 0
    for ordinal in fitting:
        payer = int(campaign[ordinal])
        if payer in tired or taken.get(payer, 0) == CAMPAIGN_MAX or count == out.size:
            continue
        taken[payer] = taken.get(payer, 0) + 1
        out[count] = ordinal
        count += 1
    return count


def _ordinals(bitmap: Bitmap) -> Iterator[int]:
    for place, word in enumerate(bitmap.tolist()):
        while word:
            low = word & -word
            yield (place << 6) + low.bit_length() - 1
            word ^= low  # noqa: PLW2901


def _inside(row: Any, circles: Floats, points: Points) -> bool:
    if not row["circles"]:
        return True
    here, home = points[:2], points[2:]
    mine = circles[row["circle"] : row["circle"] + row["circles"]].tolist()
    return any(
        who != other
        and not isnan(point[0])
        and distance_km(point[0], point[1], latitude, longitude) <= radius
        for latitude, longitude, radius, who in mine
        for point, other in ((here, Who.RESIDENT), (home, Who.PRESENT))
    )


def sold_rows(sold: tuple[SellingRange, ...]) -> list[tuple[float, float, float, float]]:
    """Return where something is sold as circles of the index: the fourth number says of which range, and whom it lets buy."""
    return [
        (*circle, 4.0 * n + 2.0 * at.delivers + at.stands)
        for n, at in enumerate(sold)
        for circle in at.circles
    ]


def _is_sold(row: Any, circles: Floats, points: Points) -> bool:
    """Say whether what an ad sells is sold to whoever asks, see `selling_range.reaches`."""
    ranges: dict[int, list[list[float]]] = {}
    first = row["circle"] + row["circles"]
    for *circle, code in circles[first : first + row["sold"]].tolist():
        ranges.setdefault(int(code), []).append(circle)
    here, home = (None if isnan(point[0]) else point for point in (points[:2], points[2:]))
    return all(
        reaches(
            SellingRange(tuple((at, east, km) for at, east, km in mine), bool(code & 1), bool(code & 2)),
            here, home,
        )
        for code, mine in ranges.items()
    )  # fmt: skip
