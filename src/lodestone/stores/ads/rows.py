"""How objects of advertising lie in their tables. See `schema`."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from lodestone.ads.ad import AdIn
from lodestone.ads.ad_group import AdGroupIn
from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.campaign import REVIEWS, STATES, CampaignIn
from lodestone.base.clock import Instant
from lodestone.stores.ads.finds import Owner
from lodestone.stores.ads.types import AdGroupRecord, AdRecord, AdvertiserRecord, CampaignRecord
from lodestone.stores.sql.encryption import Seal, unsealed

NOBODY: Final = "-"
"""Stands for the owner in a stored advertiser, which names them by ordinal only."""
_DOC: Final = b"ads.doc"
_REASON: Final = b"ads.reason"
GONE: Final = unsealed(b"")
"""What is left of what was sent once the owner is erased."""
_ENCODE: Final = msgspec.msgpack.Encoder().encode


class GroupDoc(msgspec.Struct, frozen=True, array_like=True):
    """An ad group without the names of people, who are kept as ordinals."""

    given: AdGroupIn
    followers: tuple[int, ...]


_ADVERTISER: Final = msgspec.msgpack.Decoder(AdvertiserIn)
_CAMPAIGN: Final = msgspec.msgpack.Decoder(CampaignIn)
_GROUP: Final = msgspec.msgpack.Decoder(GroupDoc)
_AD: Final = msgspec.msgpack.Decoder(AdIn)


def seal_advertiser(given: AdvertiserIn, key: bytes) -> bytes:
    """Store what an app sent of an advertiser, sealed under its owner's key."""
    nameless = given if given.owner_id is None else replace(given, owner_id=NOBODY)
    return Seal(key).seal(_ENCODE(nameless), what=_DOC)


def advertiser_record(row: Any, owner: Owner) -> AdvertiserRecord:
    """Read an advertiser."""
    given = _ADVERTISER.decode(Seal(owner.key).open(row.doc, what=_DOC))
    if given.owner_id is not None:
        given = replace(given, owner_id=owner.id)
    return AdvertiserRecord(row.id, given, Instant(row.created), owner.ordinal)


def seal_campaign(given: CampaignIn, key: bytes) -> bytes:
    """Store what an app sent of a campaign; its state has a column."""
    return Seal(key).seal(_ENCODE(replace(given, state="paused")), what=_DOC)


def campaign_record(row: Any, key: bytes) -> CampaignRecord:
    """Read a campaign under its owner's key."""
    given = replace(_CAMPAIGN.decode(Seal(key).open(row.doc, what=_DOC)), state=STATES[row.state])
    return CampaignRecord(row.id, given, Instant(row.created))


def seal_group(given: AdGroupIn, followers: tuple[int, ...], key: bytes) -> bytes:
    """Store what an app sent of an ad group; followers: ordinals in the place of `followers_of`."""
    nameless = replace(given, state="paused", targeting=replace(given.targeting, followers_of=()))
    return Seal(key).seal(_ENCODE(GroupDoc(nameless, followers)), what=_DOC)


def group_doc(row: Any, key: bytes) -> GroupDoc:
    """Open what is stored of an ad group under its owner's key."""
    return _GROUP.decode(Seal(key).open(row.doc, what=_DOC))


def group_record(row: Any, doc: GroupDoc, names: dict[int, tuple[str, bytes]]) -> AdGroupRecord:
    """Read an ad group; names: of those among its followers who are not erased, at least."""
    known = tuple(names[ordinal][0] for ordinal in doc.followers if ordinal in names)
    given = replace(
        doc.given,
        state=STATES[row.state],
        targeting=replace(doc.given.targeting, followers_of=known),
    )
    return AdGroupRecord(row.id, given, doc.followers, Instant(row.created))


def seal_ad(given: AdIn, key: bytes) -> bytes:
    """Store what an app sent of an ad."""
    return Seal(key).seal(_ENCODE(replace(given, state="paused")), what=_DOC)


def seal_reason(reason: str, key: bytes) -> bytes:
    """Store what a moderator wrote of an ad."""
    return Seal(key).seal(reason.encode(), what=_REASON)


def ad_record(row: Any, key: bytes) -> AdRecord:
    """Read an ad under its owner's key."""
    seal = Seal(key)
    return AdRecord(
        row.id,
        row.item,
        replace(_AD.decode(seal.open(row.doc, what=_DOC)), state=STATES[row.state]),
        REVIEWS[row.review],
        seal.open(row.reason, what=_REASON).decode(),
        Instant(row.created),
    )
