"""Rows that one commit has read, and which of them it must write: many rows in one statement."""

from collections.abc import Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", int, str)
Row = TypeVar("Row")


class TrackedRows(Generic[Key, Row]):
    """Rows of one table by key: as they stand in this commit, and which are new or changed."""

    def __init__(self) -> None:
        self._rows: dict[Key, Row] = {}
        self._made: dict[Key, None] = {}
        self._changed: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __getitem__(self, key: Key) -> Row:
        return self._rows[key]

    def get(self, key: Key) -> Row | None:
        """Return a row that has been read or made, None when there is none."""
        return self._rows.get(key)

    def sorted_keys(self) -> list[Key]:
        """Return the keys of all rows that have been read or made, in order."""
        return sorted(self._rows)

    def loaded(self, rows: Mapping[Key, Row]) -> None:
        """Take rows as the database has them."""
        self._rows.update(rows)

    def add(self, key: Key, row: Row) -> None:
        """Take a row that the database does not have yet."""
        self._rows[key] = row
        self._made[key] = None

    def put(self, key: Key, row: Row) -> None:
        """Change a row that has been read or made."""
        assert key in self._rows
        self._rows[key] = row
        self._changed.add(key)

    def take_made(self) -> list[Row]:
        """Return the new rows in the order they were made; they count as written. Call before `take_changed`."""
        made = [self._rows[key] for key in self._made]
        self._changed.difference_update(self._made)
        self._made.clear()
        return made

    def take_changed(self) -> list[tuple[Key, Row]]:
        """Return the changed rows by key, in order; they count as written."""
        changed = [(key, self._rows[key]) for key in sorted(self._changed)]
        self._changed.clear()
        return changed
