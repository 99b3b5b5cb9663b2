"""What people save to come back to."""

from lodestone.base.clock import Instant
from lodestone.base.list_page import (
    cursor_refused,
    cut_one_more,
    decode_after,
    encode_after,
    number_after,
    one_more,
)
from lodestone.services.support.ports import Clock
from lodestone.stores.ports import Records


class SavedPosts:
    """Saved posts of one community. Whatever is plainly `def` reads the records: it is called by `Records.threads`."""

    def __init__(self, community: str, records: Records, clock: Clock) -> None:
        self._id, self._records, self._clock = community, records, clock

    async def save(self, person_id: str, item_id: str) -> None:
        """Save a post for somebody; again changes nothing. Raises UnknownError `person_unknown`, `item_unknown`."""
        now = self._clock.now()
        await self._records.threads.write(
            lambda: self._records.save_item(self._id, person_id, item_id, now=now)
        )

    async def unsave(self, person_id: str, item_id: str) -> None:
        """Save a post no longer; again changes nothing. Raises as `save`."""
        await self._records.threads.write(
            lambda: self._records.unsave_item(self._id, person_id, item_id)
        )

    def saved(self, person_id: str, item_id: str) -> bool:
        """Say whether somebody has saved a post. Raises as `save`."""
        return self._records.is_saved(self._id, person_id, item_id)

    def page(self, person_id: str, limit: int, cursor: str | None) -> tuple[list[str], str | None]:
        """Return ids of what somebody saved, the latest first, and the next cursor.

        Raises:
            UnknownError: `person_unknown`.
            InvalidError: `cursor_invalid`.
        """
        saved = self._records.saved_items(
            self._id, person_id, limit=one_more(limit), before=_before(cursor)
        )
        shown, last = cut_one_more(saved, limit)
        follows = None if last is None else encode_after(f"{last.time}.{last.row}")
        return [saved_item.item_id for saved_item in shown], follows


def _before(cursor: str | None) -> tuple[Instant, int] | None:
    text = decode_after(cursor)
    if text is None:
        return None
    time, _, row = text.partition(".")
    at, after = number_after(time), number_after(row)
    if at is None or after is None:
        raise cursor_refused()
    return Instant(at), after
