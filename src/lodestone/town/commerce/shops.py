"""What shops are and sell, and what becomes of an order: drawn from the town's streams, written as an app would.

Beside `payloads.py` this is the one file whose words leave the town. How good a shop's goods are decides who wants
their money back, and stays behind.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.town.commerce.wares import Ware, drawn_ware
from lodestone.town.payloads import Json, place
from lodestone.town.people.rhythm import STEPS
from lodestone.town.people.topics import GIVEN, QUARTERS, SHOPS, SURNAMES
from lodestone.town.presentation import Presentation
from lodestone.town.truth import ORDINARY, Makers, Truth

RADIUS_KM: Final = 10.0
_ROOM_DAYS: Final = 60
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SERVES_FROM, _SERVES_UNTIL = 20, 38
"""Steps of the day in which people are served: ten in the morning to seven in the evening."""
_ZONE: Final = timedelta(hours=8)


def town_date(at: Instant, days: int = 0) -> str:
    """Write the town's date of an instant, so many days later.

    >>> town_date(Instant(1_772_380_800_000_000), 1)
    '2026-03-03'
    """
    return str(
        (datetime.fromtimestamp(at / SECOND_MICROS, UTC) + _ZONE).date() + timedelta(days=days)
    )


def shop_id(maker: int) -> str:
    """Name a maker's shop."""
    return f"s{maker}"


def shop(streams: Streams, truth: Truth, maker: int) -> Json:
    """Write a shop: at home with its owner, open until late, as county towns' are, within the usual ten kilometres."""
    chance = streams.of("shop", maker)
    people, person = truth.people, int(truth.makers.person[maker])
    name = SHOPS[int(chance.integers(len(SHOPS)))][0]
    opens, closes = int(chance.integers(6, 10)), int(chance.integers(21, 24))
    rests = int(chance.integers(0, 14))
    return {
        "owner_id": f"p{person}",
        "radius_km": RADIUS_KM,
        "categories": [name],
        "hold_share": 1.0,
        "name": f"{QUARTERS[int(people.quarter[person])][0]}{SURNAMES[int(chance.integers(len(SURNAMES)))]}家{name}",
        "position": place(people.latitude[person], people.longitude[person]),
        "hours": [
            {"day": day, "opens": f"{opens:02}:00", "closes": f"{closes:02}:00"}
            for number, day in enumerate(_WEEK)
            if number != rests
        ],
    }


def clerk(streams: Streams, truth: Truth, maker: int) -> int:
    """Draw who serves at a shop beside its owner: a grown-up of the town."""
    people = truth.people
    grown = people.resident & (people.kind == ORDINARY) & ~people.minor
    rows = np.flatnonzero(grown)
    rows = rows[rows != truth.makers.person[maker]]
    return int(rows[int(streams.of("clerk", maker).integers(rows.size))])


class Wares:
    """What the shops of one town sell.

    Args:
        streams: The town's chance.
        shown: How the town is shown.
    """

    def __init__(self, streams: Streams, shown: Presentation) -> None:
        self._streams = streams
        self._shown = shown

    def of(self, truth: Truth, post: int) -> Ware:
        """Return what a product is; the same whenever it is asked."""
        return self._shown.ware(drawn_ware(self._streams, truth, post), truth, post)


def product(given: Ware, post: Json, maker: int, offered: list[int], at: Instant) -> Json:
    """Write a product.

    Args:
        given: What it is.
        post: The body of its post.
        maker: Whose shop sells it.
        offered: Units by variant, those sold included; not read where variants share them.
        at: When it was posted; its dates begin on that day.
    """
    stock: list[Json] = [{"stock": units} for units in offered]
    if given.shared:
        stock = [{"stock_item": stock_item(post["id"])} for _ in given.micros]
    elif given.dated:
        stock = [{"dates": {town_date(at, day): given.level[0] for day in range(_ROOM_DAYS)}}]
    return {
        "shop_id": shop_id(maker),
        "name": given.name,
        "text": post["text"],
        "tags": post["tags"],
        "channels": post["channels"],
        "language": post["language"],
        "fulfilment": list(given.ways),
        "commission_share": given.share,
        "voucher": {"count": given.times, "valid_days": given.valid_days},
        "variants": [
            {
                "id": f"v{size}",
                "name": ("小份", "大份")[size],
                "price": money(given.micros[size]),
                **stock[size],
            }
            for size in range(len(given.micros))
        ],
    }


def stock_item(product_id: str) -> str:
    """Name the stock that a product's variants share."""
    return f"k{product_id}"


def money(micros: int) -> Json:
    """Write an amount."""
    return {"micros": micros, "currency": "CNY"}


@dataclass(frozen=True, slots=True)
class Basket:
    """What a buyer takes."""

    lines: tuple[Json, ...]
    """Without their product."""
    way: str
    micros: int
    days: int
    """In how many days it is for, -1 where it has no date."""


def basket(chance: np.random.Generator, given: Ware, at: Instant) -> Basket:
    """Draw what a buyer takes."""
    way = given.ways[int(chance.random() < 0.3) % len(given.ways)]
    sizes = [int(chance.integers(len(given.micros)))]
    if given.shared and chance.random() < 0.5:
        sizes = [0, 1]
    days = int(chance.integers(1, 6)) if given.dated else -1
    date = {"date": town_date(at, days)} if given.dated else {}
    drawn = chance.random(len(sizes))
    quantity = [1 + int(one < 0.2) + int(one < 0.05) for one in drawn.tolist()]
    lines = tuple(
        {"variant_id": f"v{size}", "quantity": units, **date}
        for size, units in zip(sizes, quantity, strict=True)
    )
    total = sum(units * given.micros[size] for size, units in zip(sizes, quantity, strict=True))
    return Basket(lines, way, total, days)


def address(streams: Streams, truth: Truth, person: int) -> Json:
    """Write where something is brought: home."""
    chance = streams.of("address", person)
    people = truth.people
    name = SURNAMES[int(chance.integers(len(SURNAMES)))] + GIVEN[int(chance.integers(len(GIVEN)))]
    quarter = QUARTERS[int(people.quarter[person])][0]
    return {
        "text": f"{quarter}{int(chance.integers(1, 200))}号",
        "name": name,
        "position": place(people.latitude[person], people.longitude[person]),
    }


@dataclass(frozen=True, slots=True)
class Fate:
    """What a buyer will do with an order."""

    pays: bool
    gives_up: bool
    """Cancels what they do not pay, at once; else it lapses."""
    cancels: bool
    """Once paid, before it is handed over."""
    comes: bool
    """Else they never come for it."""
    wait: int
    """Steps until they do."""
    twice: bool
    """The till's answer is lost on its way and asked for again, under the same request id."""
    slips: bool
    """The clerk redeems by mistake, takes it back and redeems anew."""
    back: float
    """The part of the money they want back once they have it; 0 for none, 1 for all."""


def fate(chance: np.random.Generator, makers: Makers, maker: int, *, leaves: float) -> Fate:
    """Draw what becomes of an order. Bad goods come back: of the worst every third.

    Args:
        chance: The order's own stream.
        makers: Of the town.
        maker: Whose shop it is of.
        leaves: Chance that it is not paid.
    """
    drawn = chance.random(8)
    sorry = drawn[6] < 0.35 * (1 - float(makers.goods[maker]))
    whole = drawn[7] < 0.4
    return Fate(
        pays=bool(drawn[0] >= leaves),
        gives_up=bool(drawn[1] < 0.5),
        cancels=bool(drawn[2] < 0.06),
        comes=bool(drawn[3] >= 0.05),
        wait=1 + int(chance.gamma(1.3, 20.0)),
        twice=bool(drawn[4] < 0.15),
        slips=bool(drawn[5] < 0.08),
        back=(1.0 if whole else 0.2 + 0.5 * float(chance.random())) if sorry else 0.0,
    )


def served_from(step: int) -> int:
    """Return the first step from one on in which people are served; both counted from the first day on.

    >>> served_from(47), served_from(48 + 19), served_from(48 + 25), served_from(48 + 38)
    (68, 68, 73, 116)
    """
    day, of_day = divmod(step, STEPS)
    if of_day >= _SERVES_UNTIL:
        day, of_day = day + 1, 0
    return day * STEPS + max(of_day, _SERVES_FROM)


def room(post: Json, product_id: str) -> Json:
    """Write the live room that a post is, with what is sold in it pinned on top; its state comes besides."""
    body: Json = {
        "owner_id": post["author_id"],
        "title": post["text"][:60],
        "language": post["language"],
        "tags": post["tags"],
        "channels": post["channels"],
        "products": [product_id],
        "silence_seconds": 7_200,
    }
    if "position" in post:
        body["position"] = post["position"]
    return body
