"""What advertisers change at their desk: a budget, and what runs.

Each change is laid upon what stands when it is written, so that whatever a form does not show stays.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from msgspec.structs import replace

from lodestone.ads.ad import AdOut
from lodestone.ads.ad_group import AdGroupIn, AdGroupOut
from lodestone.ads.campaign import Budget, CampaignIn, CampaignOut, ReviewState, State
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.services.ads.live import AdPublisher, write_and_publish
from lodestone.services.ads.presenters import AdPresenter, SpentOf
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ads.types import AdvertiserRecord
from lodestone.stores.ports import Records

Part: TypeAlias = Literal["campaign", "group", "ad"]
_LIST_MAX: Final = 200
"""Advertisers of one person and ad groups of a campaign that the desk shows, at most."""
_ADS_MAX: Final = 1_000
"""Ads of a campaign that it shows and starts, at most."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class WholeCampaign:
    """A campaign with everything below it."""

    campaign: CampaignOut
    groups: tuple[tuple[AdGroupOut, tuple[AdOut, ...]], ...]
    """Each with its ads."""


class AdDesk:
    """Use cases of the advertiser's desk in one community; the desk itself looks whose each campaign is.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`. What names a campaign raises
    UnknownError `campaign_unknown` and GoneError `advertiser_erased`; what writes also the error of an `AdRefusal`.
    """

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        publisher: AdPublisher,
        spent_of: SpentOf,
    ) -> None:
        self._community, self._id, self._clock = community, community.id, clock
        self._records, self._writes, self._publisher = records, writes, publisher
        self._spent = spent_of

    def advertisers(self, limit: int) -> list[AdvertiserRecord]:
        """Return advertisers by id, without those of boosts: nothing of these is changed at this desk."""
        return self._records.advertisers(self._id, limit=limit, boosts=False)

    def advertisers_of(self, person_id: str, shop_ids: Iterable[str]) -> list[AdvertiserRecord]:
        """Return the advertisers of somebody and of some shops, by id, without those of boosts."""
        read = self._records.advertisers
        records = read(self._id, limit=_LIST_MAX, owner_id=person_id, boosts=False)
        for shop in sorted(set(shop_ids)):
            records += read(self._id, limit=_LIST_MAX, shop_id=shop, boosts=False)
        by_id = {record.id: record for record in records}
        return [by_id[name] for name in sorted(by_id)]

    def whole(self, campaign_id: str) -> WholeCampaign:
        """Return a campaign, its ad groups and their ads."""
        presenter, view = self._presenter(), self._records.campaign(self._id, campaign_id)
        groups = self._records.ad_groups(self._id, limit=_LIST_MAX, campaign_id=campaign_id)
        below: dict[str, list[AdOut]] = {group.group.id: [] for group in groups}
        for ad in self._records.ads(self._id, limit=_ADS_MAX, campaign_id=campaign_id):
            if ad.group.id in below:
                below[ad.group.id].append(presenter.ad(ad))
        return WholeCampaign(
            presenter.campaign(view),
            tuple((presenter.ad_group(group), tuple(below[group.group.id])) for group in groups),
        )

    def reviewed(
        self, limit: int, after: str | None, review: ReviewState
    ) -> list[tuple[AdOut, str]]:
        """Return ads at one point of their review by id, each with who pays, as viewers are told."""
        presenter = self._presenter()
        views = self._records.ads(self._id, limit=limit, after=after, review=review)
        payers = {
            name: self._records.advertiser(self._id, name).given.name
            for name in {view.campaign.given.advertiser_id for view in views}
        }
        return [(presenter.ad(view), payers[view.campaign.given.advertiser_id]) for view in views]

    async def set_budget(
        self, campaign_id: str, daily: Micros | None, lifetime: Micros | None
    ) -> None:
        """Let a campaign spend so much a day and in all; None is no such limit."""
        budget = Budget(daily=self._money(daily), lifetime=self._money(lifetime))

        def write(now: Instant) -> None:
            given = self._records.campaign(self._id, campaign_id).campaign.given
            self._put_campaign(campaign_id, replace(given, budget=budget), now)

        await self._write(campaign_id, write)

    async def set_state(self, campaign_id: str, part: Part, name: str, state: State) -> None:
        """Start or pause a campaign, or one ad group or ad of it.

        Raises:
            UnknownError: `ad_group_unknown`, `ad_unknown`: the campaign has none such.
            ConflictError: `audience_gone`: all whose followers an ad group is for have been erased.
        """
        change = {"campaign": self._set_campaign, "group": self._set_group, "ad": self._set_ad}[
            part
        ]
        await self._write(campaign_id, lambda now: change(campaign_id, name, state, now))

    async def start(self, campaign_id: str) -> int:
        """Start a campaign, and where nothing below it runs all that may; return how many ads wait for a moderator."""

        def write(now: Instant) -> int:
            whole = self.whole(campaign_id)
            self._set_campaign(campaign_id, campaign_id, "active", now)
            if not any(group.state == "active" and _runs(ads) for group, ads in whole.groups):
                self._start_below(whole, now)
            return whole.campaign.reviews.pending

        return await self._write(campaign_id, write)

    def _start_below(self, whole: WholeCampaign, now: Instant) -> None:
        campaign = whole.campaign.id
        for group, ads in whole.groups:
            if group.state == "paused" and group.delivery.code != "audience_gone":
                self._set_group(campaign, group.id, "active", now)
            for ad in ads:
                if ad.state == "paused" and ad.review == "approved":
                    self._set_ad(campaign, ad.id, "active", now)

    def _set_campaign(self, campaign_id: str, _name: str, state: State, now: Instant) -> None:
        given = self._records.campaign(self._id, campaign_id).campaign.given
        self._put_campaign(campaign_id, replace(given, state=state), now)

    def _set_group(self, campaign_id: str, name: str, state: State, now: Instant) -> None:
        record = self._records.ad_group(self._id, name).group
        if record.given.campaign_id != campaign_id:
            raise UnknownError("ad_group_unknown", f"this campaign has no ad group {name!r}")
        if record.audience_gone:  # written again without them it would be for everybody
            raise ConflictError("audience_gone", "everybody whose followers it is for is erased")
        self._put_group(name, replace(record.given, state=state), now)

    def _set_ad(self, campaign_id: str, name: str, state: State, now: Instant) -> None:
        view = self._records.ad(self._id, name)
        if view.campaign.id != campaign_id:
            raise UnknownError("ad_unknown", f"this campaign has no ad {name!r}")
        self._records.put_ad(self._id, name, replace(view.ad.given, state=state), now=now)

    def _put_campaign(self, name: str, given: CampaignIn, now: Instant) -> None:
        currency = self._community.currency
        spent = self._spent(name).micros
        self._records.put_campaign(self._id, name, given, currency=currency, now=now, spent=spent)

    def _put_group(self, name: str, given: AdGroupIn, now: Instant) -> None:
        currency = self._community.currency
        self._records.put_ad_group(self._id, name, given, currency=currency, now=now)

    def _money(self, micros: Micros | None) -> Money | None:
        return None if micros is None else Money(micros, self._community.currency)

    async def _write(self, campaign_id: str, write: Callable[[Instant], Made]) -> Made:
        """Write records in their turn, and let the next decision see the campaign as it is then."""
        now = self._clock.now()
        return await write_and_publish(
            self._writes, lambda: write(now), lambda: self._publisher.campaign(campaign_id)
        )

    def _presenter(self) -> AdPresenter:
        return AdPresenter(self._community, self._records, self._spent, self._clock.now())


def _runs(ads: Sequence[AdOut]) -> bool:
    return any(ad.state == "active" for ad in ads)
