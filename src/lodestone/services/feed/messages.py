"""The words of a feed request and its answer, as they stand on the wire."""

from typing import Annotated, Final, Literal

import msgspec

from lodestone.base.wire import TEXT, AppId, Position
from lodestone.events.wire import SLOT_MAX

CURSOR_MAX: Final = 32_768
"""The most characters of a cursor; see `cursor.ROWS_MAX`."""
Surface = Literal["discover", "following", "place", "channel", "profession"]


class FeedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking, where, and for how many slots.

    `viewer` is null when nobody is signed in; `session` then names the visit.
    """

    viewer: AppId | None = None
    session: AppId | None = None
    surface: Surface = "discover"
    domain_id: AppId | None = None
    position: Position | None = None
    device: Annotated[str, msgspec.Meta(max_length=256, pattern=TEXT)] | None = None
    slots: Annotated[int, msgspec.Meta(ge=1, le=SLOT_MAX)] = 10
    cursor: Annotated[str, msgspec.Meta(max_length=CURSOR_MAX, pattern=TEXT)] | None = None
    explain: bool = False
    personalised: bool = True
    """False asks for the non-personalised form: place, language and popularity only."""


class FeedSlot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One filled slot. `label` is there only when a warning must be shown."""

    slot: int
    item_id: str
    author_id: str
    kind: str
    domain: Literal["public", "middle", "private"]
    domain_id: str | None
    source: str
    paid: bool
    """Somebody pays for the slot: it is an ad, and `label` says so."""
    beacon: str
    label: str | None = None
    """`warn`: show it behind a warning. `ad`: of a paid slot."""
    ad_id: str | msgspec.UnsetType = msgspec.UNSET
    """Of a paid slot."""
    notice: str | None = None
    """What moderators wrote on it in the domain whose feed this is, or else through which it came: `sensitive`,
    `violence`, `spoiler`, `disputed`, `outdated`, `advertising`."""
    pinned: bool = False
    """Moderators of the domain whose feed this is pinned it."""
    orderable: bool = True
    """False of a product whose shop does not sell to where the viewer is, shown because the policy says so."""


class StageNote(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage took: processor microseconds, candidates in and out."""

    name: str
    cpu_us: float
    into: int = msgspec.field(name="in")
    out: int


class PriceNote(msgspec.Struct, frozen=True, kw_only=True):
    """What one promise added (bonus) or took (cost) from a candidate's net score, in micros."""

    promise: str
    micros: float


Did = Literal["like", "order", "answer", "visit", "read", "look"]


class DeedNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something the viewer did that speaks for a post."""

    item_id: str
    did: Did
    """The strongest of what they did with it; `answer`: a comment or a share, `look`: a click or a long view."""
    part: float
    """Its part of the likeness, in (0, 1]."""


class TermNote(msgspec.Struct, frozen=True, kw_only=True):
    """One summand of a post's logits and what it is worth."""

    term: str
    micros: float
    """What the value would lose without it. Terms act together, so these need not sum to the value."""
    logits: dict[str, float]
    """By outcome, what it adds to the logit; outcomes it does not touch are left out."""
    deeds: list[DeedNote]
    """Of `alike` alone: the viewer's deeds with the largest parts, of posts that they may still see."""


class SlotNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why this candidate stands in this slot."""

    slot: int
    item_id: str
    chances: dict[str, float]
    worths: dict[str, float]
    prices: list[PriceNote]
    value: float
    net: float
    propensity: float
    payment: int
    runner_up: str | None
    terms: list[TermNote] = []
    """What its chances are made of, the term worth most first, whatever its sign."""


class AdStep(msgspec.Struct, frozen=True, kw_only=True):
    """A bid at which an ad's attention rises."""

    bid: float
    """For a seen impression, micros."""
    attention: float
    """How likely it is seen from that bid on, in [0, 1]."""


class AdRunnerUp(msgspec.Struct, frozen=True, kw_only=True):
    """The ad that would be shown instead."""

    ad_id: str
    campaign_id: str
    offered: float
    """For a seen impression: bid x chance x pace, micros."""


class AdNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why an ad stands in this slot and what it pays. Micros, where nothing else is said."""

    slot: int
    ad_id: str
    campaign_id: str
    advertiser_id: str
    item_id: str
    bought: str
    """The action that is paid for, or `impression`."""
    bid: int
    """Offered for that action."""
    pace: float
    """The share of the bid that entered, in [0, 1]."""
    expected_action: float
    """The chance of the action when the ad is seen; 1 where that is bought."""
    user_value: float
    """What seeing it is worth to the community without what is paid; may be negative."""
    payment: int
    """Charged when what is bought happens; never above the bid."""
    due: float
    """Expected amount due for the appearance, from which the payment follows."""
    rule: str
    """`vcg`, or `critical` where the search for the best page ran out."""
    runner_up: AdRunnerUp | None
    displaced: list[str]
    """Items that the ads of this page together pushed off it."""
    organic_loss: float
    """What the posts are worth less for its presence."""
    others_loss: float
    """What other ads are worth less."""
    own_cost: float
    """Dual prices less its own user value; by `vcg` the three make up `due`."""
    steps: list[AdStep]
    explored: bool
    """Little was known of its campaign: it entered with the upper end of its chance's interval, within the policy's `ad_exploration`."""


class Explain(msgspec.Struct, frozen=True, kw_only=True):
    """The stages, the slots and how many candidates fell for which reason."""

    stages: list[StageNote]
    slots: list[SlotNote]
    dropped: dict[str, int]
    personalised: bool
    exact: bool
    bound_micros: float
    objective_micros: float
    relaxed: dict[str, int]
    """The slate rules that gave way so that the page is full, and to what: `author_gap` first, then `author_max`."""
    ads: list[AdNote] = []
    """The paid slots."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a `FeedRequest`; every page has its own receipt."""

    receipt_id: str
    slots: list[FeedSlot]
    next_cursor: str | None
    degraded: list[str]
    personalised: bool = True
    explain: Explain | msgspec.UnsetType = msgspec.UNSET
