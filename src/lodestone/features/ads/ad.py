"""One live ad: what it buys, whom it is for and when."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.base.wire import INSTANT_MAX, INSTANT_MIN
from lodestone.features.ads.audiences import Asks, Converted, Member
from lodestone.features.selling_range import Point, SellingRange, reaches

IMPRESSION: Final = -1
"""`LiveAd.bought` of an ad that pays for viewable impressions."""
ALL_HOURS: Final = (0xFFFFFF,) * 7


class Who(IntEnum):
    """Whom a circle means."""

    PRESENT = 0
    """Who is there: where the request says they are, or where they last said so."""
    RESIDENT = 1
    """Whose home is there."""
    ANY = 2


class Circle(NamedTuple):
    """A place on the map, WGS 84 degrees and kilometres."""

    latitude: float
    longitude: float
    radius_km: float
    who: Who = Who.ANY


@dataclass(frozen=True, slots=True)
class LiveAd:
    """One ad as decisions take it.

    Of each kind of targeting one entry must fit, and every kind that has entries must: somebody within any of the circles,
    *and* of any of the domains, and so on. A kind without entries asks nothing.
    """

    ad_id: str
    campaign_id: str
    """Whose budget pays; a page shows one ad of each."""
    advertiser_id: str
    item: int
    """Row of the item that is shown."""
    bid: Micros
    """Offered for the action that is bought, micros, 0 or more."""
    bought: int = IMPRESSION
    """Place in `OUTCOMES` of that action, or `IMPRESSION`."""
    chance_max: float = 1.0
    """No viewer's chance of the action counts for more, in (0, 1]; `bid` times it is the most an impression is worth."""
    pace: float = 1.0
    """The share of the bid that enters an auction, in [0, 1]."""
    reserve: float = 0.0
    """The least that is accepted for a seen impression, micros, 0 or more."""
    circles: tuple[Circle, ...] = ()
    domains: tuple[int, ...] = ()
    """Domain codes of channels and professions: joined, one's own, or the one whose feed is asked for."""
    tags: tuple[int, ...] = ()
    """Term codes: of a topic on the page, or of what the viewer liked lately."""
    languages: tuple[int, ...] = ()
    """Term codes."""
    followers_of: tuple[int, ...] = ()
    """Ordinals of creators."""
    segments_in: tuple[Member, ...] = ()
    segments_out: tuple[Member, ...] = ()
    """Nobody is shown it who is in one of them."""
    alike_to: int | None = None
    """Ordinal of a person: for those who take to the posts that people alike took to, and these are that person's."""
    converted: Converted | None = None
    """Who is left out for what they did lately."""
    starts: Instant = INSTANT_MIN
    ends: Instant = INSTANT_MAX
    """The first instant at which it is over."""
    hours: tuple[int, ...] = ALL_HOURS
    """Shape (7,), Monday first: bit h is set where it runs from h to h + 1 o'clock in the community's zone."""
    frequency: tuple[int, int] | None = None
    """The most appearances of its campaign before one viewer, and within how many days; None: no limit."""
    owner: int = -1
    """Ordinal of who advertises, or owns the shop that does."""
    sold: tuple[SellingRange, ...] = ()
    """How far what it shows and leads to is sold; it is for nobody beyond one of them. Empty: anywhere."""
    contextual: bool = False
    """May be shown without consent to personalisation: then only place, language, page and time of day are matched."""

    @property
    def asks(self) -> Asks:
        """What it asks of people."""
        return Asks(
            followers=bool(self.followers_of),
            members=bool(self.segments_in or self.segments_out),
            alike=self.alike_to is not None,
            conversions=self.converted is not None,
        )

    def reaches(self, here: Point | None, home: Point | None) -> bool:
        """Say whether what it sells is sold to somebody who is and lives there; see `selling_range.reaches`."""
        return all(reaches(sold, here, home) for sold in self.sold)

    def __post_init__(self) -> None:
        """Hold what decisions lean on."""
        assert self.bid >= 0
        assert self.item >= 0
        assert 0.0 < self.chance_max <= 1.0
        assert 0.0 <= self.pace <= 1.0
        assert self.reserve >= 0.0
        assert len(self.hours) == 7
