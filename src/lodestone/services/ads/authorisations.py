"""Authorisations of one community: which posts others may run as ads. Who may do what is looked at here."""

from typing import Final

from lodestone.ads.authorisation import AuthorisationIn, AuthorisationOut, AuthorisationState
from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.commerce.price import SHARE_WHOLE
from lodestone.content import Community
from lodestone.services.access import Principal
from lodestone.services.ads.live import AdPublisher, write_and_publish
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ads.types import AuthorisationRecord
from lodestone.stores.ports import Records

SCOPE: Final = "creators"


class Authorisations:
    """Use cases of authorisations, for whoever asks.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`. All raise ForbiddenError
    `scope_missing`, and otherwise as `AdRecords`. Whatever is written the next decision sees.
    """

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        publisher: AdPublisher,
        who: Principal,
    ) -> None:
        self._id, self._clock, self._records = community.id, clock, records
        self._writes, self._publisher, self._who = writes, publisher, who

    async def put(self, name: str, given: AuthorisationIn) -> tuple[AuthorisationOut, bool]:
        """Let an advertiser run a post; return the authorisation and whether it is new."""
        self._who.need(SCOPE)
        now = self._clock.now()
        new = await write_and_publish(
            self._writes,
            lambda: self._records.put_authorisation(self._id, name, given, now=now),
            lambda: self._publish(name),
        )
        return await self._records.threads.read(self.get, name), new

    async def revoke(self, name: str) -> None:
        """End an authorisation: no decision after this shows the post for that advertiser."""
        self._who.need(SCOPE)
        now = self._clock.now()
        await write_and_publish(
            self._writes,
            lambda: self._records.revoke_authorisation(self._id, name, now=now),
            lambda: self._publish(name),
        )

    def get(self, name: str) -> AuthorisationOut:
        """Return one authorisation."""
        self._who.need(SCOPE)
        return authorisation_out(self._records.authorisation(self._id, name), self._clock.now())

    def all(
        self, limit: int, after: str | None, creator_id: str | None, advertiser_id: str | None
    ) -> list[AuthorisationOut]:
        """Return a page of authorisations, of one creator and one advertiser if given."""
        self._who.need(SCOPE)
        records = self._records.authorisations(
            self._id, limit=limit, after=after, creator_id=creator_id, advertiser_id=advertiser_id
        )
        now = self._clock.now()
        return [authorisation_out(record, now) for record in records]

    async def _publish(self, name: str) -> None:
        campaigns = await self._records.threads.read(self._records.campaigns_under, self._id, name)
        for campaign_id in campaigns:
            await self._publisher.campaign(campaign_id)


def authorisation_out(record: AuthorisationRecord, now: Instant) -> AuthorisationOut:
    """Show an authorisation as it stands at an instant."""
    return AuthorisationOut(
        id=record.id,
        creator_id=record.creator_id,
        advertiser_id=record.advertiser,
        item_id=record.item_id,
        starts=time_text(record.starts),
        until=time_text(record.until),
        share=record.share / SHARE_WHOLE,
        state=_state(record, now),
        revoked_at=None if record.revoked is None else time_text(record.revoked),
        created_at=time_text(record.created),
    )


def _state(record: AuthorisationRecord, now: Instant) -> AuthorisationState:
    if record.revoked is not None:
        return "revoked"
    if record.until <= now:
        return "over"
    return "to_come" if now < record.starts else "in_force"
