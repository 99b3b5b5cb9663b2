"""The objects that a report is about: what each is called, and what an ad belongs to."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from lodestone.ads.report import Level
from lodestone.stores.ads.types import AdView, CampaignView
from lodestone.stores.ports import Records
from lodestone.stores.records.types import TermKind

_PAGE: Final = 1_000
View = TypeVar("View")
NO_NAME: Final = ""


class Objects:
    """Campaigns of one community, or of one advertiser, or one; asks the records, so it is made in a thread."""

    def __init__(
        self,
        community: str,
        records: Records,
        *,
        advertiser_id: str | None,
        campaign_id: str | None,
    ) -> None:
        """Read the campaigns.

        Raises:
            UnknownError, GoneError: There is no such advertiser or campaign.
        """
        self._community, self._records = community, records
        if advertiser_id is not None:
            records.advertiser(community, advertiser_id)
        self._campaigns = {
            view.campaign.id: view for view in self._views(advertiser_id, campaign_id)
        }
        numbers = records.terms(community, TermKind.CAMPAIGN)
        self._numbers = {
            number: name for number, name in numbers.items() if name in self._campaigns
        }
        self._ads: dict[str, AdView] = {}

    def campaign(self, number: int) -> str | None:
        """Return the campaign of a number, None where the report is not about it."""
        return self._numbers.get(number)

    def load_ads(self, campaigns: Iterable[str]) -> None:
        """Read the ads of some campaigns, for `id_of` and `name_of` of ads and their groups."""
        for campaign in campaigns:
            views = _all(
                lambda after, name=campaign: self._records.ads(  # type: ignore[misc]
                    self._community, limit=_PAGE, after=after, campaign_id=name
                ),
                lambda view: view.ad.id,
            )
            self._ads.update((view.ad.id, view) for view in views)

    def id_of(self, level: Level, campaign: str, ad: str | None) -> str | None:
        """Return the id of an object: a campaign's advertiser, itself, an ad's group or the ad."""
        if level == "advertiser":
            return self._campaigns[campaign].campaign.given.advertiser_id
        if level == "campaign":
            return campaign
        if level == "ad" or ad is None:
            return ad
        view = self._ads.get(ad)
        return None if view is None else view.group.id

    def names(self, level: Level, ids: Iterable[str | None]) -> dict[str | None, str]:
        """Return what objects are called; an ad by its headline."""
        groups = {view.group.id: view.group.given.name for view in self._ads.values()}
        names: dict[str | None, str] = {}
        for name in ids:
            if name is None:
                names[name] = NO_NAME
            elif level == "advertiser":
                names[name] = self._advertiser(name)
            elif level == "campaign":
                names[name] = self._campaigns[name].campaign.given.name
            elif level == "ad_group":
                names[name] = groups.get(name, NO_NAME)
            else:
                view = self._ads.get(name)
                names[name] = NO_NAME if view is None else view.ad.given.headline
        return names

    def _advertiser(self, name: str) -> str:
        return self._records.advertiser(self._community, name).given.name

    def _views(self, advertiser_id: str | None, campaign_id: str | None) -> list[CampaignView]:
        if campaign_id is None:
            return _all(
                lambda after: self._records.campaigns(
                    self._community, limit=_PAGE, after=after, advertiser_id=advertiser_id
                ),
                lambda view: view.campaign.id,
            )
        view = self._records.campaign(self._community, campaign_id)
        other = advertiser_id not in (None, view.campaign.given.advertiser_id)
        return [] if other else [view]


def _all(read: Callable[[str | None], list[View]], name_of: Callable[[View], str]) -> list[View]:
    """Read every page of a list."""
    views: list[View] = []
    after: str | None = None
    while True:
        page = read(after)
        views += page
        if len(page) < _PAGE:
            return views
        after = name_of(page[-1])
