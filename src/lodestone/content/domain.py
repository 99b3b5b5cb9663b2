"""A middle domain - a place, a channel, a profession - as sent and as read back."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.translations import Names, TranslatedName
from lodestone.base.wire import (
    EPOCH,
    Name,
    Position,
    Time,
    TimeText,
    check_years,
    refuse,
    time_text,
)

RADIUS_KM_DEFAULT = 10.0


class DomainIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A middle domain as an app sends it."""

    kind: Literal["place", "channel", "profession"]
    """Fixed by the first write."""
    name: Name = ""
    centre: Position | None = None
    """A place's middle; a place must have one, others must not."""
    radius_km: Annotated[float, Meta(gt=0, le=500)] | None = None
    """A place's reach, 10 km when left out."""
    created_at: Time | None = None
    """The community's clock at the first write when left out."""
    translations: Names = {}
    """Its name in other languages."""

    def __post_init__(self) -> None:
        if self.kind == "place" and self.centre is None:
            raise refuse("centre", "a place needs one")
        if self.kind != "place" and self.centre is not None:
            raise refuse("centre", "only a place has one")
        if self.kind != "place" and self.radius_km is not None:
            raise refuse("radius_km", "only a place has one")
        if self.created_at is not None and self.created_at < EPOCH:
            raise refuse("created_at", "must not lie before 1970")
        check_years(self, "created_at")


class DomainOut(msgspec.Struct, frozen=True, kw_only=True):
    """A middle domain as it is read back."""

    id: str
    kind: str
    name: str
    centre: Position | None
    radius_km: float | None
    members: int
    """How many people have joined."""
    created_at: TimeText
    translations: dict[str, TranslatedName]


def domain_out(domain_id: str, domain: DomainIn, *, created: Instant, members: int) -> DomainOut:
    """Show a stored domain with its members as the serving state counts them."""
    return DomainOut(
        id=domain_id,
        kind=domain.kind,
        name=domain.name,
        centre=domain.centre,
        radius_km=radius_km(domain),
        members=members,
        created_at=time_text(created),
        translations=domain.translations,
    )


def radius_km(domain: DomainIn) -> float | None:
    """Return a place's reach in kilometres, its default filled in; None for the other kinds."""
    if domain.kind != "place":
        return None
    return RADIUS_KM_DEFAULT if domain.radius_km is None else domain.radius_km
