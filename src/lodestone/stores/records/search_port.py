"""The port of searching people and items by what they are called and say; a part of `Records`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from lodestone.stores.records.types import ItemRecord, PersonRecord

Match = TypeVar("Match")


@dataclass(frozen=True, slots=True)
class Searched(Generic[Match]):
    """What a search came upon, and how much of the records it looked at."""

    matches: tuple[Match, ...]
    """The newest first."""
    looked: int
    """Rows that were looked at."""
    whole: bool
    """It looked at all there are; else it ended at the number of matches or of rows that was asked for."""


class SearchRecords(Protocol):
    """See `Records`. Names and words lie in the database encrypted: rows are opened one by one, the newest first."""

    def search_people(
        self, community: str, words: Sequence[str], *, limit: int, most: int
    ) -> Searched[PersonRecord]:
        """Search people by their names and ids.

        Args:
            community: Whose.
            words: All of them stand in the name or the id, in whichever letters.
            limit: Matches at most.
            most: Rows that are looked at, at most.
        """
        ...

    def search_items(
        self, community: str, words: Sequence[str], *, limit: int, most: int
    ) -> Searched[ItemRecord]:
        """Search items by their texts, tags and ids, withdrawn ones too; see `search_people`."""
        ...
