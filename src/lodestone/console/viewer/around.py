"""What the map shows around a viewer: shops, places, live rooms and people at home; and the search among them."""

from typing import Final, Literal

import msgspec
import numpy as np

from lodestone.base.geo import distance_km, distances_km
from lodestone.base.search_text import fits, search_words
from lodestone.base.wire import Position
from lodestone.console.reader import name_of, words_of
from lodestone.console.viewer.feed_page import Area, Showing, near
from lodestone.console.viewer.post_reads import domain_names
from lodestone.console.viewer.storefront import ShopCard
from lodestone.features.layout import LABELS
from lodestone.services import use_cases
from lodestone.services.catalogue import PersonRecord
from lodestone.services.community.community import Engine

QUERY_MAX: Final = 64
_SHOPS_MAX: Final = 200
_ROOMS_READ: Final = 500
"""So many live items, the newest, are looked at for those that lie near."""
_ROOMS_MAX: Final = 50
_HOMES_READ: Final = 1_000
"""So many people, the nearest, are looked at for those who let themselves be shown."""
_PEOPLE_MAX: Final = 100
_FOUND_MAX: Final = 12
"""Of each kind that a search finds."""
_SEARCH_KM: Final = 50.0
_TITLE_MAX: Final = 60


class RoomSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Something live nearby."""

    item_id: str
    title: str
    host: str | None
    """None once erased."""
    position: Position
    """To about a hundred metres."""
    distance_km: float


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who lets others see where they live; never a child."""

    id: str
    name: str
    profession: str | None
    position: Position
    """Of their home, to about a hundred metres."""
    distance_km: float
    followed: bool


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What the map draws beside the posts of the nearby feed, each kind the nearest first."""

    position: Position
    radius_km: float
    shops: list[ShopCard]
    places: list[Area]
    rooms: list[RoomSeen]
    people: list[Neighbour]


class PlaceFound(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a search found."""

    kind: Literal["place", "shop", "product", "person"]
    id: str
    name: str
    position: Position
    distance_km: float
    shop: ShopCard | None
    """The shop itself, or the one that sells the product."""
    person: Neighbour | None


class PlacesFound(msgspec.Struct, frozen=True):
    """What a search found: places, shops, products, people, each kind the nearest first."""

    data: list[PlaceFound]


class Surroundings:
    """Gathers what lies around one viewer of one community."""

    def __init__(self, engine: Engine, viewer: str) -> None:
        """Raises UnknownError when the viewer is no longer there."""
        self._engine = engine
        self._showing = Showing(engine, viewer)
        self._row = engine.directory.person_row(viewer)
        self._stored = use_cases.stored(engine)
        self._read = use_cases.threads(engine).read

    async def around(self, claimed: Position | None) -> Around:
        """Gather what stands within the policy's radius.

        Raises:
            UnknownError: Nobody has said where the viewer is, or they are a child.
        """
        here, read = self._showing.standpoint(claimed), self._read
        radius = self._engine.housekeeper.policy.place_radius_km
        live = self._live_near(here, radius)
        return Around(
            position=near(here), radius_km=radius,
            shops=await read(self._showing.storefront(claimed).near, radius, _SHOPS_MAX),
            places=await read(self._showing.places), rooms=await read(self._rooms, live, here),
            people=(await read(self._neighbours, here, radius))[:_PEOPLE_MAX],
        )  # fmt: skip

    async def find(self, query: str, claimed: Position | None) -> PlacesFound:
        """Search names for every word of the query; raises as `around`."""
        here, words = self._showing.standpoint(claimed), search_words(query)
        if not words:
            return PlacesFound([])
        return PlacesFound(await self._read(self._find, words, here, claimed))

    def _find(
        self, words: tuple[str, ...], here: Position, claimed: Position | None
    ) -> list[PlaceFound]:
        people = self._neighbours(here, _SEARCH_KM)
        return [
            *self._places_named(words, here),
            *self._trade_named(words, here, claimed),
            *[
                PlaceFound(
                    kind="person", id=person.id, name=person.name, position=person.position,
                    distance_km=person.distance_km, shop=None, person=person,
                )
                for person in people
                if fits(words, person.name, person.profession or "")
            ][:_FOUND_MAX],
        ]  # fmt: skip

    def _places_named(self, words: tuple[str, ...], here: Position) -> list[PlaceFound]:
        matches = [
            PlaceFound(
                kind="place", id=area.id, name=area.name, position=area.position,
                distance_km=_tenths(here, area.position), shop=None, person=None,
            )
            for area in self._showing.places()
            if area.position is not None and fits(words, area.name)
        ]  # fmt: skip
        return sorted(matches, key=lambda match: match.distance_km)[:_FOUND_MAX]

    def _trade_named(
        self, words: tuple[str, ...], here: Position, claimed: Position | None
    ) -> list[PlaceFound]:
        front = self._showing.storefront(claimed)
        matches = use_cases.shops(self._engine).find(here, words, _FOUND_MAX)
        return [
            PlaceFound(
                kind="shop" if match.product_id is None else "product",
                id=match.shop.id if match.product_id is None else match.product_id,
                name=match.shop.name if match.product_id is None else match.product_name,
                position=there, distance_km=_tenths(here, there),
                shop=front.card(match.shop), person=None,
            )
            for match in matches
            if (there := match.shop.position) is not None
        ]  # fmt: skip

    def _live_near(self, here: Position, radius_km: float) -> list[tuple[str, Position]]:
        """Return what is live within a radius, by id, with its place to a hundred metres, the nearest first."""
        items = self._engine.state.items
        live: list[tuple[float, str, Position]] = []
        for row in use_cases.newest_live(self._engine, _ROOMS_READ):
            item = items[row]
            there = near(Position(float(item["latitude"]), float(item["longitude"])))
            away = distance_km(here.latitude, here.longitude, there.latitude, there.longitude)
            if away <= radius_km and LABELS[item["label"]] != "drop":  # NaN is never near
                live.append((away, self._engine.directory.item_id(row), there))
        return [
            (item_id, there)
            for _, item_id, there in sorted(live, key=lambda room: room[:2])[:_ROOMS_MAX]
        ]

    def _rooms(self, live: list[tuple[str, Position]], here: Position) -> list[RoomSeen]:
        items = self._stored.items_called(item_id for item_id, _ in live)
        hosts = self._stored.people_called(
            item.author_id for item in items.values() if item.author_id is not None
        )
        rooms = []
        for item_id, there in live:
            if (item := items.get(item_id)) is not None:
                host = hosts.get(item.author_id or "")
                first_line = words_of(item.given).text.partition("\n")[0]
                rooms.append(
                    RoomSeen(
                        item_id=item_id, title=first_line[:_TITLE_MAX],
                        host=None if host is None else name_of(host.given) or host.id,
                        position=there, distance_km=_tenths(here, there),
                    )
                )  # fmt: skip
        return rooms

    def _neighbours(self, here: Position, radius_km: float) -> list[Neighbour]:
        """Return who lives within a radius and lets others see it, the nearest first; in a thread."""
        state = self._engine.state
        people = state.people[: state.person_count]
        away = distances_km(here.latitude, here.longitude, people["latitude"], people["longitude"])
        grown = (people["minor"] == 0) & (people["ordinal"] >= 0)
        rows = np.flatnonzero((away <= radius_km) & grown)
        rows = rows[np.argsort(away[rows], kind="stable")][:_HOMES_READ]
        unseen = {self._row, *state.blocks(self._row).tolist()}
        names = [
            self._engine.directory.person_ids[row] for row in rows.tolist() if row not in unseen
        ]
        known = self._stored.people_called(name for name in names if name is not None)
        shown = [
            person
            for person in known.values()
            if _shows_home(person) and not self._blocked_by(person.id)
        ]
        trades = domain_names(self._engine, (person.given.profession for person in shown))
        follows = set(state.follows(self._row).tolist())
        neighbours = [self._neighbour(person, here, trades, follows) for person in shown]
        return sorted(neighbours, key=lambda person: (person.distance_km, person.id))

    def _blocked_by(self, person_id: str) -> bool:
        row = self._engine.directory.person_row(person_id)
        return row < 0 or self._row in self._engine.state.blocks(row)

    def _neighbour(
        self, person: PersonRecord, here: Position, trades: dict[str, str], follows: set[int]
    ) -> Neighbour:
        profile = person.given
        assert profile.home is not None
        home = near(profile.home)
        return Neighbour(
            id=person.id, name=name_of(profile) or person.id,
            profession=None if profile.profession is None else trades[profile.profession],
            position=home, distance_km=_tenths(here, home),
            followed=self._engine.directory.person_row(person.id) in follows,
        )  # fmt: skip


def _shows_home(person: PersonRecord) -> bool:
    """Say whether others may see where somebody lives: they said so, and nothing forbids it."""
    profile = person.given
    consents = profile.consent.position and profile.consent.shown_at_home
    return consents and not profile.minor and profile.home is not None


def _tenths(here: Position, there: Position) -> float:
    away = distance_km(here.latitude, here.longitude, there.latitude, there.longitude)
    return round(away, 1)
