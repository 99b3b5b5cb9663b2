"""The port of saved posts, in the records' own database."""

from dataclasses import dataclass
from typing import Protocol

from lodestone.base.clock import Instant


@dataclass(frozen=True, slots=True)
class SavedItem:
    """A post that somebody saved."""

    item_id: str
    row: int
    """The item's row."""
    time: Instant


class SavedRecords(Protocol):
    """What people of every community have saved. Safe for threads; a call that raises has changed nothing."""

    def save_item(self, community: str, person_id: str, item_id: str, *, now: Instant) -> bool:
        """Save a post for somebody; return whether it was not saved before. One that is saved keeps its time.

        Raises:
            UnknownError: `person_unknown`, `item_unknown`.
        """
        ...

    def unsave_item(self, community: str, person_id: str, item_id: str) -> bool:
        """Save a post no longer; return whether it was. Raises as `save_item`."""
        ...

    def is_saved(self, community: str, person_id: str, item_id: str) -> bool:
        """Say whether somebody has saved a post. Raises as `save_item`."""
        ...

    def saved_items(
        self,
        community: str,
        person_id: str,
        *,
        limit: int,
        before: tuple[Instant, int] | None = None,
    ) -> list[SavedItem]:
        """Return what somebody saved, the latest first, of posts saved at one instant the later row first.

        Args:
            community: Whose people they are.
            person_id: Who saved.
            limit: At most so many.
            before: Time and item row of the last one of the page before.

        Raises:
            UnknownError: `person_unknown`.
        """
        ...
