"""What a viewer's page shows: a feed with the details of its posts, who is looking, what is around."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Annotated

import msgspec

from lodestone.base.errors import UnknownError
from lodestone.base.geo import distance_km
from lodestone.base.wire import AppId, Position, TimeText, time_text
from lodestone.console.reader import Original, name_of, words_of
from lodestone.console.viewer.post_reads import (
    PostReads,
    domain_names,
    place_of,
    read_posts,
)
from lodestone.console.viewer.storefront import Offer, Storefront
from lodestone.content.domain import RADIUS_KM_DEFAULT
from lodestone.content.item import Media
from lodestone.events.outcomes import OUTCOMES, DomainKind
from lodestone.events.wire import SLOT_MAX
from lodestone.features.layout import KINDS, LABELS
from lodestone.features.table_kernel import pack
from lodestone.services import use_cases
from lodestone.services.access import Principal
from lodestone.services.community.community import Engine
from lodestone.services.feed.hydrate import PRESENT_MICROS
from lodestone.services.feed.messages import CURSOR_MAX, FeedRequest, FeedSlot, Surface

_LIKED, _COMMENTED, _SHARED = (OUTCOMES.index(name) for name in ("like", "comment", "share"))
"""Counters; a like's is the tag of its key too, see `features.apply_kernel`."""
_NEAR_DECIMALS = 3
"""Places on a page are told to about a hundred metres."""
_DOMAINS_MAX = 1000


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a post."""

    id: str
    name: str
    followed: bool
    """By the viewer."""
    followers: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One slot with everything a page draws of it."""

    slot: int
    item_id: str
    kind: str
    domain: str
    domain_id: str | None
    domain_kind: str | None
    """`place`, `channel` or `profession` of a middle domain."""
    domain_name: str | None
    source: str
    paid: bool
    beacon: str
    label: str | None
    notice: str | None
    """What the moderators of the domain it came through wrote on it."""
    pinned: bool
    """They pinned it in the domain whose feed this is."""
    orderable: bool
    """False of a product whose shop does not sell to where the viewer is."""
    text: str
    language: str | None
    original: Original | None
    """What the author wrote, where `text` is its translation into the reader's language."""
    tags: tuple[str, ...]
    media: tuple[Media, ...]
    duration_seconds: float | None
    created_at: TimeText
    author: Author | None
    """None once erased."""
    position: Position | None
    """Of the post, to about a hundred metres."""
    place: str | None
    """The name of the nearest place it lies in."""
    distance_km: float | None
    """From the viewer; None where either place is unknown or the viewer is a child."""
    liked: bool
    likes: int
    comments: int
    shares: int
    offer: Offer | None
    """What a product costs and who sells it; None of any other post."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a post in words."""

    distance_km: float | None
    domain_name: str | None
    author: str | None
    text: str
    author_id: str | None = None


class PageFeedIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page asks; the viewer is the session's own."""

    surface: Surface = "discover"
    domain_id: AppId | None = None
    position: Position | None = None
    slots: Annotated[int, msgspec.Meta(ge=1, le=SLOT_MAX)] = 8
    cursor: Annotated[str, msgspec.Meta(max_length=CURSOR_MAX)] | None = None


class PageFeed(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a feed, ready to draw."""

    receipt_id: str
    slots: list[Shown]
    next_cursor: str | None
    degraded: list[str]
    personalised: bool
    now: TimeText
    """The community's clock, by which the page times its events."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A middle domain as a page lists it."""

    id: str
    kind: str
    name: str
    members: int
    joined: bool
    position: Position | None
    radius_km: float | None


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is looking, and what a page of theirs offers."""

    id: str
    name: str
    community: str
    community_name: str
    currency: str
    minor: bool
    personalised: bool
    position: Position | None
    place: str | None
    profession: Area | None
    channels: list[Area]
    following: int
    time_zone: str
    """The community's, in which shops open and vouchers end."""
    now: TimeText


@dataclass(frozen=True, slots=True)
class _Looker:
    """The viewer while a page is put together."""

    row: int
    position: Position | None
    minor: bool
    follows: frozenset[int]
    liked: frozenset[str] = frozenset()
    """Of the items asked about."""


class Showing:
    """Puts together what pages of one community show to one viewer."""

    def __init__(self, engine: Engine, viewer: str) -> None:
        """Raises UnknownError when the viewer is no longer there."""
        self._engine = engine
        self._stored = use_cases.stored(engine)
        self._read = use_cases.threads(engine).read
        self._viewer = viewer
        self._row = engine.directory.person_row(viewer)
        if self._row < 0:
            raise UnknownError("person_unknown", "this session's viewer is not here any more")

    # The feed

    async def feed(self, asked: PageFeedIn, who: Principal) -> PageFeed:
        """Decide a page of the viewer's feed and gather what is drawn of it; raises as `Engine.feed`."""
        request = FeedRequest(
            viewer=self._viewer, surface=asked.surface, domain_id=asked.domain_id,
            position=asked.position, device="page", slots=asked.slots, cursor=asked.cursor,
        )  # fmt: skip
        feed = await self._engine.feed(request, who)
        looker = self._looker(asked.position, [slot.item_id for slot in feed.slots])
        shown = await self._read(self._shown, feed.slots, looker)
        return PageFeed(
            receipt_id=feed.receipt_id, slots=shown, next_cursor=feed.next_cursor,
            degraded=feed.degraded, personalised=feed.personalised, now=time_text(self._engine.now()),
        )  # fmt: skip

    def _looker(self, told: Position | None, items: Sequence[str] = ()) -> _Looker:
        """Look the viewer up, and which of some items they like; the likes on the event loop alone."""
        state, row_of = self._engine.state, self._engine.directory.item_row
        person = state.people[self._row]
        follows = frozenset(state.follows(self._row).tolist())
        likes = {name: state.like.get(int(pack(self._row, row_of(name), _LIKED))) for name in items}
        liked = frozenset(name for name, one in likes.items() if one and one[0] and not one[0] & 1)
        return _Looker(self._row, told or self._position(), bool(person["minor"]), follows, liked)

    def _position(self) -> Position | None:
        """Return where the viewer is, or lives; None without their consent, which leaves both unknown."""
        person = self._engine.state.people[self._row]
        fresh = int(person["present_at"]) > self._engine.now() - PRESENT_MICROS
        name = "present_" if fresh and not isnan(person["present_latitude"]) else ""
        latitude, longitude = float(person[f"{name}latitude"]), float(person[f"{name}longitude"])
        return None if isnan(latitude) else Position(latitude, longitude)

    def _shown(self, slots: Sequence[FeedSlot], looker: _Looker) -> list[Shown]:
        """Gather what is drawn of some posts; in a thread, each kind of record with one statement for all."""
        reads = read_posts(
            self._engine, [slot.item_id for slot in slots], [slot.domain_id for slot in slots],
            [slot.item_id for slot in slots if slot.kind == "product"],
        )  # fmt: skip
        return [self._post(slot, looker, reads) for slot in slots]

    def _post(self, slot: FeedSlot, looker: _Looker, reads: PostReads) -> Shown:
        state, row = self._engine.state, self._engine.directory.item_row(slot.item_id)
        record = reads.items[slot.item_id]
        given, place, words = record.given, reads.places.get(slot.item_id), words_of(record.given)
        total = state.item_ring[row].sum(axis=0) + state.item_old[row]
        near = None if looker.minor else _distance(looker.position, given.position)
        return Shown(
            slot=slot.slot, item_id=slot.item_id, kind=slot.kind, domain=slot.domain,
            domain_id=slot.domain_id, domain_kind=self._kind(slot.domain_id), domain_name=None if slot.domain_id is None else reads.domains[slot.domain_id], source=slot.source,
            paid=slot.paid, beacon=slot.beacon, label=slot.label, notice=slot.notice, pinned=slot.pinned, orderable=slot.orderable, text=words.text,
            language=words.language, original=words.original, tags=given.tags, media=given.media,
            duration_seconds=given.duration_seconds, created_at=time_text(record.created),
            author=self._author(record.author_id, looker, reads), position=_rounded(given.position),
            place=None if place is None else reads.domains[place], distance_km=near,
            liked=slot.item_id in looker.liked,
            likes=int(total[_LIKED]), comments=int(total[_COMMENTED]), shares=int(total[_SHARED]),
            offer=reads.offers.get(slot.item_id),
        )  # fmt: skip

    async def post(self, item_id: str) -> Shown:
        """Gather what is drawn of one post that somebody passed on: no decision put it before the viewer.

        So it has slot 0, no beacon, and `link` for its source; what is done to it teaches rates and moves no promise.

        Raises:
            UnknownError: There is no such post, or it may not be shown any more.
        """
        row = self._engine.directory.item_row(item_id)
        item = self._engine.state.items[row] if row >= 0 else None
        if item is None or item["state"] != 1 or LABELS[item["label"]] == "drop":
            raise UnknownError("item_unknown", "this post is not here, or not any more")
        label = LABELS[item["label"]]
        slot = FeedSlot(
            slot=0, item_id=item_id, author_id="", kind=KINDS[item["kind"]], domain="public",
            domain_id=None, source="link", paid=False, beacon="",
            label=None if label == "show" else label,
        )  # fmt: skip
        looker = self._looker(None, [item_id])
        (shown,) = await self._read(self._shown, (slot,), looker)
        return shown

    def told(self, item_id: str, domain_id: str | None, at: Position | None) -> About:
        """Say what a sentence about a post needs: how far, from whom, through which domain."""
        about = self.told_all((item_id,), at)[item_id]
        if domain_id is None:
            return about
        name = domain_names(self._engine, (domain_id,))[domain_id]
        return msgspec.structs.replace(about, domain_name=name)

    def told_all(self, ids: Iterable[str], at: Position | None = None) -> dict[str, About]:
        """Say what sentences about some posts need, by id: how far, from whom."""
        reads, looker = read_posts(self._engine, ids), self._looker(at)
        told = {}
        for name, record in reads.items.items():
            author = self._author(record.author_id, looker, reads)
            away = None if looker.minor else _distance(looker.position, record.given.position)
            told[name] = About(
                distance_km=away, domain_name=None, author=None if author is None else author.name,
                text=words_of(record.given).text, author_id=None if author is None else author.id,
            )  # fmt: skip
        return told

    def _kind(self, domain_id: str | None) -> str | None:
        if domain_id is None:
            return None
        domain = self._engine.state.domains.get(self._engine.directory.domain_code(domain_id))
        return None if domain is None else DomainKind(domain.kind).name.lower()

    def _author(self, author_id: str | None, looker: _Looker, reads: PostReads) -> Author | None:
        """Return who made a post; None once erased, even while the page was read."""
        record = None if author_id is None else reads.authors.get(author_id)
        if author_id is None or record is None:
            return None
        state, row = self._engine.state, self._engine.directory.person_row(author_id)
        return Author(
            id=author_id, name=name_of(record.given) or author_id, followed=row in looker.follows,
            followers=state.edges.follower_count(row),
        )  # fmt: skip

    # Who is looking

    def me(self) -> Me:
        """Say who is looking and what their tabs hold."""
        engine = self._engine
        record = self._stored.person(self._viewer)
        community = self._stored.community()
        areas = self._areas()
        position = self._position()
        place, trade = place_of(engine, position), record.given.profession
        return Me(
            id=self._viewer, name=name_of(record.given) or self._viewer, community=engine.community.id,
            community_name=name_of(community.given) or engine.community.id,
            currency=community.given.currency, minor=record.given.minor,
            personalised=record.given.consent.personalisation, position=_rounded(position),
            place=None if place is None else domain_names(engine, (place,))[place],
            profession=next((area for area in areas if area.id == trade), None),
            channels=[area for area in areas if area.kind == "channel"],
            following=int(engine.state.follows(self._row).size),
            time_zone=community.given.time_zone, now=time_text(engine.now()),
        )  # fmt: skip

    def standing(self, stated: Position | None) -> Position | None:
        """Return where the viewer is, by their page or as it is known; None of a child, and without their consent."""
        looker = self._looker(stated)
        return None if looker.minor else looker.position

    def home(self) -> str | None:
        """Return the id of the place the viewer is or lives in; asks nothing."""
        return place_of(self._engine, self._position())

    def _areas(self) -> list[Area]:
        """Return every middle domain, joined ones first, then by how many have joined."""
        state = self._engine.state
        joined = set(state.memberships(self._row).tolist())
        found = [
            Area(
                id=record.id, kind=record.given.kind, name=name_of(record.given) or record.id,
                members=state.members(record.code), joined=record.code in joined,
                position=record.given.centre,
                radius_km=None if record.given.centre is None
                else record.given.radius_km or RADIUS_KM_DEFAULT,
            )
            for record in self._stored.domains(_DOMAINS_MAX)
        ]  # fmt: skip
        return sorted(found, key=lambda area: (not area.joined, -area.members, area.id))

    # Shops

    def storefront(self, told: Position | None) -> Storefront:
        """Return what this viewer is shown of shops, from where the page says they are or is known."""
        follows = frozenset(self._engine.state.follows(self._row).tolist())
        return Storefront(self._engine, follows, self.standing(told))

    def standpoint(self, stated: Position | None) -> Position:
        """Return from where this viewer's map is drawn.

        Raises:
            UnknownError: Nobody has said where the viewer is, or they are a child.
        """
        looker = self._looker(stated)
        if looker.position is None or looker.minor:
            raise UnknownError("position_unknown", "nobody has said where this viewer is")
        return looker.position

    def places(self) -> list[Area]:
        """Return the domains that are places, joined ones first; in a thread."""
        return [area for area in self._areas() if area.kind == "place"]


def near(at: Position) -> Position:
    """Return a position to about a hundred metres, as pages are told everybody's."""
    return Position(round(at.latitude, _NEAR_DECIMALS), round(at.longitude, _NEAR_DECIMALS))


def _rounded(at: Position | None) -> Position | None:
    return None if at is None else near(at)


def _distance(here: Position | None, there: Position | None) -> float | None:
    if here is None or there is None:
        return None
    return round(distance_km(here.latitude, here.longitude, there.latitude, there.longitude), 1)
