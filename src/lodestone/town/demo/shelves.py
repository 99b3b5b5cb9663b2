"""What each kind of shop of the demo sells, how it is drawn and what is said of it."""

from dataclasses import dataclass
from typing import Final

from lodestone.town.commerce.wares import DELIVERY, PICKUP, REDEEM
from lodestone.town.demo.matters import Both, Subject, both, lines_of, subject_of
from lodestone.town.demo.words.goods import GOODS, OFFERS

_WAYS: Final = {
    "eat": (REDEEM, PICKUP),
    "take": (REDEEM, PICKUP, DELIVERY),
    "do": (REDEEM,),
    "come": (DELIVERY, REDEEM),
}


@dataclass(frozen=True, slots=True)
class Good:
    """One thing a shop sells."""

    subject: Subject
    yuan: tuple[int, ...]
    """Price by size."""
    way: str
    """How it is sold: `eat`, `take`, `do` or `come`."""
    times: int
    """How often one unit may be redeemed."""
    nightly: bool
    """Sold by the date."""

    @property
    def ways(self) -> tuple[str, ...]:
        """Return the ways it reaches a buyer."""
        return _WAYS[self.way]


@dataclass(frozen=True, slots=True)
class ShopKind:
    """One kind of shop."""

    tag: str
    """Of the topic that its goods belong to."""
    name: Both
    goods: tuple[Good, ...]


def _good(line: str) -> Good:
    zh, en, drawn, sold = (part.strip() for part in line.split("|"))
    price, way, *more = sold.split()
    options = dict(word.split("=") for word in more if "=" in word)
    prices = (int(price), int(options["large"])) if "large" in options else (int(price),)
    subject = subject_of(Both(zh, en), drawn)
    return Good(subject, prices, way, int(options.get("times", 1)), "nightly" in more)


def _kinds() -> tuple[ShopKind, ...]:
    shelves: list[tuple[str, Both, list[Good]]] = []
    for line in lines_of(GOODS):
        if "|" in line:
            shelves[-1][2].append(_good(line))
        else:
            tag, zh, en = line.split(" ", 2)
            shelves.append((tag, Both(zh, en), []))
    return tuple(ShopKind(tag, name, tuple(goods)) for tag, name, goods in shelves)


SHOP_KINDS: Final = _kinds()
OFFERED: Final[dict[str, tuple[Both, ...]]] = {
    way: tuple(both(line.removeprefix(way)) for line in lines_of(OFFERS) if line.startswith(f"{way} "))
    for way in _WAYS
}  # fmt: skip
"""What is said of goods, by how they are sold."""
