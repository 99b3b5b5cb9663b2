"""Hydrate: from a request to everything the later stages read about the viewer."""

from dataclasses import dataclass
from math import isnan
from typing import Final

import numpy as np

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.geo import distance_km
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import DomainKind
from lodestone.features.directory import Directory
from lodestone.features.state import State
from lodestone.services.feeds import FeedRequest
from lodestone.traffic.decision import Rows
from lodestone.traffic.filters import DOMAIN, PLACE, VIEWER, Records
from lodestone.traffic.policy import Policy

PRESENT_MICROS: Final = 6 * 3600 * 1_000_000
"""How long a told position stands before home takes its place again."""
_NONE_DOMAINS: Final = np.zeros(0, DOMAIN)
_NONE_PLACES: Final = np.zeros(0, PLACE)
_NONE_ROWS: Final = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as numbers. `record` is one `VIEWER`; arrays are the viewer's own lists."""

    record: Records
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


class Hydrator:
    """Turns requests into viewers for one community."""

    def __init__(self, state: State, directory: Directory) -> None:
        self._state = state
        self._directory = directory

    def viewer(self, request: FeedRequest, policy: Policy, now: Instant, *, gated: bool) -> Viewer:
        """Read what is known of the viewer; a stranger is a newcomer without history.

        Raises:
            InvalidError: The surface needs a domain or a position that is not there.
            UnknownError: The domain is not one of this community.
        """
        row = self._directory.person_row(request.viewer) if request.viewer is not None else -1
        record = np.zeros(1, VIEWER)[0]
        record["person"], record["language"], record["area"] = row, -1, -1
        record["radius_km"], record["gated"] = policy.place_radius_km, gated
        record["surface"] = SURFACES.index(request.surface)
        personalised = request.personalised
        if row >= 0:
            person = self._state.people[row]
            personalised = personalised and bool(person["personalised"])
            record["language"], record["minor"] = person["language"], person["minor"]
        record["personalised"] = personalised
        self._locate(record, request, row, now)
        area = self._area(record, request, row)
        own = personalised or request.surface == "following"
        domains, places = (
            self._domains(record, row) if personalised else (_NONE_DOMAINS, _NONE_PLACES)
        )
        follows = self._private(row) if row >= 0 and own else _NONE_ROWS
        return Viewer(
            record=record,
            row=row,
            ordinal=int(self._state.people[row]["ordinal"]) if row >= 0 else -1,
            key=row if row >= 0 else f"{request.viewer or ''}/{request.session or ''}",
            personalised=personalised,
            follows=self._state.people["author"][follows] if follows.size else _NONE_ROWS,
            blocks=self._state.blocks(row) if row >= 0 else _NONE_ROWS,
            mutes=self._state.mutes(row) if row >= 0 else _NONE_ROWS,
            domains=domains,
            places=places,
            area=area,
        )

    def _private(self, row: int) -> Rows:
        """Return who is in the viewer's private domain: those they follow, shops they have bought from."""
        follows, bought = self._state.follows(row), self._state.bought(row)
        return np.union1d(follows, bought).astype(np.int32) if bought.size else follows

    def _locate(self, record: Records, request: FeedRequest, row: int, now: Instant) -> None:
        if request.position is not None:
            record["latitude"] = request.position.latitude
            record["longitude"] = request.position.longitude
            record["located"] = 1
        elif row >= 0:
            person = self._state.people[row]
            fresh = int(person["present_at"]) > now - PRESENT_MICROS
            name = "present_" if fresh and not isnan(person["present_latitude"]) else ""
            record["latitude"] = person[f"{name}latitude"]
            record["longitude"] = person[f"{name}longitude"]
            record["located"] = not isnan(record["latitude"])

    def _area(self, record: Records, request: FeedRequest, row: int) -> int:
        if request.surface in ("discover", "following"):
            return -1
        if request.domain_id is not None:
            return self._named_area(record, request.surface, request.domain_id)
        if request.surface == "place" and record["located"]:
            record["area_latitude"], record["area_longitude"] = (
                record["latitude"],
                record["longitude"],
            )
            record["area_radius_km"], record["area_located"] = record["radius_km"], 1
            return -1
        if (
            request.surface == "profession"
            and row >= 0
            and self._state.people[row]["profession"] >= 0
        ):
            record["area"] = self._state.people[row]["profession"]
            return int(record["area"])
        cure = "name the domain to look at" + (
            ", or send a position" if request.surface == "place" else ""
        )
        problem = Problem("domain_id", cure)
        raise InvalidError(
            "field_missing", f"surface {request.surface!r} needs a domain_id", (problem,)
        )

    def _named_area(self, record: Records, surface: str, domain_id: str) -> int:
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
        record["area"] = code
        if domain is not None and domain.kind == DomainKind.PLACE:
            record["area_latitude"], record["area_longitude"] = domain.latitude, domain.longitude
            record["area_radius_km"], record["area_located"] = domain.radius_km, 1
        return code

    def _domains(self, record: Records, row: int) -> tuple[Records, Records]:
        """List the viewer's middle domains, fewest members first: joined, own profession, present in."""
        state = self._state
        codes = set(map(int, state.memberships(row))) if row >= 0 else set()
        if row >= 0 and state.people[row]["profession"] >= 0:
            codes.add(int(state.people[row]["profession"]))
        if record["located"] and not record["minor"]:
            codes.update(self._places(float(record["latitude"]), float(record["longitude"])))
        if not codes:
            return _NONE_DOMAINS, _NONE_PLACES
        ordered = sorted(codes, key=lambda code: (state.members(code), code))
        domains, places = np.zeros(len(ordered), DOMAIN), np.zeros(len(ordered), PLACE)
        for index, code in enumerate(ordered):
            row_of = state.domains.get(code)
            kind = row_of.kind if row_of is not None else self._kind_unregistered(row, code)
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

    def _kind_unregistered(self, row: int, code: int) -> int:
        own = row >= 0 and int(self._state.people[row]["profession"]) == code
        return DomainKind.PROFESSION if own else DomainKind.CHANNEL
