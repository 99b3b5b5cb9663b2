"""Saved posts in SQL. See `port`."""

from sqlalchemy import and_, or_

from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.base.wire import app_id
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import find_people
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.saves.port import SavedItem
from lodestone.stores.saves.schema import SAVES
from lodestone.stores.sql.scope import Scope


class SqlSaves(RecordsBase):
    """See `SavedRecords`."""

    def save_item(self, community: str, person_id: str, item_id: str, *, now: Instant) -> bool:
        """See `SavedRecords.save_item`."""
        with self._writing(community) as work:
            ordinal, row = _ordinal(work, person_id), _row(work, item_id)
            if _saved(work, ordinal, row):
                return False
            work.insert(SAVES, [{"ordinal": ordinal, "item": row, "time": now}])
            return True

    def unsave_item(self, community: str, person_id: str, item_id: str) -> bool:
        """See `SavedRecords.unsave_item`."""
        with self._writing(community) as work:
            ordinal, row = _ordinal(work, person_id), _row(work, item_id)
            here = (SAVES.c.ordinal == ordinal) & (SAVES.c.item == row)
            return work.run(work.delete(SAVES).where(here)) > 0

    def is_saved(self, community: str, person_id: str, item_id: str) -> bool:
        """See `SavedRecords.is_saved`."""
        with self._reading(community) as scope:
            return _saved(scope, _ordinal(scope, person_id), _row(scope, item_id))

    def saved_items(
        self,
        community: str,
        person_id: str,
        *,
        limit: int,
        before: tuple[Instant, int] | None = None,
    ) -> list[SavedItem]:
        """See `SavedRecords.saved_items`."""
        with self._reading(community) as scope:
            same = (ITEMS.c.tenant == SAVES.c.tenant) & (ITEMS.c.row == SAVES.c.item)
            query = scope.select(SAVES, SAVES.c.item, SAVES.c.time, ITEMS.c.id)
            query = query.join_from(SAVES, ITEMS, same)
            query = query.where(SAVES.c.ordinal == _ordinal(scope, person_id))
            if before is not None:
                time, row = before
                at_once = and_(SAVES.c.time == time, SAVES.c.item < row)
                query = query.where(or_(SAVES.c.time < time, at_once))
            query = query.order_by(SAVES.c.time.desc(), SAVES.c.item.desc()).limit(limit)
            return [SavedItem(row.id, row.item, Instant(row.time)) for row in scope.fetch(query)]


def _saved(scope: Scope, ordinal: int, row: int) -> bool:
    here = (SAVES.c.ordinal == ordinal) & (SAVES.c.item == row)
    return scope.first(scope.select(SAVES).where(here)) is not None


def _ordinal(scope: Scope, person_id: str) -> int:
    person = find_people(scope, [app_id(person_id, field="person_id")]).get(person_id)
    if person is None:
        raise UnknownError("person_unknown", f"There is no person {person_id!r} in this community.")
    return person.ordinal


def _row(scope: Scope, item_id: str) -> int:
    query = scope.select(ITEMS, ITEMS.c.row).where(ITEMS.c.id == app_id(item_id, field="item_id"))
    row = scope.first(query)
    if row is None:
        raise UnknownError("item_unknown", f"There is no item {item_id!r} in this community.")
    return int(row.row)
