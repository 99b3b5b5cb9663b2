"""What the records hand out. See `stores.ports.Records`."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeAlias

from lodestone.base.clock import Instant
from lodestone.base.errors import LodestoneError
from lodestone.content import Community, CommunityIn, DomainIn, ItemIn
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import DomainRow, ItemRow, MarkRow, PersonRow
from lodestone.people import PersonIn
from lodestone.traffic.policy import Policy

NEVER: Final = Instant(0)

Project: TypeAlias = Callable[[Sequence[str], str, str], tuple[float, ...]]
"""See content.vectors.project."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did in trade, on its way to the log as a fact about them and an item."""

    kind: FactKind
    """`ORDER`, `REDEEM`, `SHOP_VISIT` or `REFUND`."""
    name: str
    """Follows from what it is about, so that telling it twice counts once."""
    time: Instant
    person: int
    """Ordinal."""
    item: int
    """Row."""
    receipt: int = -1
    """Number of the decision it came from, -1 for none."""
    slot: int = 0
    about: str = ""
    """Of a refund: the name of the order's deed that it takes back."""
    since: Instant = NEVER
    """Of a refund: when that deed was done."""
    share: int = 0
    """Of a refund: millionths of what was bought that come back with it."""
    whole: bool = False
    """Of a refund: nothing of what was bought is left after it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a stored row that does not open, or whose kind nobody knows."""

    error: Exception


Row: TypeAlias = PersonRow | ItemRow | DomainRow | MarkRow | Deed | Unread
Broken: TypeAlias = Callable[[int, int, Exception], None]
"""Is told of a row that does not open: its number (a person's ordinal, an item's row, a domain's code), the ordinal of
whom it belongs to, and why."""


def raise_broken(_number: int, _owner: int, error: Exception) -> None:
    """Be told of a row that does not open by raising what ailed it."""
    raise error


class TermKind(IntEnum):
    """What a name is the name of; each kind counts its own codes."""

    LANGUAGE = 0
    TAG = 1
    DOMAIN = 2
    """Places, channels and professions together; the name is the domain's id."""
    SURFACE = 3
    CAMPAIGN = 4
    """Campaigns, by their ids: as facts about budgets name them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One write that the log must know of."""

    id: int
    """Its place in the community's outbox: 1, 2, 3, ..., never given twice."""
    community: str
    kind: FactKind
    """`PERSON`, `ITEM`, `DOMAIN`, `MODERATED`, `POLICY`, `ERASED`, or a deed's."""
    app_id: str
    """Empty for a policy and for whoever has been erased."""
    target: int
    """A person's ordinal, an item's row, a domain's code, a policy's version, a mark's number, a deed's
    own place."""
    row: Row | None
    """None for a policy, an erasure, and what has since been removed."""
    created: bool = False
    """True when the write made it; False too when read back from the outbox."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One entry of a bulk write that was not taken, by its index."""

    index: int
    error: LodestoneError


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of a bulk write."""

    changes: tuple[Change, ...]
    """One for each record made or replaced, in the order first named."""
    refused: tuple[Refused, ...]
    accepted: int
    """Entries taken; more than the records when an id came twice."""


@dataclass(frozen=True, slots=True)
class CommunityRecord:
    """A community as stored."""

    id: str
    given: CommunityIn
    created: Instant
    instant: Instant | None
    """What a driven clock last showed; None before it was first set, and on the wall clock."""
    secret: bytes = field(repr=False)
    """32 random bytes from which seeds, tags and beacons are derived."""

    @property
    def community(self) -> Community:
        """Return what every use case may know of it."""
        given = self.given
        return Community(self.id, given.name, given.time_zone, given.currency, self.secret)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as stored: everything but the key."""

    id: str
    community: str | None
    """None for an operator's key."""
    name: str
    scopes: tuple[str, ...]
    created: Instant
    revoked: Instant | None
    digest: bytes
    """SHA-256 of the plain text."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, the only time its plain text is seen."""

    record: KeyRecord
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as stored."""

    id: str
    ordinal: int
    key: bytes = field(repr=False)
    """32 bytes under which what is private of them in the log is encrypted."""
    given: PersonIn
    created: Instant
    stub: bool
    """Known only as the author of an item."""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item as stored."""

    id: str
    row: int
    owner: int
    """The author's ordinal; outlives the author."""
    author_id: str | None
    """None once the author has been erased."""
    given: ItemIn
    created: Instant
    erased: bool
    """Emptied along with its author."""
    ruling: int = 0
    """What moderators decided of it, a place in `content.review.RULINGS`."""


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """A middle domain as stored."""

    id: str
    code: int
    given: DomainIn
    created: Instant


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """One version of a community's policy; `policy.version` is that version."""

    policy: Policy
    created: Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request that may come again under its idempotency key."""

    body_digest: bytes
    """SHA-256 of the request's body."""
    status: int
    body: bytes


def key_digest(text: str) -> bytes:
    """Return what is stored and looked up in place of a key's plain text."""
    return hashlib.sha256(text.encode()).digest()


def claim_of(digest: bytes, route: str, token: str) -> bytes:
    """Return the 32 bytes that stand for an idempotency key under one key and route.

    Args:
        digest: The `key_digest` of the key that asks.
        route: Method and path template, such as `POST /v1/orders`.
        token: The `Idempotency-Key` header.
    """
    parts = (digest, route.encode(), token.encode())
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.sha256(framed).digest()
