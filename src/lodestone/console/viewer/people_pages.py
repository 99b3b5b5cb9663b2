"""What the viewer's page shows of people: an author's page, and the viewer's own."""

from math import ceil, isnan
from typing import Final

import msgspec
import numpy as np

from lodestone.base.errors import UnknownError
from lodestone.base.geo import distance_km
from lodestone.base.wire import Position
from lodestone.console.reader import name_of
from lodestone.console.viewer.feed_page import Showing
from lodestone.console.viewer.post_grid import Tiles, liked, posted, saved
from lodestone.console.viewer.post_reads import domain_names, place_of
from lodestone.console.viewer.storefront import ShopCard
from lodestone.people import Consent
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

_SHOPS_MAX: Final = 8
_FOLLOWED_MAX: Final = 500


class PersonSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's page, as this viewer sees it."""

    id: str
    name: str
    trade: str | None
    place: str | None
    """The name of the place they live in; None without their consent, and of a child."""
    distance_km: int | None
    """From the viewer to where they live, in whole kilometres rounded up: nobody's door is to be found by it."""
    followers: int
    following: int
    followed: bool
    """By the viewer."""
    muted: bool
    """The viewer is not shown their posts."""
    blocked: bool
    """The viewer has blocked them: their posts are not shown here either."""
    ads_hidden: bool
    """The viewer wants no ads of theirs."""
    mine: bool
    """It is the viewer themselves."""
    shops: list[ShopCard]
    posts: Tiles


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom the viewer follows."""

    id: str
    name: str
    trade: str | None


class MyPage(msgspec.Struct, frozen=True, kw_only=True):
    """The viewer's own page: what the engine knows that they may look at and change."""

    name: str
    minor: bool
    consent: Consent
    likes: Tiles
    saved: Tiles
    following: list[Followed]
    """By name; the first 500."""


class PeoplePages:
    """Pages about people of one community, before one viewer. Asks the records: called in a thread of theirs."""

    def __init__(self, engine: Engine, viewer: str, stated: Position | None) -> None:
        """Take who looks, from where their device says they are. Raises UnknownError when they are no longer there."""
        self._engine, self._viewer = engine, viewer
        self._stored = use_cases.stored(engine)
        self._row = engine.directory.person_row(viewer)
        showing = Showing(engine, viewer)
        self._front = showing.storefront(stated)
        self._here = showing.standing(stated)

    def person(self, person_id: str) -> PersonSheet:
        """Show somebody's page. Raises UnknownError when nobody is called so, or no longer."""
        engine, row = self._engine, self._row_of(person_id)
        given, state = self._stored.person(person_id).given, engine.state
        home = None if given.minor else _home(state.people[row])
        place, trade = place_of(engine, home), given.profession
        names = domain_names(engine, (place, trade))
        blocked = row in state.blocks(self._row)
        owned = use_cases.shops(engine).shops(_SHOPS_MAX, None, person_id)
        return PersonSheet(
            id=person_id, name=name_of(given) or person_id, trade=None if trade is None else names[trade],
            place=None if place is None else names[place], distance_km=self._away(home),
            followers=state.edges.follower_count(row), following=int(state.follows(row).size),
            followed=row in state.follows(self._row), muted=row in state.mutes(self._row),
            blocked=blocked, ads_hidden=row in state.edges.hidden_ads(self._row), mine=row == self._row,
            shops=[self._front.card(shop) for shop in owned if shop.review == "approved"],
            posts=Tiles(data=[], next_cursor=None) if blocked else posted(engine, row, None),
        )  # fmt: skip

    def posts(self, person_id: str, cursor: str | None) -> Tiles:
        """Return a page of what somebody posted; none of whoever the viewer has blocked. Raises UnknownError."""
        row = self._row_of(person_id)
        if row in self._engine.state.blocks(self._row):
            return Tiles(data=[], next_cursor=None)
        return posted(self._engine, row, cursor)

    def mine(self) -> MyPage:
        """Show the viewer's own page."""
        given = self._stored.person(self._viewer).given
        return MyPage(
            name=name_of(given) or self._viewer, minor=given.minor, consent=given.consent,
            likes=self.likes(None), saved=self.saved(None), following=self._followed(),
        )  # fmt: skip

    def likes(self, cursor: str | None) -> Tiles:
        """Return a page of what the viewer likes."""
        return liked(self._engine, self._row, cursor)

    def saved(self, cursor: str | None) -> Tiles:
        """Return a page of what the viewer saved."""
        return saved(self._engine, self._viewer, cursor)

    def _followed(self) -> list[Followed]:
        rows = self._engine.state.follows(self._row).tolist()
        ids = [self._engine.directory.person_ids[row] for row in rows[:_FOLLOWED_MAX]]
        people = self._stored.people_called(name for name in ids if name is not None)
        trades = domain_names(self._engine, (person.given.profession for person in people.values()))
        channels = [
            Followed(
                id=person.id, name=name_of(person.given) or person.id,
                trade=None if person.given.profession is None else trades[person.given.profession],
            )
            for person in people.values()
        ]  # fmt: skip
        return sorted(channels, key=lambda channel: (channel.name, channel.id))

    def _away(self, home: Position | None) -> int | None:
        here = self._here
        if home is None or here is None:
            return None
        return max(
            1, ceil(distance_km(here.latitude, here.longitude, home.latitude, home.longitude))
        )

    def _row_of(self, person_id: str) -> int:
        row = self._engine.directory.person_row(person_id)
        if row < 0:
            raise UnknownError("person_unknown", "nobody is called so here, or not any more")
        return row


def _home(person: np.void) -> Position | None:
    """Return where somebody lives, None where that is not known or not to be used."""
    latitude, longitude = float(person["latitude"]), float(person["longitude"])
    return None if isnan(latitude) else Position(latitude, longitude)
