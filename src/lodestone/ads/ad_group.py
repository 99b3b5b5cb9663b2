"""An ad group: whom it is for and what it bids, as sent and as read back."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.ads.campaign import AdDelivery, ReviewCounts, ReviewState, State
from lodestone.ads.objective import Action, Strategy
from lodestone.base.wire import AppId, Language, Money, Name, Position, TimeText, Word, refuse

PLACES_MAX: Final = 64
NAMES_MAX: Final = 64
RADIUS_KM_DEFAULT: Final = 10.0
RADIUS_KM_MAX: Final = 500.0
RETURN_MAX: Final = 1000.0
Who: TypeAlias = Literal["present", "resident", "any"]
_Ids: TypeAlias = Annotated[tuple[AppId, ...], Meta(max_length=NAMES_MAX)]
_Words: TypeAlias = Annotated[tuple[Word, ...], Meta(max_length=NAMES_MAX)]
_Languages: TypeAlias = Annotated[tuple[Language, ...], Meta(max_length=NAMES_MAX)]
_SETS: Final = (
    "channels", "professions", "tags", "languages", "segments_in", "segments_out", "followers_of",
)  # fmt: skip


class TargetPlace(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where people must be: in a domain of kind place, or within a radius of a position."""

    domain_id: AppId | None = None
    position: Position | None = None
    radius_km: Annotated[float, Meta(gt=0, le=RADIUS_KM_MAX)] | None = None
    """About the position; 10 km when left out."""
    who: Who = "any"
    """Those who are there now, those whose home is there, or both."""


class Targeting(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Whom an ad is for. Of each list one is enough; of all lists that say something, one each. Nothing: everybody."""

    places: Annotated[tuple[TargetPlace, ...], Meta(max_length=PLACES_MAX)] = ()
    channels: _Ids = ()
    """On whose pages it is shown."""
    professions: _Ids = ()
    tags: _Words = ()
    """Among a person's interests."""
    languages: _Languages = ()
    segments_in: _Words = ()
    segments_out: _Words = ()
    """Whoever is in one of them is left out."""
    followers_of: _Ids = ()
    """Creators."""
    lookalike_of: Word | None = None
    """A segment: people like those in it."""
    exclude_converted_days: Annotated[int, Meta(ge=1, le=90)] | None = None
    """Leaves out who has done what is bought within so many days."""

    def __post_init__(self) -> None:
        for field in _SETS:
            names = getattr(self, field)
            if len(set(names)) < len(names):
                raise refuse(field, "must not name the same one twice")


class AdGroupIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An ad group as an app sends it."""

    campaign_id: AppId
    """Fixed by the first write."""
    name: Name = ""
    state: State = "paused"
    """A new group is paused; one that has ended stays so."""
    strategy: Strategy = "max_delivery"
    bid: Money | None = None
    """Of `bid_cap` for one action, of `manual_cpc` for a click, of `manual_cpm` for a thousand impressions."""
    target: Money | Annotated[float, Meta(gt=0, le=RETURN_MAX)] | None = None
    """Of `cost_cap` and `target_cpa` what one action may cost, money; of `target_roas` what orders bring for each unit spent, a
    number."""
    targeting: Targeting = Targeting()
    optimise_for: Action | None = None
    """The action that is bought; the objective's own when left out."""


class AdGroupOut(msgspec.Struct, frozen=True, kw_only=True):
    """An ad group as it is read back."""

    id: str
    campaign_id: str
    name: str
    state: str
    review: ReviewState
    """Of its ads together."""
    reviews: ReviewCounts
    delivery: AdDelivery
    strategy: str
    bid: Money | None
    target: Money | float | None
    targeting: Targeting
    optimise_for: str
    created_at: TimeText


def named_domains(places: Iterable[TargetPlace]) -> list[str]:
    """Return the ids of the domains that places name, in their order."""
    return [place.domain_id for place in places if place.domain_id is not None]
