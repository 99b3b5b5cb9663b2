"""People, items, domains, communities and sessions, as a stranger reads them back.

Fields that an answer has besides are passed over, so that an older client reads a newer engine.
"""

from typing import Generic, TypeVar

import msgspec

from lodestone.base.wire import Position

Row = TypeVar("Row")


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """One page of a list; `next_cursor` asks for the next, None at the end."""

    data: tuple[Row, ...]
    next_cursor: str | None = None


class Consent(msgspec.Struct, frozen=True):
    """What a person lets the engine use."""

    personalisation: bool = True
    position: bool = True
    shown_at_home: bool = False
    """Others may see on the map that they live there, to about a hundred metres."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person."""

    id: str
    created_at: str
    name: str = ""
    home: Position | None = None
    present: Position | None = None
    present_at: str | None = None
    profession: str | None = None
    interests: dict[str, float] = {}
    language: str | None = None
    consent: Consent = Consent()
    minor: bool = False


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the engine holds about a person."""

    person: Person
    follows: tuple[str, ...]
    blocks: tuple[str, ...]
    mutes: tuple[str, ...]
    hidden_ads: tuple[str, ...]
    domains: tuple[str, ...]
    facts: tuple[dict[str, object], ...]
    receipts: tuple[str, ...]


class Media(msgspec.Struct, frozen=True):
    """One file of an item; width and height in pixels."""

    url: str
    type: str
    width: int | None = None
    height: int | None = None


class Label(msgspec.Struct, frozen=True):
    """What a rule says of an item: `show`, `warn` or `drop`."""

    label: str
    rule: str
    expires_at: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item with its counters: impressions and outcomes so far."""

    id: str
    kind: str
    created_at: str
    author_id: str | None = None
    """None once its author has been erased."""
    text: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    professions: tuple[str, ...] = ()
    position: Position | None = None
    duration_seconds: float | None = None
    media: tuple[Media, ...] = ()
    state: str = "live"
    labels: tuple[Label, ...] = ()
    counters: dict[str, int] = {}


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment below an item."""

    id: str
    item_id: str
    state: str
    """`live`, `deleted`, `erased`, `hidden` or `withdrawn`."""
    created_at: str
    author_id: str | None = None
    text: str = ""
    language: str | None = None
    in_reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    by_item_author: bool = False
    likes: int = 0
    replies: int = 0
    edited_at: str | None = None


class CommentThread(msgspec.Struct, frozen=True):
    """A comment and the first replies to it."""

    comment: Comment
    replies: tuple[Comment, ...] = ()


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A middle domain: a place, a channel or a profession."""

    id: str
    kind: str
    created_at: str
    name: str = ""
    centre: Position | None = None
    radius_km: float | None = None
    members: int = 0


class Community(msgspec.Struct, frozen=True, kw_only=True):
    """A community and what its clock shows."""

    id: str
    now: str
    created_at: str
    name: str = ""
    time_zone: str = "UTC"
    currency: str = "CNY"
    clock: str = "wall"
    state: str = "active"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A community's key; its plain text is told only when it is made."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    revoked_at: str | None = None
    key: str | None = None


class Session(msgspec.Struct, frozen=True):
    """A token for one viewer's page, good until `expires_at`."""

    token: str
    viewer: str
    expires_at: str


class Stored(msgspec.Struct, frozen=True):
    """Where a medium is served, and how long it is."""

    url: str
    bytes: int
