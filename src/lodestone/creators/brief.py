"""A brief: what an advertiser wants made, for whom, how it is settled and by when; as sent and as read back."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT, AppId, Money, Time, TimeText, check_years, refuse
from lodestone.creators.deadlines import APPROVAL_DAYS
from lodestone.creators.settlement import KindName

TEXT_MAX: Final = 8_000
ROUNDS_MAX: Final = 3
BriefState: TypeAlias = Literal["open", "closed"]
Action: TypeAlias = Literal["order", "redeem", "shop_visit", "conversion"]


class Settlement(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """How an order is settled."""

    kind: KindName
    price: Money | None = None
    """In all (`fixed`), for 1,000 organic plays (`cpm`) or for one conversion (`cpa`)."""
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Of `cps`: part of what is sold and not returned, in millionths."""
    floor: Money | None = None
    """The least that is earned while the item stays up; of `fixed` the least that may be bid."""
    cap: Money | None = None
    """The most that is earned, which is set aside; of `fixed` the most that may be bid."""
    action: Action = "order"
    """Of `cpa`: what is paid for."""


class BriefIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A brief as an app sends it; all but its state is fixed by the first write."""

    advertiser_id: AppId
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX, pattern=TEXT)]
    product_ids: Annotated[tuple[AppId, ...], Meta(max_length=50)] = ()
    """What is shown and sold, of the advertiser's shop; needed by `cpa` and `cps`."""
    creator_ids: Annotated[tuple[AppId, ...], Meta(max_length=200)] = ()
    """Whom it is for; none means everybody."""
    settlement: Settlement
    deadline: Time
    """By then the first draft is handed in."""
    review_rounds: Annotated[int, Meta(ge=0, le=ROUNDS_MAX)] = 1
    """How often changes may be asked for."""
    approval_days: Annotated[int, Meta(ge=1, le=14)] = APPROVAL_DAYS
    """A draft that nobody answers within so many days is approved."""
    count_days: Annotated[int, Meta(ge=1, le=90)] = 7
    """Days after that of publication to whose end is counted, and the item stays up."""
    usage_days: Annotated[int, Meta(ge=0, le=365)] = 0
    """Days for which the advertiser may ask to run the item as an ad."""
    state: BriefState = "open"
    """A closed brief takes no offers and stays closed; orders go on."""

    def __post_init__(self) -> None:
        check_years(self, "deadline")
        for field in ("product_ids", "creator_ids"):
            names = getattr(self, field)
            if len(set(names)) < len(names):
                raise refuse(field, "must not name the same one twice")


class BriefOut(msgspec.Struct, frozen=True, kw_only=True):
    """A brief as it is read back."""

    id: str
    advertiser_id: str
    text: str
    product_ids: tuple[str, ...]
    creator_ids: tuple[str, ...]
    """Those who are not erased."""
    settlement: Settlement
    deadline: TimeText
    review_rounds: int
    approval_days: int
    count_days: int
    usage_days: int
    state: BriefState
    created_at: TimeText
