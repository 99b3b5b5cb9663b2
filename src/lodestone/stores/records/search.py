"""Searching people and items row by row, in SQL. See `search_port.SearchRecords`."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select

from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items import item_record, owner_key, with_owner
from lodestone.stores.records.items_write import DOC
from lodestone.stores.records.people import person_record, with_keys
from lodestone.stores.records.schema import ITEMS, PERSON_KEYS
from lodestone.stores.records.search_port import Searched
from lodestone.stores.records.types import ItemRecord, PersonRecord
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import Scope

_READ: Final = 1_000
"""Rows of one transaction, so that no reader stays long."""
Match = TypeVar("Match")


class _Words(msgspec.Struct):
    """What an item says: the part of its document that is searched, which alone is decoded."""

    text: str = ""
    tags: tuple[str, ...] = ()


_WORDS: Final = msgspec.msgpack.Decoder(_Words)


class SqlSearch(RecordsBase):
    """See `SearchRecords`."""

    def search_people(
        self, community: str, words: Sequence[str], *, limit: int, most: int
    ) -> Searched[PersonRecord]:
        """See `SearchRecords.search_people`."""

        def matching(row: Any) -> PersonRecord | None:
            person = person_record(row)
            return person if holds(words, person.id, person.given.name) else None

        return self._search(community, with_keys, PERSON_KEYS.c.slot, matching, (limit, most))

    def search_items(
        self, community: str, words: Sequence[str], *, limit: int, most: int
    ) -> Searched[ItemRecord]:
        """See `SearchRecords.search_items`."""
        seals: dict[int, Seal] = {}

        def matching(row: Any) -> int | None:
            seal = seals.get(row.owner) or seals.setdefault(row.owner, Seal(row.key))
            said = _WORDS.decode(seal.open(row.doc, what=DOC))
            place: int = row.row
            return place if holds(words, row.id, said.text, *said.tags) else None

        searched = self._search(community, _items, ITEMS.c.row, matching, (limit, most))
        with self._reading(community) as scope:
            query = with_owner(scope).where(ITEMS.c.row.in_(searched.matches))
            items = [item_record(row) for row in scope.fetch(query.order_by(ITEMS.c.row.desc()))]
        return Searched(tuple(items), searched.looked, searched.whole)

    def _search(
        self,
        community: str,
        select: Callable[[Scope], Select[Any]],
        number: ColumnElement[int],
        matching: Callable[[Any], Match | None],
        bounds: tuple[int, int],
    ) -> Searched[Match]:
        """Walk rows from the highest number down, until enough match or enough were looked at."""
        limit, most = bounds
        matches: list[Match] = []
        looked, before = 0, None
        while looked < most:
            with self._reading(community) as scope:
                query = select(scope).add_columns(number.label("place"))
                if before is not None:
                    query = query.where(number < before)
                rows = scope.fetch(query.order_by(number.desc()).limit(min(_READ, most - looked)))
            for row in rows:
                looked, before = looked + 1, row.place
                match = matching(row)
                if match is not None:
                    matches.append(match)
                    if len(matches) == limit:
                        return Searched(tuple(matches), looked, whole=False)
            if len(rows) < _READ:
                return Searched(tuple(matches), looked, whole=looked < most or not rows)
        return Searched(tuple(matches), looked, whole=False)


def _items(scope: Scope) -> Select[Any]:
    """Select of items what is searched, beside their owners' keys."""
    columns = (ITEMS.c.row, ITEMS.c.id, ITEMS.c.owner, ITEMS.c.doc, PERSON_KEYS.c.key)
    return scope.select(ITEMS, *columns).join_from(ITEMS, PERSON_KEYS, owner_key())


def holds(words: Sequence[str], *texts: str) -> bool:
    """Say whether every word stands somewhere in some texts, in whichever letters.

    >>> holds(["TEA", "pot"], "a tea pot"), holds(["tea", "cup"], "a tea pot", "x")
    (True, False)
    """
    whole = "\n".join(texts).casefold()
    return all(word.casefold() in whole for word in words)
