"""From the app's names to the engine's numbers and back, for one community, in memory."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.events.facts import SURFACES
from lodestone.features.grow import grown
from lodestone.features.names import NameCache


class Directory:
    """Rows of people and items by the app's id; codes of domains, tags, languages and surfaces.

    A person's id lives here and in their record, nowhere else; `erase` forgets it.
    """

    def __init__(self) -> None:
        self.people: dict[str, int] = {}
        self.items: dict[str, int] = {}
        self.person_ids: list[str | None] = []
        self.item_ids: list[str | None] = []
        self.domain_codes: dict[str, int] = {}
        self.tag_codes: dict[str, int] = {}
        self.language_codes: dict[str, int] = {}
        self._ordinals: list[int] = []
        self._ordinal_column = np.zeros(1024, np.int64)
        self._people_cache, self._items_cache = NameCache(self.people), NameCache(self.items)
        self._row_of_ordinal: dict[int, int] = {}
        self._keys: dict[int, bytes] = {}
        self._domain_ids: dict[int, str] = {}
        self._surfaces = {name: code for code, name in enumerate(SURFACES)}

    def add_person(self, ordinal: int, person_id: str | None, key: bytes | None) -> int:
        """Give a person the next row, or refresh the one they have; None for one since erased."""
        row = self._row_of_ordinal.get(ordinal)
        if row is None:
            row = len(self.person_ids)
            self._row_of_ordinal[ordinal] = row
            self._ordinals.append(ordinal)
            self._ordinal_column = grown(self._ordinal_column, row + 1)
            self._ordinal_column[row] = ordinal
            self.person_ids.append(None)
        if person_id is not None:
            if self.people.get(person_id, row) != row:
                self._people_cache.drop(person_id)
            self.person_ids[row] = person_id
            self.people[person_id] = row
        if key is not None:
            self._keys[row] = key
        return row

    def add_item(self, row: int, item_id: str) -> None:
        """Note an item's row."""
        missing = row + 1 - len(self.item_ids)
        self.item_ids.extend([None] * max(0, missing))
        if self.items.get(item_id, row) != row:
            self._items_cache.drop(item_id)
        self.item_ids[row] = item_id
        self.items[item_id] = row

    def add_terms(
        self,
        domains: Mapping[str, int],
        tags: Mapping[str, int],
        languages: Mapping[str, int],
        surfaces: Mapping[str, int],
    ) -> None:
        """Take in the codes that records have given."""
        self.domain_codes.update(domains)
        self._domain_ids.update({code: name for name, code in domains.items()})
        self.tag_codes.update(tags)
        self.language_codes.update(languages)
        self._surfaces.update(surfaces)

    def erase(self, row: int) -> None:
        """Forget who a row was; the row stays taken."""
        person_id = self.person_ids[row]
        if person_id is not None:
            del self.people[person_id]
            self._people_cache.drop(person_id)
        self.person_ids[row] = None
        self._keys.pop(row, None)

    def rows_named(
        self, text: str, message: NDArray[np.uint8], rows: NDArray[np.void]
    ) -> tuple[Ints, Ints]:
        """Return the rows of the people and of the items that events name, -1 for none; shapes (events,).

        Args:
            text: The message with a letter a byte.
            message: Shape (bytes,). What holds the names.
            rows: Shape (events,), of `columns.SCANNED`; one of kind -1 names nobody and nothing.
        """
        people, items = (
            cache.find(text, message, rows[name], rows[f"{name}_end"], rows["kind"])
            for name, cache in (("person", self._people_cache), ("item", self._items_cache))
        )
        return people, items

    @property
    def ordinals(self) -> Ints:
        """Return the ordinals of all rows of people, and room behind them; shape (at least people,)."""
        return self._ordinal_column

    def person_row(self, person_id: str) -> int:
        """Return a person's row, -1 when unknown."""
        return self.people.get(person_id, -1)

    def item_row(self, item_id: str) -> int:
        """Return an item's row, -1 when unknown."""
        return self.items.get(item_id, -1)

    def item_id(self, row: int) -> str:
        """Return the app's id of an item row."""
        item_id = self.item_ids[row]
        assert item_id is not None
        return item_id

    def ordinal(self, row: int) -> int:
        """Return what log and receipts call the person of a row."""
        return self._ordinals[row]

    def row_of_ordinal(self, ordinal: int) -> int:
        """Return the row behind an ordinal, -1 when there is none."""
        return self._row_of_ordinal.get(ordinal, -1)

    def rows_of_ordinals(self, ordinals: Iterable[int]) -> list[int]:
        """Return the rows behind many ordinals, -1 for nobody and for whoever was erased."""
        rows, known = self._row_of_ordinal, self.person_ids
        candidates = [rows.get(ordinal, -1) for ordinal in ordinals]
        return [row if row >= 0 and known[row] is not None else -1 for row in candidates]

    def data_key(self, row: int) -> bytes | None:
        """Return the key under which what is private of a person is encrypted."""
        return self._keys.get(row)

    def domain_code(self, domain_id: str) -> int:
        """Return a domain's code, -1 when nothing was ever called so."""
        return self.domain_codes.get(domain_id, -1)

    def domain_id(self, code: int) -> str | None:
        """Return the app's id of a domain code."""
        return self._domain_ids.get(code)

    def surface_known(self, surface: str) -> int:
        """Return a surface's code, -1 when it has none yet."""
        return self._surfaces.get(surface, -1)

    @property
    def surfaces(self) -> Mapping[str, int]:
        """Return every surface and its code."""
        return self._surfaces
