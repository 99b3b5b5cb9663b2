"""Items, and what becomes of them when their author is erased, in SQL. See `Records`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import to_builtins
from sqlalchemy import ColumnElement, Select

from lodestone.base.audit import present_actor
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, UnknownError
from lodestone.base.wire import app_id
from lodestone.content import ItemIn
from lodestone.content.item import label_in_force
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import STATES, ItemRow
from lodestone.stores.records.items_write import (
    DOC,
    LAYOUT,
    ItemsWrite,
    overwrite,
    replaced_names,
    scrub,
    sealed_values,
)
from lodestone.stores.records.people import (
    PERSON_DOC,
    PeopleRecords,
    find_people,
    forget_person,
    require_bulk,
)
from lodestone.stores.records.rows import (
    unpack_item,
    unpack_item_doc,
    unpack_person_doc,
)
from lodestone.stores.records.schema import ITEMS, PEOPLE, PERSON_KEYS
from lodestone.stores.records.types import Broken, Bulk, Change, ItemRecord, raise_broken
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import READ_CHUNK, Scope, chunks

ITEM_COLUMNS = (ITEMS.c.row, ITEMS.c.id, ITEMS.c.owner, ITEMS.c.layout, PERSON_KEYS.c.key)
"""What the state needs of an item, beside its owner's key."""


class ItemRecords(PeopleRecords):
    """See `Records`, the parts on items and on erasing people."""

    def put_item(
        self, community: str, item_id: str, given: ItemIn, *, now: Instant
    ) -> list[Change]:
        """See `Records.put_item`."""
        with self._writing(community) as work:
            bulk = self._put_items(work, [(item_id, given)], now=now)
            if bulk.refused:
                raise bulk.refused[0].error
            return list(bulk.changes)

    def put_items(
        self, community: str, given: Sequence[tuple[str, ItemIn]], *, now: Instant
    ) -> Bulk:
        """See `Records.put_items`."""
        require_bulk(len(given))
        with self._writing(community) as work:
            return self._put_items(work, given, now=now)

    def _put_items(self, work: Work, given: Sequence[tuple[str, ItemIn]], *, now: Instant) -> Bulk:
        write = ItemsWrite.begin(work, given, now, self._project, self._person_draw)
        before = {} if present_actor() is None else _shown(work, list(write.standing))
        refused = write.plan_all(given, self._refusals(work, list(write.standing)))
        for item_id, plan in write.plans.items():
            if item_id in before:
                about = About(plan.author.ordinal, plan.author.key)
                work.audit("item", item_id, before[item_id], _judgement(plan.given), about)
        changes = write.store()
        return Bulk(tuple(changes), tuple(refused), len(given) - len(refused))

    def _refusals(self, work: Work, item_ids: Sequence[str]) -> dict[str, ConflictError]:
        """Return which ids may not be written as items; see `SubjectHooks.refusals`."""
        refusals: dict[str, ConflictError] = {}
        for hooks in self._hooks:
            refusals |= hooks.refusals(work, item_ids)
        return refusals

    def item(self, community: str, item_id: str) -> ItemRecord:
        """See `Records.item`."""
        with self._reading(community) as scope:
            row = scope.first(with_owner(scope).where(ITEMS.c.id == app_id(item_id)))
        return item_record(_found(row, item_id))

    def item_at(self, community: str, row: int) -> ItemRecord:
        """See `Records.item_at`."""
        with self._reading(community) as scope:
            item = scope.first(with_owner(scope).where(ITEMS.c.row == row))
        return item_record(_found(item, str(row)))

    def items_called(self, community: str, ids: Sequence[str]) -> dict[str, ItemRecord]:
        """See `Records.items_called`."""
        with self._reading(community) as scope:
            return find_items(scope, ids)

    def items(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        author_id: str | None = None,
    ) -> list[ItemRecord]:
        """See `Records.items`."""
        with self._reading(community) as scope:
            query = with_owner(scope).order_by(ITEMS.c.id).limit(limit)
            if after is not None:
                query = query.where(ITEMS.c.id > app_id(after, field="cursor"))
            if author_id is not None:
                author = find_people(scope, [app_id(author_id, field="author_id")]).get(author_id)
                query = query.where(ITEMS.c.owner == (-1 if author is None else author.ordinal))
            rows = scope.fetch(query)
        return [item_record(row) for row in rows]

    def withdraw_item(self, community: str, item_id: str, *, now: Instant) -> Change | None:
        """See `Records.withdraw_item`."""
        with self._writing(community) as work:
            row = _found(work.first(with_owner(work).where(ITEMS.c.id == app_id(item_id))), item_id)
            for hooks in self._hooks:
                hooks.withdraw_item(work, item_id)
            before = item_record(row)
            if before.given.state == "withdrawn":
                return None
            about = About(before.owner, row.key)
            gone = {"state": "withdrawn"}
            work.audit("item", item_id, {"state": before.given.state}, gone, about)
            given = msgspec.structs.replace(before.given, state="withdrawn")
            return _rewrite(work, row, replace(before, given=given), now=now)

    def media_replaced(self, community: str, ordinal: int) -> list[str]:
        """See `Records.media_replaced`."""
        with self._reading(community) as scope:
            return replaced_names(scope, ordinal)

    def labels_over(self, community: str, *, now: Instant, limit: int) -> list[int]:
        """See `Records.labels_over`."""
        with self._reading(community) as scope:
            due = scope.select(ITEMS, ITEMS.c.row).where(ITEMS.c.label_until <= now)
            return [row for (row,) in scope.fetch(due.order_by(ITEMS.c.row).limit(limit))]

    def expire_labels(self, community: str, rows: Sequence[int], *, now: Instant) -> list[Change]:
        """See `Records.expire_labels`."""
        with self._writing(community) as work:
            due = with_owner(work).where(ITEMS.c.label_until <= now).order_by(ITEMS.c.row)
            return [
                _rewrite(work, row, item_record(row), now=now)
                for some in chunks(rows)
                for row in work.fetch(due.where(ITEMS.c.row.in_(some)))
            ]

    def scrub_items(self, community: str, author_id: str) -> list[Change]:
        """See `Records.scrub_items`."""
        with self._writing(community) as work:
            author = find_people(work, [app_id(author_id, field="author_id")]).get(author_id)
            if author is None:
                message = f"There is no person {author_id!r} in this community."
                raise UnknownError("person_unknown", message)
            return scrub(work, author.ordinal, erased=False)

    def erase_person(self, community: str, person_id: str, *, now: Instant) -> list[Change]:
        """See `Records.erase_person`."""
        with self._writing(community) as work:
            person = find_people(work, [app_id(person_id)]).get(person_id)
            if person is None:
                message = f"There is no person {person_id!r} in this community."
                raise UnknownError("person_unknown", message)
            return self._erase(work, person.ordinal, now)

    def replay_erasures(
        self, community: str, ordinals: Sequence[int], *, now: Instant
    ) -> list[Change]:
        """See `Records.replay_erasures`."""
        changes = []
        with self._writing(community) as work:
            for ordinal in dict.fromkeys(ordinals):
                if work.first(
                    work.select(PEOPLE, PEOPLE.c.stub).where(PEOPLE.c.ordinal == ordinal)
                ):
                    changes += self._erase(work, ordinal, now)
        return changes

    def _erase(self, work: Work, ordinal: int, now: Instant) -> list[Change]:
        """Erase a person, then their items, then whatever other subjects have of them."""
        changes = [forget_person(work, ordinal, now=now), *scrub(work, ordinal, erased=True)]
        for hooks in self._hooks:
            hooks.erase_person(work, ordinal, now)
        self._unwiped = True
        return changes

    def item_rows(
        self, community: str, broken: Broken = raise_broken
    ) -> Iterator[tuple[str, ItemRow]]:
        """See `Records.item_rows`."""
        after = -1
        seals: dict[int, Seal] = {}
        while True:
            with self._reading(community) as scope:
                query = scope.select(ITEMS, *ITEM_COLUMNS)
                query = query.join_from(ITEMS, PERSON_KEYS, owner_key())
                query = query.where(ITEMS.c.row > after).order_by(ITEMS.c.row)
                rows = scope.fetch(query.limit(READ_CHUNK))
            for row in rows:
                try:
                    seal = seals.get(row.owner)
                    if seal is None:
                        seal = seals[row.owner] = Seal(row.key)
                    item = unpack_item(seal.open(row.layout, what=LAYOUT))
                except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
                    broken(row.row, row.owner, error)
                else:
                    yield row.id, item
            if len(rows) < READ_CHUNK:
                return
            after = rows[-1].row

    def item_ids(self, community: str) -> list[str]:
        """See `Records.item_ids`."""
        with self._reading(community) as scope:
            rows = scope.fetch(scope.select(ITEMS, ITEMS.c.id).order_by(ITEMS.c.row))
        return [row.id for row in rows]


def rule_item(work: Work, row: int, ruling: int, *, now: Instant) -> Change | None:
    """Let a moderators' ruling hold of an item, whatever its app says of it; None where it does.

    Args:
        work: The transaction.
        row: The item's.
        ruling: A place in `content.review.RULINGS`.
        now: The community's clock.
    """
    stored = work.first(with_owner(work).where(ITEMS.c.row == row))
    if stored is None or stored.erased or stored.ruling == ruling:
        return None
    work.run(work.update(ITEMS).where(ITEMS.c.row == row).values(ruling=ruling))
    return _rewrite(work, stored, replace(item_record(stored), ruling=ruling), now=now)


def _rewrite(work: Work, row: Any, item: ItemRecord, *, now: Instant) -> Change:
    """Store an item whose state or label has changed and nothing else."""
    label, label_until = label_in_force(item.given.labels, now)
    seal = Seal(row.key)
    layout = replace(
        unpack_item(seal.open(row.layout, what=LAYOUT)),
        state=STATES.index(item.given.state),
        label=max(label, item.ruling),
    )
    values = sealed_values(seal, item.given, layout, label_until)
    overwrite(work, [{"at": item.row, **values}])
    return work.change(FactKind.ITEM, item.id, item.row, layout)


def owner_key() -> ColumnElement[bool]:
    """Join an item with its owner's key."""
    return (PERSON_KEYS.c.tenant == ITEMS.c.tenant) & (PERSON_KEYS.c.ordinal == ITEMS.c.owner)


def find_items(scope: Scope, ids: Sequence[str]) -> dict[str, ItemRecord]:
    """Return those items that there are among `ids`."""
    query = with_owner(scope)
    parts = [scope.fetch(query.where(ITEMS.c.id.in_(some))) for some in chunks(ids)]
    return {row.id: item_record(row) for part in parts for row in part}


def item_ids(scope: Scope, items: Iterable[int]) -> dict[int, str]:
    """Return the app's ids of items by their rows, those that there are."""
    ids: dict[int, str] = {}
    for some in chunks(sorted(set(items))):
        query = scope.select(ITEMS, ITEMS.c.row, ITEMS.c.id).where(ITEMS.c.row.in_(some))
        ids |= {row[0]: row[1] for row in scope.fetch(query)}
    return ids


def with_owner(scope: Scope) -> Select[Any]:
    """Select items beside their owner's key and, unless erased, their owner's row."""
    person = (PEOPLE.c.tenant == ITEMS.c.tenant) & (PEOPLE.c.ordinal == ITEMS.c.owner)
    columns = (ITEMS, PERSON_KEYS.c.key, PEOPLE.c.doc.label("owner_doc"))
    return (
        scope.select(ITEMS, *columns)
        .join_from(ITEMS, PERSON_KEYS, owner_key())
        .join_from(ITEMS, PEOPLE, person, isouter=True)
    )


def _judgement(given: ItemIn) -> dict[str, Any]:
    """Return what whoever runs a community decides of an item; the rest is its author's."""
    return {"state": given.state, "labels": to_builtins(given.labels)}


def _shown(work: Work, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {
        row.id: _judgement(item_record(row).given)
        for some in chunks(ids)
        for row in work.fetch(with_owner(work).where(ITEMS.c.id.in_(some)))
    }


def _found(row: Any, name: str) -> Any:
    if row is None:
        raise UnknownError("item_unknown", f"There is no item {name!r} in this community.")
    return row


def item_record(row: Any) -> ItemRecord:
    """Open a row of `with_owner`. Raises CorruptError."""
    seal = Seal(row.key)
    author_id = None
    if row.owner_doc is not None:
        author_id = unpack_person_doc(seal.open(row.owner_doc, what=PERSON_DOC)).id
    return ItemRecord(
        id=row.id,
        row=row.row,
        owner=row.owner,
        author_id=author_id,
        given=unpack_item_doc(seal.open(row.doc, what=DOC), author_id),
        created=Instant(row.created),
        erased=row.erased,
        ruling=row.ruling,
    )
