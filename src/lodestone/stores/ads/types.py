"""What the port of advertising takes and gives."""

from dataclasses import dataclass

from lodestone.ads.ad import AdIn
from lodestone.ads.ad_group import AdGroupIn
from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.authorisation import Term
from lodestone.ads.campaign import CampaignIn, ReviewCounts, ReviewState
from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.features.selling_range import SellingRange


@dataclass(frozen=True, slots=True)
class AdvertiserRecord:
    """An advertiser as stored."""

    id: str
    given: AdvertiserIn
    created: Instant
    owner: int
    """Ordinal of the person, or of whoever owns the shop."""


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as stored."""

    id: str
    given: CampaignIn
    created: Instant


@dataclass(frozen=True, slots=True)
class AdGroupRecord:
    """An ad group as stored."""

    id: str
    given: AdGroupIn
    """Its `followers_of` names those who are not erased."""
    followers: tuple[int, ...]
    """Ordinals of those whose followers it is for, erased ones too."""
    created: Instant

    @property
    def audience_gone(self) -> bool:
        """Say whether it is for followers and all those whom they followed are erased."""
        return bool(self.followers) and not self.given.targeting.followers_of


@dataclass(frozen=True, slots=True)
class AdRecord:
    """An ad as stored."""

    id: str
    item: int
    """Row of the item."""
    given: AdIn
    review: ReviewState
    reason: str
    created: Instant


@dataclass(frozen=True, slots=True)
class LocalObjects:
    """What the three fields of a shop come to, each under its id."""

    advertiser_id: str
    advertiser: AdvertiserIn | None
    """None where the shop advertises already."""
    campaign_id: str
    campaign: CampaignIn
    group_id: str
    group: AdGroupIn
    ad_id: str
    ad: AdIn


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with the reviews of its ads that have not ended."""

    campaign: CampaignRecord
    reviews: ReviewCounts


@dataclass(frozen=True, slots=True)
class AdGroupView:
    """An ad group, its campaign, and the reviews of its ads that have not ended."""

    group: AdGroupRecord
    campaign: CampaignRecord
    reviews: ReviewCounts


@dataclass(frozen=True, slots=True)
class AdView:
    """An ad with what it hangs on."""

    ad: AdRecord
    group: AdGroupRecord
    campaign: CampaignRecord
    item_live: bool
    landing_live: bool
    """True of an address, and of an ad that leads to the post itself."""
    price: Micros | None
    """The least that the product costs that it leads to; None where it leads elsewhere."""
    shop: str | None
    """The shop that it leads to, or whose product it leads to."""
    sold: tuple[SellingRange, ...]
    """How far the products or the shop are sold that it shows and leads to; empty: anywhere."""
    owner: int
    """Ordinal of who advertises, or owns the shop that does."""
    author: int
    """Ordinal of whose post it shows."""
    author_id: str | None
    """None once they have been erased."""
    term: Term | None
    """When it may show the post, where that is another's: the last such time; None where there was none."""

    @property
    def foreign(self) -> bool:
        """Say whether the post is another's."""
        return self.author != self.owner


@dataclass(frozen=True, slots=True)
class AuthorisationRecord:
    """An authorisation as stored."""

    id: str
    creator: int
    """The creator's ordinal."""
    creator_id: str | None
    """None once they have been erased."""
    advertiser: str
    item: int
    """Row of the item."""
    item_id: str
    starts: Instant
    until: Instant
    share: int
    """Parts of a million."""
    created: Instant
    revoked: Instant | None

    @property
    def term(self) -> Term:
        """Return when it is in force: not before it was given, not after it was revoked."""
        ends = self.until if self.revoked is None else min(self.until, self.revoked)
        return Term(max(self.starts, self.created), ends, self.share)
