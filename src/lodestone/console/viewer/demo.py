"""Who lives in a demo community, for choosing through whose eyes to look."""

from collections.abc import Mapping
from math import isnan
from typing import Final

import msgspec

from lodestone.base.geo import distance_km
from lodestone.console.reader import name_of
from lodestone.console.viewer.feed_page import Showing
from lodestone.console.viewer.post_reads import domain_names
from lodestone.events.outcomes import COUNT_IMPRESSIONS, DomainKind
from lodestone.services import use_cases
from lodestone.services.catalogue import PersonRecord
from lodestone.services.community.community import Engine

_READ: Final = 2000
"""So many people are looked through for a good one or a name; a demo is small."""
_FOLLOWS_WANTED: Final = 12


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """One person as a list shows them."""

    id: str
    name: str
    profession: str | None
    place: str | None
    interests: tuple[str, ...]
    following: int
    minor: bool
    personalised: bool


def residents(engine: Engine, wanted: str, *, limit: int) -> list[Resident]:
    """Return residents, those with most to see first.

    Args:
        engine: The demo's.
        wanted: Part of a name, an id or a trade; empty for anyone.
        limit: At most so many.
    """
    page = use_cases.stored(engine).people(_READ)
    found = [(_rank(engine, person), person) for person in page]
    found.sort(key=lambda one: one[0])
    text = wanted.strip().lower()
    some = [person for _, person in (found if text else found[:limit])]
    homes = {person.id: Showing(engine, person.id).home() for person in some}
    names = domain_names(engine, {*homes.values(), *(person.given.profession for person in some)})
    told = (_resident(engine, person, homes[person.id], names) for person in some)
    fitting = (one for one in told if not text or _fits(one, text))
    return [one for one, _ in zip(fitting, range(limit), strict=False)]


def _fits(one: Resident, text: str) -> bool:
    return text in one.id.lower() or text in one.name.lower() or text in (one.profession or "")


def _rank(engine: Engine, person: PersonRecord) -> tuple[float, str]:
    """Order who shows most of the product first: in the middle of things, with friends, a trade and a past."""
    row, state, given = engine.directory.person_row(person.id), engine.state, person.given
    poor = 0.0
    poor += 2.0 * (given.minor or not given.consent.personalisation)
    poor += _away(engine, row) + 0.5 * (given.profession is None)
    poor += 0.5 * (not any(_channel(engine, int(code)) for code in state.memberships(row)))
    poor += 1.0 - min(1.0, int(state.follows(row).size) / _FOLLOWS_WANTED)
    poor += 1.0 - min(1.0, float(state.person_total[row, COUNT_IMPRESSIONS]) / 100)
    return round(poor, 6), person.id


def _away(engine: Engine, row: int) -> float:
    """Say how far from the middle of the nearest place somebody lives, from 0 to 1 at its rim or beyond."""
    latitude, longitude = (
        float(engine.state.people[row][name]) for name in ("latitude", "longitude")
    )
    if isnan(latitude):
        return 1.0
    places = [
        domain for domain in list(engine.state.domains.values()) if domain.kind == DomainKind.PLACE
    ]
    away = [
        distance_km(latitude, longitude, place.latitude, place.longitude) / place.radius_km
        for place in places
    ]
    return min(1.0, *away) if away else 1.0


def _channel(engine: Engine, code: int) -> bool:
    domain = engine.state.domains.get(code)
    return domain is not None and domain.kind == DomainKind.CHANNEL


def _resident(
    engine: Engine, person: PersonRecord, home: str | None, names: Mapping[str, str]
) -> Resident:
    row, given = engine.directory.person_row(person.id), person.given
    return Resident(
        id=person.id, name=name_of(given) or person.id, profession=None if given.profession is None else names[given.profession],
        place=None if home is None else names[home], interests=tuple(given.interests)[:3],
        following=int(engine.state.follows(row).size), minor=given.minor,
        personalised=given.consent.personalisation,
    )  # fmt: skip
