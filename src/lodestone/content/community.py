"""A community: whose people and items these are, on which clock and in which money."""

from dataclasses import dataclass, field
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from lodestone.base.calendar import DayOf, days_in
from lodestone.base.clock import Instant
from lodestone.base.translations import Names, TranslatedName
from lodestone.base.wire import TEXT, Currency, Name, TimeText, refuse, time_text


class CommunityIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A community as an operator sends it."""

    name: Name = ""
    time_zone: Annotated[str, Meta(min_length=1, max_length=64, pattern=TEXT)] = "UTC"
    """A name from the IANA time zone database; fixed at creation. It decides what a day is."""
    currency: Currency = "CNY"
    """Three letters of ISO 4217; fixed at creation."""
    clock: Literal["wall", "driven"] = "wall"
    """Fixed at creation, except that a driven clock may be released to the wall once."""
    state: Literal["active", "disabled"] = "active"
    translations: Names = {}
    """Its name in other languages."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            problem = "must be a name of the IANA database, such as Asia/Shanghai"
            raise refuse("time_zone", problem) from None


class CommunityOut(msgspec.Struct, frozen=True, kw_only=True):
    """A community as it is read back."""

    id: str
    name: str
    time_zone: str
    currency: str
    clock: str
    state: str
    now: TimeText
    """What its clock shows."""
    created_at: TimeText
    translations: dict[str, TranslatedName]


def community_out(
    community_id: str, community: CommunityIn, *, created: Instant, now: Instant
) -> CommunityOut:
    """Show a stored community and what its clock says."""
    return CommunityOut(
        id=community_id,
        name=community.name,
        time_zone=community.time_zone,
        currency=community.currency,
        clock=community.clock,
        state=community.state,
        now=time_text(now),
        created_at=time_text(created),
        translations=community.translations,
    )


@dataclass(frozen=True, slots=True)
class Community:
    """Whose content this is, in which zone and money: what every use case may know, and never changes while it is open."""

    id: str
    name: str
    """As it was called when it was opened; its record may have another since."""
    zone: str
    """A name from the IANA time zone database; it decides what a day is."""
    currency: str
    """Three letters of ISO 4217."""
    secret: bytes = field(repr=False)
    """32 random bytes from which seeds, tags and beacons are derived."""

    @property
    def days(self) -> DayOf:
        """Return what knows on which day, and at which minute of it, an instant falls here."""
        return days_in(self.zone)
