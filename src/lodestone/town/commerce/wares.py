"""What stands behind a product's card: its name, price, sizes and the ways it is sold, drawn from the town's streams."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.town.people.topics import SHOPS, TOPICS, Topic
from lodestone.town.truth import Truth

TENTH: Final = 100_000
"""A tenth of a yuan, in micros: no price and no refund is finer."""
REDEEM, PICKUP, DELIVERY = "redeem", "pickup", "delivery"
WAYS: Final = ((REDEEM,), (PICKUP, DELIVERY), (DELIVERY, PICKUP))
_WAY_CHANCES: Final = (0.45, 0.35, 0.2)
_ROOMS: Final = "古寨"
"""Beds for the night go by the date."""
_SHARES: Final = (0.03, 1 / 30, 0.05, 0.08)
"""The house's part; a thirtieth leaves a remainder of nearly every price."""


@dataclass(frozen=True, slots=True)
class Ware:
    """What stands behind a product's card."""

    name: str
    ways: tuple[str, ...]
    micros: tuple[int, ...]
    """Price by variant; shape (variants,)."""
    level: tuple[int, ...]
    """Units to which stock is filled up in the morning; of what variants share, the first."""
    shared: bool
    """Whether all variants take from one stock item."""
    dated: bool
    times: int
    """How often one unit may be redeemed."""
    valid_days: int
    share: float

    @property
    def plain(self) -> bool:
        """Say whether its variants have stock of their own, as a sale needs it."""
        return not self.shared and not self.dated


def drawn_ware(streams: Streams, truth: Truth, post: int) -> Ware:
    """Draw what a product is; the same whenever it is asked."""
    chance = streams.of("ware", post)
    topic = TOPICS[int(truth.posts.topic[post])]
    dated = topic.tag == _ROOMS
    ways = WAYS[0] if dated else WAYS[int(chance.choice(len(WAYS), p=_WAY_CHANCES))]
    sizes = 1 if dated else 1 + int(chance.random() < 0.35)
    first = int(chance.integers(60, 1_500))
    card = ways == WAYS[0] and not dated and chance.random() < 0.2
    return Ware(
        name=_name(chance, topic, card=card),
        ways=ways,
        micros=tuple(TENTH * round(first * (1 + 0.8 * size)) for size in range(sizes)),
        level=tuple(int(chance.integers(2, 13)) for _ in range(sizes)),
        shared=sizes > 1 and chance.random() < 0.4,
        dated=dated,
        times=5 if card else 1,
        valid_days=int(chance.choice([5, 14, 30])),
        share=float(chance.choice(_SHARES)),
    )


def _name(chance: np.random.Generator, topic: Topic, *, card: bool) -> str:
    sold = next((goods.split() for _, tag, goods in SHOPS if tag == topic.tag), ["本地特产一份"])
    name = sold[int(chance.integers(len(sold)))]
    return f"{name}（五次卡）" if card else name
