"""Which live ads fit one request, by definition: the plain reading that the index is compared with."""

from collections.abc import Iterable, Set
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from lodestone.base.clock import Instant
from lodestone.base.geo import distance_km
from lodestone.features.ads.ad import Circle, LiveAd, Who
from lodestone.features.ads.audiences import Conversions, Member, is_left_out

CAMPAIGN_MAX: Final = 2
"""Ads of one campaign that come from one gathering at most."""


class AdQuery(NamedTuple):
    """Whom and what a page is for. What may not be known of a viewer without consent is empty."""

    here: tuple[float, float] | None
    """Latitude and longitude where the viewer is, None unknown."""
    home: tuple[float, float] | None
    domains: frozenset[int]
    """Codes of channels and professions that are the viewer's, or the page's."""
    tags: frozenset[int]
    language: int
    """Term code, -1 unknown."""
    follows: frozenset[int]
    """Ordinals of creators."""
    weekday: int
    """0 is Monday, in the community's zone."""
    hour: int
    now: Instant
    personalised: bool
    members: frozenset[Member] = frozenset()
    """Segments that the viewer is in."""
    alike: frozenset[int] = frozenset()
    """Ordinals of whose posts people alike took to."""
    conversions: Conversions = MappingProxyType({})
    tired: frozenset[int] = frozenset()
    """Ordinals of campaigns that the viewer has seen as often as they may."""


def fits(ad: LiveAd, asked: AdQuery) -> bool:
    """Say whether an ad may be shown for a request, whatever its campaign has left."""
    if not (ad.starts <= asked.now < ad.ends and ad.hours[asked.weekday] >> asked.hour & 1):
        return False
    if not (asked.personalised or ad.contextual):
        return False
    if ad.circles and not any(inside(circle, asked.here, asked.home) for circle in ad.circles):
        return False
    if not ad.reaches(asked.here, asked.home):
        return False
    if not asked.members.isdisjoint(ad.segments_out):
        return False
    if ad.converted is not None and is_left_out(ad.converted, asked.conversions, asked.now):
        return False
    wanted: tuple[tuple[tuple[Any, ...], Set[Any]], ...] = (
        (ad.domains, asked.domains), (ad.tags, asked.tags), (ad.languages, {asked.language} - {-1}),
        (ad.followers_of, asked.follows), (ad.segments_in, asked.members),
        (() if ad.alike_to is None else (ad.alike_to,), asked.alike),
    )  # fmt: skip
    return all(not asks or not has.isdisjoint(asks) for asks, has in wanted)


def inside(
    circle: Circle, here: tuple[float, float] | None, home: tuple[float, float] | None
) -> bool:
    """Say whether the viewer is in a circle, or at home there, as it wants; each None unknown."""
    points = (
        here if circle.who != Who.RESIDENT else None,
        home if circle.who != Who.PRESENT else None,
    )
    return any(
        point is not None
        and distance_km(*point, circle.latitude, circle.longitude) <= circle.radius_km
        for point in points
    )


def best(ads: Iterable[tuple[int, int, LiveAd]], asked: AdQuery, count: int) -> list[int]:
    """Return the ordinals of the fitting ads that an impression may be worth most to, of each campaign at most `CAMPAIGN_MAX`.

    Args:
        ads: Ordinal, campaign's ordinal and ad of each that is live and may spend.
        asked: The request.
        count: How many at most.
    """
    fitting = [
        (-ad.bid * ad.chance_max, ordinal, campaign)
        for ordinal, campaign, ad in ads
        if campaign not in asked.tired and fits(ad, asked)
    ]
    chosen: list[int] = []
    taken: dict[int, int] = {}
    for _, ordinal, campaign in sorted(fitting):
        taken[campaign] = taken.get(campaign, 0) + 1
        if taken[campaign] <= CAMPAIGN_MAX and len(chosen) < count:
            chosen.append(ordinal)
    return chosen
