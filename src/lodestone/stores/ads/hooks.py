"""What advertising does within a write of people. See `records.hooks`."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import or_

from lodestone.ads.campaign import STATES
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.stores.ads.rows import GONE
from lodestone.stores.ads.schema import AD_GROUPS, ADS, ADVERTISERS, AUTHORISATIONS, CAMPAIGNS
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope


def erase_advertiser(work: Work, ordinal: int, now: Instant) -> None:
    """End and empty whatever somebody, or a shop of theirs, advertises, and what they let others run; the ids stay taken."""
    ended = {"state": STATES.index("ended"), "doc": GONE}
    mine = work.update(ADVERTISERS).where(ADVERTISERS.c.owner == ordinal)
    work.run(mine.values(doc=GONE))
    for table in (CAMPAIGNS, AD_GROUPS):
        work.run(work.update(table).where(table.c.owner == ordinal).values(**ended))
    work.run(work.update(ADS).where(ADS.c.owner == ordinal).values(**ended, reason=GONE))
    advertisers = work.select(ADVERTISERS, ADVERTISERS.c.id).where(ADVERTISERS.c.owner == ordinal)
    column = AUTHORISATIONS.c
    ending = or_(column.creator == ordinal, column.advertiser.in_(advertisers))
    given = work.update(AUTHORISATIONS).where(ending, column.revoked.is_(None))
    work.run(given.values(revoked=now))


def no_refusals(_scope: Scope, _item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return that a post which an ad shows may be written as ever."""
    return {}


AD_HOOKS: Final = SubjectHooks(erase_advertiser, no_refusals)
