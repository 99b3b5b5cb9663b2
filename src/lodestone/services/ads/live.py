"""Ads from their records into decisions: put in, changed and dropped before a write is answered, all of them at a start."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple, TypeVar

import structlog

from lodestone.ads.ad_group import RADIUS_KM_DEFAULT, Targeting, TargetPlace, named_domains
from lodestone.ads.bids import offer, reserve
from lodestone.ads.campaign import HOURS, CampaignIn, week_of
from lodestone.ads.objective import ACTIONS, Action
from lodestone.ads.segments import OWNED
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.errors import CorruptError
from lodestone.base.wire import INSTANT_MAX, INSTANT_MIN, instant_of
from lodestone.content import Community
from lodestone.content.domain import RADIUS_KM_DEFAULT as DOMAIN_RADIUS_KM
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.ads import Circle, LiveAd, LiveAds, Who
from lodestone.features.ads.ad import ALL_HOURS, IMPRESSION
from lodestone.features.ads.audiences import ANYBODY, Converted, Deed, Member, Segment
from lodestone.services.ads.landings import Landings, Leads, leads_of
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ads.types import AdvertiserRecord, AdView
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change, DomainRecord, TermKind

Made = TypeVar("Made")
_LOG: Final = structlog.get_logger("lodestone")
NOBODY: Final = -2
"""Stands for a name that has no code any more: no viewer and no page has it."""
_WHO: Final = {"present": Who.PRESENT, "resident": Who.RESIDENT, "any": Who.ANY}
_AS: Final[dict[Action, str]] = {"live_view": "click"}
"""A room is entered by a click on what shows it."""
_CONVERSION: Final[dict[Action, Deed]] = {
    "order": Deed.ORDER, "follow": Deed.FOLLOW, "shop_visit": Deed.VISIT,
}  # fmt: skip
_PERSONAL: Final = (
    "tags", "professions", "followers_of", "segments_in", "segments_out", "lookalike_of", "exclude_converted_days",
)  # fmt: skip
"""Targeting that looks at what is known of a person: such an ad is shown to nobody without consent."""


class Aim(NamedTuple):
    """Whom an ad is for, as of `LiveAd`."""

    circles: tuple[Circle, ...]
    domains: tuple[int, ...]
    tags: tuple[int, ...]
    languages: tuple[int, ...]
    followers_of: tuple[int, ...]
    segments_in: tuple[Member, ...]
    segments_out: tuple[Member, ...]
    alike_to: int | None
    converted: Converted | None
    contextual: bool


class CalledUp(NamedTuple):
    """The ads of one campaign as its records say."""

    ads: Sequence[LiveAd]
    """Those that may be shown."""
    leads: Leads | None
    """Of all that run, what they lead to closed or not; None where none runs."""


UNREAD: Final = CalledUp((), None)
"""Of a campaign that could not be read: none of its ads is shown, and what they lead to stays as it is known."""


def bought(action: Action) -> int:
    """Return the place in `OUTCOMES` of what is bought, or `IMPRESSION`.

    >>> OUTCOMES[bought("live_view")], bought("impression")
    ('click', -1)
    """
    return IMPRESSION if action == "impression" else OUTCOMES.index(_AS.get(action, action))


def _of_people(targeting: Targeting, owner: int, action: Action) -> dict[str, Any]:
    """Return which segments an ad is for and which not, and who is left out for what they did; fields of `Aim`."""
    days, seed = targeting.exclude_converted_days, targeting.lookalike_of
    # Who is in a segment already is not looked for among people alike to it.
    names_out = targeting.segments_out if seed is None else (*targeting.segments_out, seed)
    deed = _CONVERSION.get(action, Deed.ANY)
    return {
        "segments_in": tuple(_member(name, owner) for name in targeting.segments_in),
        "segments_out": tuple(_member(name, owner) for name in dict.fromkeys(names_out)),
        "alike_to": None if seed is None else owner,
        "converted": None if days is None else Converted(deed, owner, days * DAY_MICROS),
    }


def _member(name: str, owner: int) -> Member:
    return Member(Segment[name.upper()], owner if name in OWNED else ANYBODY)


class AdPublisher:
    """Keeps one community's live ads as its records say. Called on the event loop's thread, but for `load` and `called_up`."""

    def __init__(
        self, community: Community, records: Records, live: LiveAds, changed: Callable[[], None]
    ) -> None:
        """Take what publishing needs; `changed` hears that a campaign's budget may be another."""
        self._community, self._records, self._live = community, records, live
        self._changed = changed
        self._landings = Landings()

    def load(self) -> None:
        """Put every ad in that runs; asks the records, before anything is decided.

        A record that does not open keeps all ads out, and the community from nothing: it is written down.
        """
        try:
            views = self._records.ads_called_up(self._community.id)
            views.sort(key=lambda view: view.campaign.id)
            campaigns = {
                name: self._called_up([*some])
                for name, some in groupby(views, lambda view: view.campaign.id)
            }
        except CorruptError as error:
            _LOG.error("ads are not shown", community=self._community.id, problem=error.message)
            return
        self.follow(campaigns)

    async def campaign(self, campaign_id: str) -> None:
        """Let the next decision see a campaign's ads as they are now.

        Raises:
            UnavailableError: The records do not answer; none of its ads is shown until it is written again.
        """
        self._changed()
        ads = UNREAD
        try:
            ads = await self._records.threads.read(self._of_campaign, campaign_id)
        finally:
            self.follow({campaign_id: ads})

    async def ad(self, ad_id: str) -> None:
        """The same of the campaign of an ad."""
        view = await self._records.threads.read(self._records.ad, self._community.id, ad_id)
        await self.campaign(view.campaign.id)

    async def shop(self, shop_id: str) -> None:
        """The same of every campaign with an ad that leads to a shop or a product of it; raises as `traded`.

        A shop without goods changes no item that would tell, nor does stock that several products share.
        """
        await self._look_anew(self._landings.of_shop(shop_id))

    async def traded(self, products: Iterable[str]) -> None:
        """The same of every campaign with an ad that leads to one of some products: they may be sold out, or not any more.

        Raises:
            UnavailableError: The records do not answer; no ad of these is shown until the next look at what they lead to.
        """
        await self._look_anew(self._landings.of_products(products))

    async def _look_anew(self, campaigns: Sequence[str]) -> None:
        if not campaigns:
            return
        ads = dict.fromkeys(campaigns, UNREAD)
        try:
            ads = await self._records.threads.write(self.called_up, campaigns)
        finally:
            self.follow(ads)

    def moved_by(self, changes: Iterable[Change]) -> list[str]:
        """Return the campaigns whose ads record changes may have closed or opened, see `Landings.moved_by`."""
        return self._landings.moved_by(changes)

    def called_up(self, campaigns: Iterable[str]) -> dict[str, CalledUp]:
        """Return the ads of some campaigns, for `follow`; asks the records.

        What does not open is written down, and none of its campaign's ads is shown.
        """
        ads: dict[str, CalledUp] = {}
        for name in campaigns:
            try:
                ads[name] = self._of_campaign(name)
            except CorruptError as error:
                _LOG.error("a campaign is not shown", campaign=name, problem=error.message)
                ads[name] = UNREAD
        return ads

    def follow_changes(self, changes: Iterable[Change], ahead: Mapping[str, CalledUp]) -> None:
        """Follow the campaigns that some changes moved, of all that were called up ahead for these and others."""
        moved = self.moved_by(changes)
        self.follow({name: ahead[name] for name in moved if name in ahead})

    def follow(self, campaigns: Mapping[str, CalledUp]) -> None:
        """Show of some campaigns what was called up, and nothing else, from the next decision on."""
        for campaign_id, called_up in campaigns.items():
            ads = called_up.ads
            if called_up is not UNREAD:
                self._landings.put(campaign_id, called_up.leads)
            before = {ad.ad_id: ad for ad in self._live.of_campaign(campaign_id)}
            for ad_id in before.keys() - {ad.ad_id for ad in ads}:
                self._live.drop(ad_id)
            for ad in ads:
                if before.get(ad.ad_id) != ad:
                    self._live.put(ad)

    def _of_campaign(self, campaign_id: str) -> CalledUp:
        return self._called_up(
            self._records.ads_called_up(self._community.id, campaign_id=campaign_id)
        )

    def _called_up(self, views: Sequence[AdView]) -> CalledUp:
        return CalledUp(list(self._forms(views)), leads_of(views))

    def _forms(self, views: Iterable[AdView]) -> Iterator[LiveAd]:
        for view in views:
            # What a conversion is follows from what the campaign is for, however it bids.
            objective = view.campaign.given.objective
            action = view.group.given.optimise_for or ACTIONS[objective][0]
            aim = self.aim(view.group.given.targeting, view.group.followers, view.owner, action)
            gone = view.group.audience_gone or (view.foreign and view.term is None)
            if view.landing_live and not gone and aim is not None:
                yield self._form(view, aim)

    def aim(
        self, targeting: Targeting, followers: tuple[int, ...], owner: int, action: Action
    ) -> Aim | None:
        """Return whom a targeting is for as decisions look at it, None where all its places are gone; asks the records.

        Args:
            targeting: As sent.
            followers: Ordinals of those whose followers it is for.
            owner: Ordinal of who advertises, or owns the shop that does.
            action: What the campaign is for.
        """
        circles = self.circles(targeting.places)
        if targeting.places and not circles:
            return None
        return Aim(
            circles=circles,
            domains=self._codes(TermKind.DOMAIN, (*targeting.channels, *targeting.professions)),
            tags=self._codes(TermKind.TAG, targeting.tags),
            languages=self._codes(
                TermKind.LANGUAGE, [language.lower() for language in targeting.languages]
            ),
            followers_of=followers,
            contextual=not any(getattr(targeting, field) for field in _PERSONAL),
            **_of_people(targeting, owner, action),
        )

    def advertiser(self, advertiser_id: str) -> AdvertiserRecord:
        """Return an advertiser; asks the records. Raises as `AdRecords.advertiser`."""
        return self._records.advertiser(self._community.id, advertiser_id)

    def domain_kinds(self, places: Sequence[TargetPlace]) -> dict[str, str]:
        """Return the kinds of the domains that places name, of those that there are; asks the records."""
        return {name: domain.given.kind for name, domain in self._domains(places).items()}

    def _form(self, view: AdView, aim: Aim) -> LiveAd:
        campaign, group = view.campaign.given, view.group.given
        bid, action = offer(group, campaign.objective, campaign.budget, view.price)
        frequency, (starts, ends) = campaign.frequency, _span(view)
        return LiveAd(
            ad_id=view.ad.id,
            campaign_id=view.campaign.id,
            advertiser_id=campaign.advertiser_id,
            item=view.ad.item,
            bid=bid,
            bought=bought(action),
            reserve=reserve(self._community.currency),
            starts=starts,
            ends=ends,
            hours=_hours(campaign),
            frequency=None if frequency is None else (frequency.impressions, frequency.days),
            owner=view.owner,
            sold=view.sold,
            **aim._asdict(),
        )

    def _codes(self, kind: TermKind, names: Iterable[str]) -> tuple[int, ...]:
        codes = [self._records.find_term(self._community.id, kind, name) for name in names]
        return tuple(NOBODY if code is None else code for code in codes)

    def circles(self, places: Sequence[TargetPlace]) -> tuple[Circle, ...]:
        """Return the circles of places; a domain that was removed has none any more. Asks the records."""
        domains = self._domains(places)
        circles = []
        for place in places:
            centre, radius_km = place.position, place.radius_km or RADIUS_KM_DEFAULT
            if place.domain_id in domains:
                domain = domains[place.domain_id].given
                centre, radius_km = domain.centre, domain.radius_km or DOMAIN_RADIUS_KM
            if centre is not None:
                who = _WHO[place.who]
                circles.append(Circle(centre.latitude, centre.longitude, radius_km, who))
        return tuple(circles)

    def _domains(self, places: Sequence[TargetPlace]) -> dict[str, DomainRecord]:
        names = named_domains(places)
        return self._records.domains_called(self._community.id, names) if names else {}


async def write_and_publish(
    writes: Writes, write: Callable[[], Made], publish: Callable[[], Awaitable[None]]
) -> Made:
    """Write records in their turn, and let the next decision see what `publish` publishes; see `Writes.do`."""

    async def then(_: Made) -> None:
        await publish()

    return await writes.do(write, lambda _: [], then)


def _hours(campaign: CampaignIn) -> tuple[int, ...]:
    """Return the hours of a week as bits, see `LiveAd.hours`."""
    week = week_of(campaign.schedule, campaign.hours)
    if week is None:
        return ALL_HOURS
    return tuple(sum(1 << hour for hour in range(HOURS) if day[hour]) for day in week)


def _span(view: AdView) -> tuple[Instant, Instant]:
    """Return from when to when an ad may be shown: by its campaign, and where the post is another's by its author."""
    campaign = view.campaign.given
    starts = INSTANT_MIN if campaign.starts_at is None else instant_of(campaign.starts_at)
    ends = INSTANT_MAX if campaign.ends_at is None else instant_of(campaign.ends_at)
    if view.foreign and view.term is not None:
        return max(starts, view.term.starts), min(ends, view.term.ends)
    return starts, ends
