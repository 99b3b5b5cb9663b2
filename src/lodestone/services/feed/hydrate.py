"""Hydrate: from a request to everything the later stages read about the viewer."""

from dataclasses import dataclass
from math import isnan, nan
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from lodestone.base.clock import HOUR_MICROS, Instant
from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.geo import distance_km
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import DomainKind
from lodestone.features.layout import PERSON
from lodestone.features.view import DirectoryView, StateView
from lodestone.models.nearby import Spot
from lodestone.services.feed.messages import FeedRequest
from lodestone.traffic.decision import Rows
from lodestone.traffic.filters import DOMAIN, PLACE, VIEWER, Lens, Records
from lodestone.traffic.policy import Policy

PRESENT_MICROS: Final = 6 * HOUR_MICROS
"""How long a told position stands before home takes its place again."""
_NONE_DOMAINS: Final = np.zeros(0, DOMAIN)
_NONE_PLACES: Final = np.zeros(0, PLACE)
_NONE_ROWS: Final = np.zeros(0, np.int32)
_Circle: TypeAlias = tuple[float, float, float]
"""Latitude, longitude, kilometres."""
_NOWHERE: Final[_Circle] = (nan, nan, nan)
_NO_POINT: Final = (nan, nan)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as numbers; arrays are the viewer's own lists."""

    lens: Lens
    record: Records
    """The same, shape (1,) of `VIEWER`."""
    row: int
    ordinal: int
    key: int | str
    """What `Served` remembers this viewer under."""
    personalised: bool
    follows: Rows
    """Author slots of those they follow and of shops they have bought from, -1 for one without posts."""
    blocks: Rows
    mutes: Rows
    domains: Records
    places: Records
    area: int
    """Domain code the surface looks at, -1 for none."""
    home: tuple[float, float] = _NO_POINT
    """Latitude and longitude, NaN unknown."""
    greys: bool = False
    """Products that may not be ordered from where the viewer is are shown, and say so; else they are left out."""


_PLACE: Final = SURFACES.index("place")


def looks_around(viewer: Viewer) -> bool:
    """Say whether a viewer looks at a circle on the map: on the surface `place`."""
    return viewer.lens.surface == _PLACE and viewer.lens.area_located


def spot_of(viewer: Viewer, clock: tuple[int, int], now: Instant) -> Spot:
    """Return where and when a viewer looks around: from where they stand, if that is in the circle, else from its middle.

    A child's position decides nothing.

    Args:
        viewer: One who looks around.
        clock: Weekday and minute of the day.
        now: The community's clock.
    """
    lens = viewer.lens
    wide, high, radius = lens.area_latitude, lens.area_longitude, lens.area_radius_km
    here = lens.latitude, lens.longitude
    stands = lens.located and not lens.minor
    if not stands or distance_km(*here, wide, high) > radius:
        here = wide, high
    person = viewer.row if viewer.personalised else -1
    return Spot(*here, (wide, high, radius), person, clock[0], clock[1] // 60, now)


class Hydrator:
    """Turns requests into viewers for one community."""

    def __init__(self, state: StateView, directory: DirectoryView) -> None:
        self._state = state
        self._directory = directory

    def viewer(self, request: FeedRequest, policy: Policy, now: Instant, *, gated: bool) -> Viewer:
        """Read what is known of the viewer; a stranger is a newcomer without history.

        Raises:
            InvalidError: The surface needs a domain or a position that is not there.
            UnknownError: The domain is not one of this community.
        """
        row = self._directory.person_row(request.viewer) if request.viewer is not None else -1
        person = NOBODY if row < 0 else PersonNow._make(self._state.people[row].item())
        personalised = request.personalised and bool(person.personalised)
        latitude, longitude = _position(request, person, now)
        located = not isnan(latitude)
        code, area = self._area(request, person, latitude, longitude, policy.place_radius_km)
        own = personalised or request.surface == "following"
        mine = self._mine(row, person, latitude, longitude) if personalised else set()
        if code >= 0:
            mine.add(code)
        professions = {person.profession, code if request.surface == "profession" else -1}
        domains, places = self._domains(mine, professions)
        north, east, radius = map(float, area)
        lens = Lens(
            latitude,
            longitude,
            float(policy.place_radius_km),
            north,
            east,
            radius,
            row,
            code,
            person.language,
            SURFACES.index(request.surface),
            located,
            not isnan(north),
            personalised,
            bool(person.minor),
            gated,
        )
        follows = self._private(row) if row >= 0 and own else _NONE_ROWS
        return Viewer(
            lens=lens,
            record=np.array([lens], VIEWER),
            row=row,
            ordinal=person.ordinal,
            key=row if row >= 0 else f"{request.viewer or ''}/{request.session or ''}",
            personalised=personalised,
            follows=self._state.people["author"][follows] if follows.size else _NONE_ROWS,
            blocks=self._state.blocks(row) if row >= 0 else _NONE_ROWS,
            mutes=self._state.mutes(row) if row >= 0 else _NONE_ROWS,
            domains=domains,
            places=places,
            area=code,
            home=(person.latitude, person.longitude),
            greys=policy.out_of_reach == "grey",
        )

    def _private(self, row: int) -> Rows:
        """Return who is in the viewer's private domain: those they follow, shops they have bought from."""
        follows, bought = self._state.follows(row), self._state.bought(row)
        return np.union1d(follows, bought).astype(np.int32) if bought.size else follows

    def _area(
        self,
        request: FeedRequest,
        person: "PersonNow",
        latitude: float,
        longitude: float,
        radius_km: float,
    ) -> tuple[int, _Circle]:
        """Return the domain code the surface looks at, and the circle where it is a place."""
        surface = request.surface
        if surface in ("discover", "following"):
            return -1, _NOWHERE
        if request.domain_id is not None:
            return self._named_area(surface, request.domain_id)
        by_position = surface == "place" and not person.minor
        if by_position and not isnan(latitude):
            return -1, (latitude, longitude, radius_km)
        if surface == "profession" and person.profession >= 0:
            return person.profession, _NOWHERE
        cure = "name the domain to look at" + (", or send a position" if by_position else "")
        problem = Problem("domain_id", cure)
        raise InvalidError("field_missing", f"surface {surface!r} needs a domain_id", (problem,))

    def _named_area(self, surface: str, domain_id: str) -> tuple[int, _Circle]:
        code = self._directory.domain_code(domain_id)
        domain = self._state.domains.get(code)
        if code < 0 or (domain is None and surface == "place"):
            raise UnknownError(
                "domain_unknown", f"there is no domain {domain_id!r} here; PUT it first"
            )
        if domain is not None and domain.kind != DomainKind[surface.upper()]:
            problem = Problem(
                "domain_id", f"is not a {surface}; ask that surface or another domain"
            )
            raise InvalidError(
                "field_out_of_range", f"{domain_id!r} is not a {surface}", (problem,)
            )
        if domain is not None and domain.kind == DomainKind.PLACE:
            return code, (domain.latitude, domain.longitude, domain.radius_km)
        return code, _NOWHERE

    def _mine(self, row: int, person: "PersonNow", latitude: float, longitude: float) -> set[int]:
        """Return the codes of the viewer's middle domains.

        Those joined, one's profession, and the places one is present or resident in.
        """
        codes = set(self._state.memberships(row).tolist()) if row >= 0 else set()
        if person.profession >= 0:
            codes.add(person.profession)
        here, home = (latitude, longitude), (person.latitude, person.longitude)
        if not person.minor:
            for point in {here, home}:  # as a rule they are one
                if not isnan(point[0]):
                    codes.update(self._places(*point))
        return codes

    def _domains(self, codes: set[int], professions: set[int]) -> tuple[Records, Records]:
        """Lay out middle domains, fewest members first: the viewer's own, and the one whose feed is asked for.

        What somebody is shown in a channel's feed comes through that channel, a member or not.
        """
        if not codes:
            return _NONE_DOMAINS, _NONE_PLACES
        state = self._state
        ordered = sorted(codes, key=lambda code: (state.members(code), code))
        domains, places = np.zeros(len(ordered), DOMAIN), np.zeros(len(ordered), PLACE)
        for index, code in enumerate(ordered):
            row_of = state.domains.get(code)
            unregistered = DomainKind.PROFESSION if code in professions else DomainKind.CHANNEL
            kind = unregistered if row_of is None else row_of.kind
            domains[index] = (code, kind, index)
            if row_of is not None and kind == DomainKind.PLACE:
                places[index] = (row_of.latitude, row_of.longitude, row_of.radius_km)
        return domains, places

    def _places(self, latitude: float, longitude: float) -> list[int]:
        """Return the codes of the places a point lies in."""
        return [
            code
            for code, domain in self._state.domains.items()
            if domain.kind == DomainKind.PLACE
            and distance_km(latitude, longitude, domain.latitude, domain.longitude)
            <= domain.radius_km
        ]


class PersonNow(NamedTuple):
    """One person's row as plain values, in the order of `PERSON`."""

    ordinal: int
    created: int
    present_at: int
    latitude: float
    longitude: float
    present_latitude: float
    present_longitude: float
    author: int
    seen: int
    profession: int
    language: int
    personalised: int
    minor: int


assert PersonNow._fields == PERSON.names
NOBODY: Final = PersonNow(-1, 0, 0, nan, nan, nan, nan, -1, -1, -1, -1, 1, 0)


def _position(request: FeedRequest, person: PersonNow, now: Instant) -> tuple[float, float]:
    """Return where the viewer is: as the request says, else as told in the last hours, else home."""
    if request.position is not None:
        return request.position.latitude, request.position.longitude
    return whereabouts(person, now)


def whereabouts(person: PersonNow, now: Instant) -> tuple[float, float]:
    """Return where somebody is who does not say it now: as told in the last hours, else home; NaN unknown."""
    if person.present_at > now - PRESENT_MICROS and not isnan(person.present_latitude):
        return person.present_latitude, person.present_longitude
    return person.latitude, person.longitude


def points_of(
    person: PersonNow, now: Instant
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return where somebody is who does not say it now, and where they live; None unknown."""
    here, home = whereabouts(person, now), (person.latitude, person.longitude)
    return None if isnan(here[0]) else here, None if isnan(home[0]) else home
