"""What moderators do within their domains, in SQL. See `moderation.Moderation`."""

from typing import Any

from sqlalchemy import Delete, or_

from lodestone.base.errors import ConflictError, ForbiddenError, GoneError, UnknownError
from lodestone.base.wire import app_id
from lodestone.events.outcomes import FactKind
from lodestone.features.domain_marks import mark_key
from lodestone.features.layout import PINS_MAX, MarkRow
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.moderation_port import MarkChange, MarkRecord, Removal
from lodestone.stores.records.people import Known, find_people, names_of
from lodestone.stores.records.rows import mark_row
from lodestone.stores.records.schema import (
    DOMAIN_MARKS,
    DOMAINS,
    ITEMS,
    MODERATORS,
    PERSON_KEYS,
    REMOVED_MEMBERS,
)
from lodestone.stores.records.types import Change
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, Values
from lodestone.stores.sql.scope import Scope

_NOTHING: dict[str, Any] = {"hidden": False, "label": "", "pin": 0}
_SAYS_SOMETHING = or_(DOMAIN_MARKS.c.hidden, DOMAIN_MARKS.c.label != "", DOMAIN_MARKS.c.pin != 0)


class SqlModeration(RecordsBase):
    """See `Moderation`."""

    def mark_item(
        self, community: str, domain_id: str, item_id: str, change: MarkChange, *, by: str | None
    ) -> Change | None:
        """See `Moderation.mark_item`."""
        with self._writing(community) as work:
            code = require_moderator(work, domain_id, by)
            item = _item(work, item_id)
            number = mark_key(code, item.row)
            row = work.first(work.select(DOMAIN_MARKS).where(DOMAIN_MARKS.c.number == number))
            before = _NOTHING if row is None else _said(row)
            pin = _pin(work, code, before["pin"], change)
            wanted = {"hidden": change.hidden, "label": change.label, "pin": pin}
            after = {
                **before,
                **{name: value for name, value in wanted.items() if value is not None},
            }
            if after == before:
                return None
            if row is None:
                place = {"number": number, "domain": code, "item": item.row}
                work.insert(DOMAIN_MARKS, [{**place, **after}])
            else:
                here = work.update(DOMAIN_MARKS).where(DOMAIN_MARKS.c.number == number)
                work.run(here.values(after))
            why = {"domain_id": domain_id, "reason": change.reason}
            was, stands = _told(before), _told(after)
            differs = [name for name in stands if was[name] != stands[name]]
            work.audit(
                "item",
                item_id,
                {name: was[name] for name in differs},
                {**{name: stands[name] for name in differs}, **why},
                About(item.owner, item.key),
            )
            row = work.first(work.select(DOMAIN_MARKS).where(DOMAIN_MARKS.c.number == number))
            return work.change(FactKind.MODERATED, "", number, mark_row(row))

    def marks(
        self,
        community: str,
        domain_id: str,
        *,
        by: str | None,
        limit: int,
        after: str | None = None,
    ) -> list[MarkRecord]:
        """See `Moderation.marks`."""
        with self._reading(community) as scope:
            code = require_moderator(scope, domain_id, by)
            same = (ITEMS.c.tenant == DOMAIN_MARKS.c.tenant) & (ITEMS.c.row == DOMAIN_MARKS.c.item)
            query = scope.select(DOMAIN_MARKS, DOMAIN_MARKS, ITEMS.c.id)
            query = query.join_from(DOMAIN_MARKS, ITEMS, same).order_by(ITEMS.c.id).limit(limit)
            query = query.where(DOMAIN_MARKS.c.domain == code, _SAYS_SOMETHING)
            if after is not None:
                query = query.where(ITEMS.c.id > app_id(after, field="cursor"))
            return [
                MarkRecord(id=row.id, hidden=row.hidden, label=row.label, pinned=row.pin > 0)
                for row in scope.fetch(query)
            ]

    def remove_member(
        self, community: str, domain_id: str, person_id: str, removal: Removal, *, by: str | None
    ) -> None:
        """See `Moderation.remove_member`."""
        with self._writing(community) as work:
            code = require_moderator(work, domain_id, by)
            person = _person(work, person_id)
            office = (MODERATORS.c.domain == code) & (MODERATORS.c.ordinal == person.ordinal)
            if work.first(work.select(MODERATORS).where(office, ~MODERATORS.c.ended)) is not None:
                message = f"{person_id!r} moderates {domain_id!r}; take the office back first."
                raise ConflictError("member_moderates", message)
            out = _removed(work, code, person.ordinal)
            if removal.may_return and out:
                work.run(_unremove(work, code, person.ordinal))
            elif not removal.may_return and not out:
                work.insert(REMOVED_MEMBERS, [{"domain": code, "ordinal": person.ordinal}])
            before = {"member": removal.member, "may_return": not out}
            after = {"member": False, "may_return": removal.may_return}
            if before != after:
                _note(work, domain_id, (before, after), removal.reason, person)

    def let_return(
        self, community: str, domain_id: str, person_id: str, reason: str, *, by: str | None
    ) -> None:
        """See `Moderation.let_return`."""
        with self._writing(community) as work:
            code = require_moderator(work, domain_id, by)
            person = _person(work, person_id)
            if _removed(work, code, person.ordinal):
                work.run(_unremove(work, code, person.ordinal))
                _note(
                    work, domain_id, ({"may_return": False}, {"may_return": True}), reason, person
                )

    def require_may_join(self, community: str, domain_id: str, person_id: str) -> None:
        """See `Moderation.require_may_join`."""
        with self._reading(community) as scope:
            code = require_moderator(scope, domain_id, None)
            person = find_people(scope, [person_id]).get(person_id)
            if person is not None and _removed(scope, code, person.ordinal):
                message = f"A moderator has removed {person_id!r} from {domain_id!r} for good; only its moderators can let them return."
                raise ForbiddenError("member_removed", message)

    def removed_members(self, community: str, domain_id: str, *, by: str | None) -> list[str]:
        """See `Moderation.removed_members`."""
        with self._reading(community) as scope:
            code = require_moderator(scope, domain_id, by)
            query = scope.select(REMOVED_MEMBERS, REMOVED_MEMBERS.c.ordinal)
            out = scope.fetch(query.where(REMOVED_MEMBERS.c.domain == code))
            return sorted(
                name for name, _ in names_of(scope, [row.ordinal for row in out]).values()
            )

    def removed_from(self, community: str, person_id: str) -> list[str]:
        """See `Moderation.removed_from`."""
        with self._reading(community) as scope:
            ordinal = _person(scope, person_id).ordinal
            same = (REMOVED_MEMBERS.c.tenant == DOMAINS.c.tenant) & (
                REMOVED_MEMBERS.c.domain == DOMAINS.c.code
            )
            query = scope.select(DOMAINS, DOMAINS.c.id).join_from(DOMAINS, REMOVED_MEMBERS, same)
            query = query.where(REMOVED_MEMBERS.c.ordinal == ordinal).order_by(DOMAINS.c.id)
            return [row.id for row in scope.fetch(query)]


def take_marks_back(work: Work, code: int) -> list[Change]:
    """Take back whatever is said of items in a domain that is no more: its code may be that of another one later."""
    here = DOMAIN_MARKS.c.domain == code
    rows = [
        row for row in work.fetch(work.select(DOMAIN_MARKS).where(here)) if _said(row) != _NOTHING
    ]
    if rows:
        work.run(work.update(DOMAIN_MARKS).where(here).values(_NOTHING))
    return [
        work.change(
            FactKind.MODERATED,
            "",
            row.number,
            MarkRow(code, row.item, hidden=False, label=0, pin=0),
        )
        for row in rows
    ]


def require_moderator(scope: Scope, domain_id: str, by: str | None) -> int:
    """Return a domain's code if somebody may moderate it.

    Args:
        scope: The community, in the transaction that does what they ask for.
        domain_id: The domain.
        by: Whose session asks; None for a server's key, which may.

    Raises:
        UnknownError: `domain_unknown`.
        ForbiddenError: See `Moderation`.
    """
    domain = scope.first(
        scope.select(DOMAINS, DOMAINS.c.code).where(DOMAINS.c.id == app_id(domain_id))
    )
    if domain is None:
        raise UnknownError("domain_unknown", f"There is no domain {domain_id!r} in this community.")
    code = int(domain.code)
    if by is None:
        return code
    person = find_people(scope, [by]).get(by)
    offices: dict[int, bool] = {}
    if person is not None:
        query = scope.select(MODERATORS).where(MODERATORS.c.ordinal == person.ordinal)
        offices = {row.domain: row.ended for row in scope.fetch(query)}
    if offices.get(code) is False:
        return code
    raise _refusal(domain_id, code, offices)


def _refusal(domain_id: str, code: int, offices: dict[int, bool]) -> ForbiddenError:
    if code in offices:
        message = f"You moderated {domain_id!r} until the office was taken back; ask whoever runs the community."
        return ForbiddenError("moderator_ended", message)
    if False in offices.values():
        message = f"You moderate another domain; in {domain_id!r} its own moderators decide."
        return ForbiddenError("moderator_elsewhere", message)
    message = f"Only a moderator of {domain_id!r}, or the app's own key, may do this."
    return ForbiddenError("moderator_needed", message)


def _item(work: Work, item_id: str) -> Any:
    """Return an item's row, owner and the owner's key. Raises UnknownError, GoneError."""
    columns = (ITEMS.c.row, ITEMS.c.owner, ITEMS.c.erased, PERSON_KEYS.c.key)
    owner = (PERSON_KEYS.c.tenant == ITEMS.c.tenant) & (PERSON_KEYS.c.ordinal == ITEMS.c.owner)
    query = work.select(ITEMS, *columns).join_from(ITEMS, PERSON_KEYS, owner)
    item = work.first(query.where(ITEMS.c.id == app_id(item_id, field="item_id")))
    if item is None:
        raise UnknownError("item_unknown", f"There is no item {item_id!r} in this community.")
    if item.erased:
        raise GoneError("item_erased", "Its author was erased and it with them.")
    return item


def _said(row: Any) -> dict[str, Any]:
    return {"hidden": bool(row.hidden), "label": row.label, "pin": row.pin}


def _told(said: dict[str, Any]) -> dict[str, Any]:
    """Return what the audit log says of a mark: whether it is pinned, not by which number."""
    return {"hidden": said["hidden"], "label": said["label"], "pinned": said["pin"] > 0}


def _pin(work: Work, code: int, before: int, change: MarkChange) -> int | None:
    """Return the pin an item is to have, above all others of the domain; None where it stays as it is.

    Raises:
        ConflictError: `pins_full`, `item_elsewhere`.
    """
    if change.pinned is None or change.pinned == (before > 0):
        return None
    if not change.pinned:
        return 0
    if not change.inside:
        message = "It does not lie in this domain, whose feed would not show it."
        raise ConflictError("item_elsewhere", message)
    pinned = work.select(DOMAIN_MARKS, DOMAIN_MARKS.c.pin).where(DOMAIN_MARKS.c.domain == code)
    pins = [row.pin for row in work.fetch(pinned.where(DOMAIN_MARKS.c.pin != 0))]
    if len(pins) >= PINS_MAX:
        message = f"{PINS_MAX} items are pinned in this domain already; take one of them off first."
        raise ConflictError("pins_full", message)
    return max(pins, default=0) + 1


def _person(scope: Scope, person_id: str) -> Known:
    person = find_people(scope, [app_id(person_id, field="person_id")]).get(person_id)
    if person is None:
        raise UnknownError("person_unknown", f"There is no person {person_id!r} in this community.")
    return person


def _removed(scope: Scope, code: int, ordinal: int) -> bool:
    """Say whether somebody may not come back to a domain."""
    query = scope.select(REMOVED_MEMBERS).where(
        REMOVED_MEMBERS.c.domain == code, REMOVED_MEMBERS.c.ordinal == ordinal
    )
    return scope.first(query) is not None


def _unremove(work: Work, code: int, ordinal: int) -> Delete:
    return work.delete(REMOVED_MEMBERS).where(
        REMOVED_MEMBERS.c.domain == code, REMOVED_MEMBERS.c.ordinal == ordinal
    )


def _note(
    work: Work, domain_id: str, change: tuple[Values, Values], reason: str, person: Known
) -> None:
    """Write an act about a person down, its reason beside what differs."""
    before, after = change
    about = About(person.ordinal, person.key)
    work.audit("domain", domain_id, before, {**after, "reason": reason}, about)
