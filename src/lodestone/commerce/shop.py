"""A merchant's shop, as sent and as read back, its opening hours and its staff's roles."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.translations import TRANSLATIONS_MAX, TranslatedWords
from lodestone.base.wire import (
    TEXT,
    AppId,
    Language,
    Name,
    Position,
    TimeText,
    Word,
    refuse,
    time_text,
)
from lodestone.content.item import Media

RADIUS_KM_DEFAULT: Final = 10.0
RADIUS_KM_MAX: Final = 20_040.0
"""Half way round the globe: a shop that sells everywhere."""
HOLD_SHARE_DEFAULT: Final = 0.1
CATEGORIES_MAX: Final = 8
HOURS_MAX: Final = 28
AREAS_MAX: Final = 64
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)|^24:00$(?!\n)"
ClockTime = Annotated[str, Meta(pattern=_CLOCK, description="HH:MM in the community's zone.")]
Review = Literal["applied", "approved", "rejected"]
ROLES: Final = ("manager", "clerk")
"""A manager may do everything; a clerk redeems vouchers and hands orders over."""


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One span in which a shop is open every week; it may run over midnight."""

    day: Weekday
    opens: ClockTime
    closes: ClockTime

    def __post_init__(self) -> None:
        if self.opens == self.closes:
            raise refuse("closes", "must differ from opens; 00:00 to 24:00 is the whole day")
        if self.opens == "24:00":
            raise refuse("opens", "must lie before 24:00")


class DeliveryArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somewhere that a shop without a position of its own delivers to."""

    name: Name = ""
    centre: Position
    radius_km: Annotated[float, Meta(gt=0, le=RADIUS_KM_MAX)]


class TranslatedShop(TranslatedWords, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A shop's name, text and categories in another language; what is left out is shown in its own."""

    categories: Annotated[tuple[Word, ...], Meta(max_length=CATEGORIES_MAX)] = ()
    """As many as the shop's own, in the same order."""


ShopTranslations: TypeAlias = Annotated[
    dict[Language, TranslatedShop], Meta(max_length=TRANSLATIONS_MAX)
]


class ShopIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A shop as an app sends it."""

    owner_id: AppId
    """The merchant; fixed by the first write. A person of this id must exist."""
    name: Annotated[str, Meta(min_length=1, max_length=256, pattern=TEXT)]
    position: Position | None = None
    """Where it stands. One without, such as a brand's, delivers and does nothing else."""
    radius_km: Annotated[float, Meta(gt=0, le=RADIUS_KM_MAX)] = RADIUS_KM_DEFAULT
    """How far it sells from its position: to buyers' addresses, and to buyers who come."""
    areas: Annotated[tuple[DeliveryArea, ...], Meta(max_length=AREAS_MAX)] = ()
    """Where one without a position delivers to; none: anywhere."""
    hours: Annotated[tuple[Hours, ...], Meta(max_length=HOURS_MAX)] = ()
    """None: always open. They bind delivery and pick-up, not vouchers, which are bought at any hour."""
    hold_share: Annotated[float, Meta(ge=0, le=1)] = HOLD_SHARE_DEFAULT
    """Share of a stock item's unsold units that one buyer's unpaid orders may hold or wait for, at least one unit."""
    categories: Annotated[tuple[Word, ...], Meta(max_length=CATEGORIES_MAX)] = ()
    text: Annotated[str, Meta(max_length=20_000, pattern=TEXT)] = ""
    media: Annotated[tuple[Media, ...], Meta(max_length=32)] = ()
    status: Literal["open", "paused", "closed"] = "open"
    """What the merchant wants; it sells only once approved."""
    translations: ShopTranslations = {}
    """Its name, text and categories in other languages."""

    def __post_init__(self) -> None:
        if self.position is not None and self.areas:
            raise refuse(
                "areas", "are of a shop without a position; radius_km says how far this one sells"
            )
        for tag, words in self.translations.items():
            if words.categories and len(words.categories) != len(self.categories):
                raise refuse(f"translations.{tag}.categories", "must be as many as the shop's own")


class ShopOut(msgspec.Struct, frozen=True, kw_only=True):
    """A shop as it is read back."""

    id: str
    owner_id: str | None
    """None once the owner has been erased."""
    name: str
    position: Position | None
    """None of one that only delivers."""
    radius_km: float
    areas: tuple[DeliveryArea, ...]
    hold_share: float
    hours: tuple[Hours, ...]
    categories: tuple[str, ...]
    text: str
    media: tuple[Media, ...]
    status: str
    review: Review
    review_note: str
    open_now: bool
    created_at: TimeText
    translations: dict[str, TranslatedShop]


class ReviewIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The verdict on a sign-up."""

    decision: Literal["approved", "rejected"]
    note: Name = ""


class StaffIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody's role at a shop."""

    role: Literal["manager", "clerk"]


class StaffOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who serves at a shop."""

    person_id: str
    role: str


def shop_out(
    shop_id: str,
    shop: ShopIn,
    *,
    owner_id: str | None,
    review: Review,
    note: str,
    open_now: bool,
    created: Instant,
) -> ShopOut:
    """Show a stored shop."""
    return ShopOut(
        id=shop_id,
        owner_id=owner_id,
        name=shop.name,
        position=shop.position,
        radius_km=shop.radius_km,
        areas=shop.areas,
        hold_share=shop.hold_share,
        hours=shop.hours,
        categories=shop.categories,
        text=shop.text,
        media=shop.media,
        status=shop.status,
        review=review,
        review_note=note,
        open_now=open_now,
        created_at=time_text(created),
        translations=shop.translations,
    )


def is_open(hours: Sequence[Hours], weekday: int, minute: int) -> bool:
    """Say whether a shop is open.

    Args:
        hours: Its spans; none means always.
        weekday: 0 is Monday, in the community's zone.
        minute: Of that day, 0 to 1439.

    >>> night = [Hours("monday", "22:00", "02:00")]
    >>> is_open(night, 0, 23 * 60), is_open(night, 1, 60), is_open(night, 1, 120)
    (True, True, False)
    """
    if not hours:
        return True
    return any(_holds(span, weekday, minute) for span in hours)


def _holds(span: Hours, weekday: int, minute: int) -> bool:
    day, opens, closes = WEEKDAYS.index(span.day), _minute(span.opens), _minute(span.closes)
    if opens < closes:
        return weekday == day and opens <= minute < closes
    today = weekday == day and minute >= opens
    return today or (weekday == (day + 1) % 7 and minute < closes)


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
