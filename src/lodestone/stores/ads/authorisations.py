"""Authorisations to run another's post as an ad, in SQL. See `port.AdRecords`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select

from lodestone.ads.authorisation import (
    AuthorisationContext,
    AuthorisationIn,
    Term,
    judge_authorisation,
)
from lodestone.ads.judge_ad import Target
from lodestone.ads.refusals import AdRefusal, Fault, raise_first
from lodestone.base.clock import Instant
from lodestone.base.errors import Problem, UnknownError
from lodestone.base.wire import app_id, instant_of
from lodestone.commerce.price import share_parts
from lodestone.stores.ads.finds import item_is_live, require_owned
from lodestone.stores.ads.schema import ADS, ADVERTISERS, AUTHORISATIONS, CAMPAIGNS
from lodestone.stores.ads.types import AuthorisationRecord
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items import find_items, item_ids
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, fields_of
from lodestone.stores.sql.scope import Scope, chunks

_R = AdRefusal
_COLUMNS: Final = AUTHORISATIONS.c


class SqlAuthorisations(RecordsBase):
    """See `AdRecords`, the parts about authorisations."""

    def put_authorisation(
        self, community: str, name: str, given: AuthorisationIn, *, now: Instant
    ) -> bool:
        """See `AdRecords.put_authorisation`."""
        app_id(name)
        with self._writing(community) as work:
            stands = _find(work, name)
            if stands is not None:
                _require_same(stands, given)
                return False
            _add(work, name, given, now)
            return True

    def revoke_authorisation(self, community: str, name: str, *, now: Instant) -> None:
        """See `AdRecords.revoke_authorisation`."""
        with self._writing(community) as work:
            record = _require(work, name)
            if record.revoked is not None:
                return
            about = About(record.creator, None)
            work.audit("authorisation", name, {"revoked": False}, {"revoked": True}, about)
            update = work.update(AUTHORISATIONS).where(_COLUMNS.id == name)
            work.run(update.values(revoked=now))

    def authorisation(self, community: str, name: str) -> AuthorisationRecord:
        """See `AdRecords.authorisation`."""
        with self._reading(community) as scope:
            return _require(scope, name)

    def authorisations(
        self, community: str, *, limit: int, after: str | None = None,
        creator_id: str | None = None, advertiser_id: str | None = None,
    ) -> list[AuthorisationRecord]:  # fmt: skip
        """See `AdRecords.authorisations`."""
        with self._reading(community) as scope:
            query = scope.select(AUTHORISATIONS).order_by(_COLUMNS.id).limit(limit)
            if after is not None:
                query = query.where(_COLUMNS.id > after)
            if creator_id is not None:
                known = find_people(scope, [creator_id]).get(creator_id)
                query = query.where(_COLUMNS.creator == (-1 if known is None else known.ordinal))
            if advertiser_id is not None:
                query = query.where(_COLUMNS.advertiser == advertiser_id)
            return _records(scope, query)

    def campaigns_under(self, community: str, name: str) -> list[str]:
        """See `AdRecords.campaigns_under`."""
        with self._reading(community) as scope:
            record = _require(scope, name)
            query = scope.select(ADS, ADS.c.campaign).join_from(
                ADS, CAMPAIGNS,
                (CAMPAIGNS.c.tenant == ADS.c.tenant) & (CAMPAIGNS.c.id == ADS.c.campaign),
            )  # fmt: skip
            query = query.where(
                ADS.c.item == record.item, CAMPAIGNS.c.advertiser == record.advertiser
            )
            return sorted({row.campaign for row in scope.fetch(query)})

    def item_owners(self, community: str, items: Sequence[int]) -> dict[int, int]:
        """See `AdRecords.item_owners`."""
        owners: dict[int, int] = {}
        with self._reading(community) as scope:
            for some in chunks(items):
                query = scope.select(ITEMS, ITEMS.c["row"], ITEMS.c.owner)
                rows = scope.fetch(query.where(ITEMS.c["row"].in_(some)))
                owners |= {row[0]: row[1] for row in rows}
        return owners

    def campaign_payers(self, community: str) -> dict[str, tuple[str, int]]:
        """See `AdRecords.campaign_payers`."""
        columns = (CAMPAIGNS.c.id, CAMPAIGNS.c.advertiser, CAMPAIGNS.c.owner)
        with self._reading(community) as scope:
            rows = scope.fetch(scope.select(CAMPAIGNS, *columns))
            return {row[0]: (row[1], row[2]) for row in rows}


def terms_of(scope: Scope, items: Collection[int]) -> dict[tuple[int, str], list[Term]]:
    """Return when items may be run by whom, by (item, advertiser); the first first; no two overlap."""
    terms: dict[tuple[int, str], list[Term]] = {}
    for some in chunks(sorted(set(items))):
        query = scope.select(AUTHORISATIONS).where(_COLUMNS.item.in_(some))
        for record in _records(scope, query):
            if record.term.starts < record.term.ends:
                terms.setdefault((record.item, record.advertiser), []).append(record.term)
    for own in terms.values():
        own.sort(key=lambda term: term.starts)
    return terms


def may_run(scope: Scope, item: int, advertiser: str, now: Instant) -> bool:
    """Say whether an advertiser may run another's item, now or from an instant still to come."""
    query = scope.select(AUTHORISATIONS, _COLUMNS.id).where(
        _COLUMNS.item == item,
        _COLUMNS.advertiser == advertiser,
        _COLUMNS.revoked.is_(None),
        _COLUMNS.until > now,
    )
    return scope.first(query) is not None


def _add(work: Work, name: str, given: AuthorisationIn, now: Instant) -> None:
    owner = require_owned(work, ADVERTISERS, given.advertiser_id, field="advertiser_id").owner
    creator = find_people(work, [given.creator_id]).get(given.creator_id)
    if creator is None:
        problem = Problem("creator_id", "names nobody of this community; PUT the person first")
        raise UnknownError(
            "person_unknown", f"There is no person {given.creator_id!r}.", (problem,)
        )
    item = find_items(work, [given.item_id]).get(given.item_id)
    context = AuthorisationContext(
        creator=creator.ordinal,
        owner=owner.ordinal,
        item=None if item is None else Target(item.owner, item_is_live(item)),
        exists=item is not None and may_run(work, item.row, given.advertiser_id, now),
        now=now,
    )
    raise_first(judge_authorisation(given, context))
    assert item is not None
    about = About(creator.ordinal, creator.key)
    work.audit("authorisation", name, None, fields_of(given), about)
    row = {
        "id": name, "creator": creator.ordinal, "advertiser": given.advertiser_id, "item": item.row,
        "starts": instant_of(given.starts), "until": instant_of(given.until), "share": share_parts(given.share),
        "created": now, "revoked": None,
    }  # fmt: skip
    work.insert(AUTHORISATIONS, [row])


def _require_same(stands: AuthorisationRecord, given: AuthorisationIn) -> None:
    """Refuse to write an authorisation another way than it stands."""
    written = (
        stands.creator_id,
        stands.advertiser,
        stands.item_id,
        stands.starts,
        stands.until,
        stands.share,
    )
    sent = (
        given.creator_id, given.advertiser_id, given.item_id, instant_of(given.starts), instant_of(given.until),
        share_parts(given.share),
    )  # fmt: skip
    if sent != written:
        raise Fault(_R.AUTHORISATION_FIXED, "authorisation").error()
    if stands.revoked is not None:
        raise Fault(_R.AUTHORISATION_REVOKED, "authorisation").error()


def _require(scope: Scope, name: str) -> AuthorisationRecord:
    record = _find(scope, name)
    if record is None:
        message = f"There is no authorisation {name!r} here."
        raise UnknownError("authorisation_unknown", message)
    return record


def _find(scope: Scope, name: str) -> AuthorisationRecord | None:
    records = _records(scope, scope.select(AUTHORISATIONS).where(_COLUMNS.id == name))
    return records[0] if records else None


def _records(scope: Scope, query: Select[Any]) -> list[AuthorisationRecord]:
    read: Sequence[Any] = scope.fetch(query)
    people = names_of(scope, [row.creator for row in read])
    items = item_ids(scope, (row.item for row in read))
    return [_record(row, people, items[row.item]) for row in read]


def _record(row: Any, people: Mapping[int, tuple[str, bytes]], item_id: str) -> AuthorisationRecord:
    """Read an authorisation; people: of the creators who are not erased, at least."""
    return AuthorisationRecord(
        id=row.id,
        creator=row.creator,
        creator_id=people[row.creator][0] if row.creator in people else None,
        advertiser=row.advertiser,
        item=row.item,
        item_id=item_id,
        starts=Instant(row.starts),
        until=Instant(row.until),
        share=row.share,
        created=Instant(row.created),
        revoked=None if row.revoked is None else Instant(row.revoked),
    )
