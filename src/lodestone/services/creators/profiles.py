"""Profiles of creators and briefs of advertisers. Who may do what is looked at here."""

from contextlib import AbstractContextManager
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.wire import app_id
from lodestone.content import Community
from lodestone.creators.brief import BriefIn, BriefOut
from lodestone.creators.creator import CreatorIn, CreatorOut
from lodestone.creators.judge import judge_brief, judge_creator
from lodestone.creators.refusals import CreatorRefusal, Fault, raise_first
from lodestone.services.access import Principal, serving
from lodestone.services.creators.presenters import brief_out, creator_out
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.commerce.types import Party
from lodestone.stores.creators.finds import Finds
from lodestone.stores.creators.work import CreatorWork
from lodestone.stores.ports import Records
from lodestone.stores.records.types import NewKey

SCOPE: Final = "creators"
KEY_NAME: Final = "creator-desk"
"""What the keys of creators' desks are called: a list of keys names nobody."""
_R = CreatorRefusal


class Profiles:
    """Use cases of profiles and briefs, for whoever asks.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`. All raise ForbiddenError
    `scope_missing`, and the error of a `CreatorRefusal`.
    """

    def __init__(
        self, community: Community, clock: Clock, records: Records, writes: Writes, who: Principal
    ) -> None:
        self._community, self._clock = community, clock
        self._records, self._writes, self._who = records, writes, who

    async def put_creator(self, person_id: str, given: CreatorIn) -> tuple[CreatorOut, bool]:
        """Make or replace somebody's profile; return it and whether it is new. Raises UnknownError `person_unknown`."""
        self._who.need(SCOPE)
        raise_first(judge_creator(given, self._community.currency))

        def write() -> tuple[CreatorOut, bool]:
            with self._work() as work:
                party = work.party(person_id, "person_id")
                new = work.put_creator(party, given)
                return _shown(work, party), new

        return await self._writes.do(write, lambda _: [])

    def creator(self, person_id: str) -> CreatorOut:
        """Return somebody's profile. Raises UnknownError `person_unknown`, `creator_unknown`."""
        self._who.need(SCOPE)
        with self._records.creator_finds(self._community.id) as finds:
            return _shown(finds, finds.party(person_id, "person_id"))

    async def desk_key(self, person_id: str, now: Instant) -> NewKey:
        """Make a key that opens the creator's desk to somebody who has a profile; now: the wall clock, as of every key.

        Raises:
            UnknownError: `person_unknown`, `creator_unknown`.
        """
        self._who.need(SCOPE)
        return await self._records.threads.commit(self._desk_key, person_id, now)

    def _desk_key(self, person_id: str, now: Instant) -> NewKey:
        with self._records.creator_finds(self._community.id) as finds:
            party = finds.party(person_id, "person_id")
            _shown(finds, party)
        scopes = [serving(party.ordinal)]
        return self._records.create_key(self._community.id, name=KEY_NAME, scopes=scopes, now=now)

    async def put_brief(self, brief_id: str, given: BriefIn) -> tuple[BriefOut, bool]:
        """Make a brief, or close it; return it and whether it is new.

        Raises:
            UnknownError: `advertiser_unknown`, `person_unknown`.
            GoneError: `advertiser_erased`.
        """
        self._who.need(SCOPE)

        def write() -> tuple[BriefOut, bool]:
            with self._work() as work:
                record = work.find_brief(brief_id)
                before = None if record is None else record.given
                currency = self._community.currency
                raise_first(judge_brief(given, before, currency, work.now))
                advertiser, owner = work.advertiser(given.advertiser_id)
                if before is None:
                    _require_products(work, given, owner.ordinal, advertiser.shop)
                parties = work.parties(given.creator_ids, "creator_ids")
                owning = Party(owner.id, owner.ordinal, owner.key)
                named = tuple(party.ordinal for party in parties)
                work.put_brief(brief_id, given, before, owning, named)
                return brief_out(work.brief(brief_id)), before is None

        return await self._writes.do(write, lambda _: [])

    def brief(self, brief_id: str) -> BriefOut:
        """Return one brief. Raises UnknownError `brief_unknown`, GoneError `advertiser_erased`."""
        self._who.need(SCOPE)
        with self._records.creator_finds(self._community.id) as finds:
            return brief_out(finds.brief(brief_id))

    def briefs(self, limit: int, after: str | None, advertiser_id: str | None) -> list[BriefOut]:
        """Return a page of briefs, of one advertiser if given."""
        self._who.need(SCOPE)
        with self._records.creator_finds(self._community.id) as finds:
            return [*map(brief_out, finds.briefs(limit, after, advertiser_id))]

    def _work(self) -> AbstractContextManager[CreatorWork]:
        return self._records.creator_work(self._community.id, now=self._clock.now())


def _shown(finds: Finds, party: Party) -> CreatorOut:
    record = finds.creator(party)
    if record is None:
        raise Fault(_R.CREATOR_UNKNOWN, "person_id").error()
    return creator_out(record, finds.ends(party))


def _require_products(finds: Finds, given: BriefIn, owner: int, shop: str | None) -> None:
    """Refuse products that are not there, or of another's shop."""
    faults = []
    for at, name in enumerate(given.product_ids):
        merchant = finds.product_owner(app_id(name))
        if merchant is None:
            faults.append(Fault(_R.PRODUCT_UNKNOWN, f"product_ids[{at}]"))
        elif merchant[0] != owner or shop not in (None, merchant[1]):
            faults.append(Fault(_R.PRODUCT_FOREIGN, f"product_ids[{at}]"))
    raise_first(faults)
