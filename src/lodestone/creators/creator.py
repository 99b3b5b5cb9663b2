"""A creator who takes orders: what they ask for, as sent and as read back."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from lodestone.base.wire import AppId, Language, Money, TimeText, Word, refuse

NOTICE_MAX: Final = 90
"""Days of notice, at most."""


class LeastPrices(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The least that a creator takes, by kind of settlement; an advertiser offers no less."""

    fixed: Money | None = None
    cpm: Money | None = None
    """For 1,000 plays."""
    cpa: Money | None = None
    """For one conversion."""
    cps: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Part of what is sold."""


class CreatorIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A creator's profile as an app sends it."""

    open: bool = True
    """Whether they take orders at present; those taken go on."""
    topics: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    languages: Annotated[tuple[Language, ...], Meta(max_length=20)] = ()
    region: AppId | None = None
    """A domain of kind place."""
    prices: LeastPrices = LeastPrices()
    notice_days: Annotated[int, Meta(ge=0, le=NOTICE_MAX)] = 0
    """Days that a brief must leave before its deadline."""

    def __post_init__(self) -> None:
        for field in ("topics", "languages"):
            names = getattr(self, field)
            if len(set(names)) < len(names):
                raise refuse(field, "must not name the same one twice")


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the orders that a creator took; worked out, never given."""

    taken: int
    """Accepted, and ended since."""
    published: int
    """Of those, published."""


class CreatorOut(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's profile as it is read back."""

    person_id: str
    open: bool
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    region: str | None
    prices: LeastPrices
    notice_days: int
    reliability: Reliability
    created_at: TimeText
