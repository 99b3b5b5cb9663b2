"""The operator's search: people, posts and shops by name, words or id; orders and receipts by their ids.

It asks the records and opens rows one by one, since names and words are encrypted: call it in a thread for long work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.base.errors import UnknownError
from lodestone.services.commerce.order_lists import OrderLists
from lodestone.services.support.ids import ORDER, PREFIX, receipt_sequence
from lodestone.stores.commerce.types import ShopRecord
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records
from lodestone.stores.records.search_port import Searched
from lodestone.stores.records.types import ItemRecord, PersonRecord

MATCHES: Final = 20
"""Matches of a kind."""
LOOKED_MAX: Final = 20_000
"""People, and posts, that one search looks at, the newest first."""
SHOPS_MAX: Final = 2_000
QUERY_MAX: Final = 128
_WORDS_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search came upon."""

    people: Searched[PersonRecord]
    items: Searched[ItemRecord]
    shops: tuple[ShopRecord, ...]
    order_id: str | None
    receipt_id: str | None


NOTHING: Final = Hits(Searched((), 0, whole=True), Searched((), 0, whole=True), (), None, None)


class Search:
    """Searches one community."""

    def __init__(
        self, records: Records, log: Log, orders: OrderLists, community: tuple[str, bytes]
    ) -> None:
        """Take where to look; `community` is its id and its secret, by which ids made here are known."""
        self._records, self._log, self._orders = records, log, orders
        self._id, self._secret = community

    def find(self, query: str, *, orders: bool) -> Hits:
        """Search for words, all of which must stand in what is found.

        Args:
            query: At most `QUERY_MAX` characters; nothing finds nothing.
            orders: Whoever asks may read orders.
        """
        words = query[:QUERY_MAX].split()[:_WORDS_MAX]
        if not words:
            return NOTHING
        if len(words) == 1 and words[0].startswith((ORDER, PREFIX)):
            return self._made(words[0], orders=orders)
        bounds = {"limit": MATCHES, "most": LOOKED_MAX}
        return Hits(
            self._records.search_people(self._id, words, **bounds),
            self._records.search_items(self._id, words, **bounds),
            self._shops(words), None, None,
        )  # fmt: skip

    def _made(self, name: str, *, orders: bool) -> Hits:
        """Look up an id that was made here."""
        order = receipt = None
        if name.startswith(ORDER) and orders:
            try:
                order = self._orders.order(name).id
            except UnknownError:
                order = None
        elif name.startswith(PREFIX):
            sequence = receipt_sequence(self._secret, name)
            stored = None if sequence is None else self._log.receipt(sequence)
            receipt = None if stored is None else name
        return Hits(NOTHING.people, NOTHING.items, (), order, receipt)

    def _shops(self, words: Sequence[str]) -> tuple[ShopRecord, ...]:
        shops = self._records.shops(self._id, limit=SHOPS_MAX)
        named = (shop for shop in shops if _holds(words, f"{shop.id}\n{shop.given.name}"))
        return tuple(named)[:MATCHES]


def _holds(words: Sequence[str], text: str) -> bool:
    whole = text.casefold()
    return all(word.casefold() in whole for word in words)
