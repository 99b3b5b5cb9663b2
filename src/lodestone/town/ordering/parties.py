"""Who orders and who makes to order in the town, and what only they know: true prices, reliability, and how some cheat.

Nothing here is ever sent; what is asked of the engine is in `desk.py`.
"""

from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.money import MICROS_IN_ONE
from lodestone.town.advertising.advertisers import advertising
from lodestone.town.ordering.state import Brief, Creator
from lodestone.town.truth import ORDINARY, Truth

CHEATS: Final = ("friends", "withdraws", "late")
"""Lets friends play what was ordered every day; withdraws it once it was seen; never keeps a deadline."""
_CHEAT_CHANCES: Final = (0.12, 0.08, 0.08)
_TAKES_ORDERS: Final = 0.5
"""Chance that a maker without a shop takes orders."""
_ORDERS: Final = 0.5
"""Chance that a shop orders from creators."""
_LATE: Final = 0.08
"""Chance that anybody else misses a deadline."""
_FIXED_YUAN, _CPM_YUAN = 12.0, 35.0
"""Medians of what a film and 1,000 plays are worth to whoever makes them."""
_SPREAD: Final = 0.4
_KINDS: Final = ("fixed", "cpm", "cpa", "cps")
_KIND_CHANCES: Final = (0.35, 0.35, 0.15, 0.15)
FEN: Final = 10_000
"""The smallest coin, micros."""
EVERY_DAYS: Final = 6
"""An advertiser writes a brief so often."""
DEADLINE_DAYS: Final = 6
FRIENDS: Final = 4


def _fen(yuan: float) -> int:
    return max(1, round(yuan * MICROS_IN_ONE / FEN)) * FEN


def _makers(truth: Truth) -> np.ndarray:
    makers, people = truth.makers, truth.people
    here = people.resident[makers.person] & (people.kind[makers.person] == ORDINARY)
    here &= ~people.minor[makers.person] & (makers.ended < 0) & ~people.gone[makers.person]
    there: np.ndarray = np.flatnonzero(here)
    return there


def creators(streams: Streams, truth: Truth) -> list[int]:
    """Return the makers who take orders by now, ascending: grown up, without a shop or ads of their own."""
    advertise = set(advertising(streams, truth))
    return [
        maker
        for maker in _makers(truth).tolist()
        if not truth.makers.shop[maker]
        and maker not in advertise
        and streams.of("takes orders", maker).random() < _TAKES_ORDERS
    ]


def creator(streams: Streams, maker: int) -> Creator:
    """Draw what a creator is in truth; the same whenever it is asked."""
    chance = streams.of("creator", maker)
    spread = np.exp(_SPREAD * chance.normal(0, 1, 3))
    cheat = chance.choice(("", *CHEATS), p=(1 - sum(_CHEAT_CHANCES), *_CHEAT_CHANCES))
    return Creator(
        maker=maker,
        least_fixed=_fen(_FIXED_YUAN * float(spread[0])),
        least_cpm=_fen(_CPM_YUAN * float(spread[1])),
        least_share=round(min(0.5, 0.05 * float(spread[2])), 3),
        late=1.0 if cheat == "late" else _LATE,
        cheat=str(cheat),
    )


def ordering(streams: Streams, truth: Truth, shops: frozenset[int]) -> list[int]:
    """Return the makers of approved shops who order from creators, ascending."""
    return [
        maker
        for maker in _makers(truth).tolist()
        if maker in shops and streams.of("orders films", maker).random() < _ORDERS
    ]


def brief(streams: Streams, maker: int, number: int, day: int, product: int) -> Brief:
    """Draw what an advertiser's next brief says; the same whenever it is asked.

    Args:
        streams: The town's chance.
        maker: Whose it is.
        number: How many it has written before.
        day: Today.
        product: The post of what it sells.
    """
    chance = streams.of("brief", maker, number)
    kind = str(chance.choice(_KINDS, p=_KIND_CHANCES))
    spread = float(np.exp(_SPREAD * chance.normal()))
    price = {"fixed": 18.0, "cpm": 55.0, "cpa": 2.0, "cps": 0.0}[kind] * spread
    fixed = kind == "fixed"
    return Brief(
        name=f"b{maker}-{number}",
        advertiser=maker,
        number=number,
        kind=kind,
        price=_fen(price) if price else 0,
        share=round(min(0.3, 0.1 * spread), 3) if kind == "cps" else 0.0,
        floor=_fen(price / 2) if fixed else _fen(1.0),
        cap=_fen(price * 1.5) if fixed else _fen(20.0),
        product=product,
        made=day,
    )


def bid(given: Creator, wanted: Brief) -> int | None:
    """Return what a creator bids on a brief, 0 for its own terms, None where they would not do it.

    Of a fixed price they name a fifth more than what it is worth to them.
    """
    if wanted.kind == "fixed":
        price = round(given.least_fixed * 1.2 / FEN) * FEN
        return max(price, wanted.floor) if price <= wanted.cap else None
    if wanted.kind == "cpm":
        return 0 if wanted.price >= given.least_cpm else None
    return 0 if wanted.kind == "cpa" or wanted.share >= given.least_share else None


def friends(streams: Streams, truth: Truth, maker: int) -> list[int]:
    """Return the people whom a creator asks to play what was ordered."""
    people = truth.people
    grown = (people.kind == ORDINARY) & people.resident & ~people.minor
    grown[truth.makers.person] = False
    rows = np.flatnonzero(grown)
    chosen: list[int] = streams.of("friends", maker).choice(rows, FRIENDS, replace=False).tolist()
    return chosen
