"""The port of advertising, in the records' own database."""

from collections.abc import Sequence
from typing import Protocol

from lodestone.ads.ad import AdIn, AdReviewIn
from lodestone.ads.ad_group import AdGroupIn
from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.authorisation import AuthorisationIn
from lodestone.ads.campaign import CampaignIn, ReviewState
from lodestone.base.clock import Instant
from lodestone.ledger.accounts import Account
from lodestone.ledger.transfers import Outcome, Transfer
from lodestone.stores.ads.types import (
    AdGroupView,
    AdvertiserRecord,
    AdView,
    AuthorisationRecord,
    CampaignView,
    LocalObjects,
)


class AdRecords(Protocol):
    """Every community's advertising. Safe for threads; a call that raises has changed nothing.

    All that name an object raise UnknownError (`advertiser_unknown`, `campaign_unknown`, `ad_group_unknown`,
    `ad_unknown`), and GoneError `advertiser_erased` once its owner is erased. Whatever is refused by a rule of
    `ads` raises the error of its `AdRefusal`. Lists leave out what erased owners had.
    """

    def put_advertiser(
        self, community: str, advertiser_id: str, given: AdvertiserIn, *, now: Instant
    ) -> bool:
        """Make or replace an advertiser; return whether it is new.

        Raises:
            UnknownError: `person_unknown`, `shop_unknown`.
        """
        ...

    def advertiser(self, community: str, advertiser_id: str) -> AdvertiserRecord:
        """Return one advertiser."""
        ...

    def advertisers(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        owner_id: str | None = None,
        shop_id: str | None = None,
        boosts: bool = True,
    ) -> list[AdvertiserRecord]:
        """Return advertisers by id, of one person (their shops' too) or of one shop if given; those of boosts too, or not."""
        ...

    def put_campaign(
        self,
        community: str,
        campaign_id: str,
        given: CampaignIn,
        *,
        currency: str,
        now: Instant,
        spent: int = 0,
    ) -> bool:
        """Make or replace a campaign; return whether it is new. `spent`: what its charges have taken, micros."""
        ...

    def campaign(self, community: str, campaign_id: str) -> CampaignView:
        """Return one campaign."""
        ...

    def campaigns(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        advertiser_id: str | None = None,
    ) -> list[CampaignView]:
        """Return campaigns by id, of one advertiser if given."""
        ...

    def campaigns_of_erased(self, community: str) -> dict[str, str]:
        """Return the ids of the advertisers of campaigns whose owners are erased, by the campaigns' ids."""
        ...

    def put_ad_group(
        self, community: str, group_id: str, given: AdGroupIn, *, currency: str, now: Instant
    ) -> bool:
        """Make or replace an ad group; return whether it is new."""
        ...

    def ad_group(self, community: str, group_id: str) -> AdGroupView:
        """Return one ad group."""
        ...

    def ad_groups(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        campaign_id: str | None = None,
    ) -> list[AdGroupView]:
        """Return ad groups by id, of one campaign if given."""
        ...

    def put_ad(self, community: str, ad_id: str, given: AdIn, *, now: Instant) -> bool:
        """Make or replace an ad; return whether it is new. What viewers see of it changed: it is reviewed again."""
        ...

    def ad(self, community: str, ad_id: str) -> AdView:
        """Return one ad."""
        ...

    def ads(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        ad_group_id: str | None = None,
        campaign_id: str | None = None,
        review: ReviewState | None = None,
    ) -> list[AdView]:
        """Return ads by id, of one ad group, of one campaign and at one point of their review if given."""
        ...

    def review_ad(self, community: str, ad_id: str, verdict: AdReviewIn) -> None:
        """Approve or reject an ad; again replaces the verdict."""
        ...

    def put_local(self, community: str, made: LocalObjects, *, currency: str, now: Instant) -> bool:
        """Make a campaign with its group and ad, and the advertiser where there is none; return whether it was made.

        One that is there already is left as it is.
        """
        ...

    def fresh_token(self) -> str:
        """Draw 32 hexadecimal digits, for a request that came without an idempotency key."""
        ...

    def post_deposit(
        self,
        community: str,
        advertiser_id: str,
        deposit: Transfer,
        *,
        opening: Sequence[Account],
        now: Instant,
        today: int,
    ) -> Outcome:
        """Post a deposit of an advertiser; see `LedgerStore.post_transfers`."""
        ...

    def ads_called_up(self, community: str, *, campaign_id: str | None = None) -> list[AdView]:
        """Return every active, approved ad of an active group of an active campaign, by id; of one campaign if given."""
        ...

    def put_authorisation(
        self, community: str, name: str, given: AuthorisationIn, *, now: Instant
    ) -> bool:
        """Let an advertiser run a post; return whether it is new. Raises UnknownError `person_unknown` besides."""
        ...

    def revoke_authorisation(self, community: str, name: str, *, now: Instant) -> None:
        """End an authorisation; again changes nothing. Raises UnknownError `authorisation_unknown`."""
        ...

    def authorisation(self, community: str, name: str) -> AuthorisationRecord:
        """Return one authorisation. Raises UnknownError `authorisation_unknown`."""
        ...

    def authorisations(
        self, community: str, *, limit: int, after: str | None = None,
        creator_id: str | None = None, advertiser_id: str | None = None,
    ) -> list[AuthorisationRecord]:  # fmt: skip
        """Return authorisations by id, of one creator and one advertiser if given; those of erased ones too."""
        ...

    def campaigns_under(self, community: str, name: str) -> list[str]:
        """Return the campaigns with an ad that shows the post of an authorisation, by id; raises as `authorisation`."""
        ...

    def item_owners(self, community: str, items: Sequence[int]) -> dict[int, int]:
        """Return the ordinals of the authors of items by the items' rows, erased ones too."""
        ...

    def campaign_payers(self, community: str) -> dict[str, tuple[str, int]]:
        """Return the advertiser of every campaign, and the ordinal of who owns it, by the campaign's id."""
        ...
