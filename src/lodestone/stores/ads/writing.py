"""Writes of advertising in SQL. See `port.AdRecords`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Table

from lodestone.ads.ad import AdIn, AdReviewIn, needs_review
from lodestone.ads.ad_group import AdGroupIn, Targeting, named_domains
from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.campaign import REVIEWS, STATES, CampaignIn
from lodestone.ads.judge_ad import AdContext, Target, judge_ad
from lodestone.ads.judge_campaign import CampaignContext, judge_campaign
from lodestone.ads.judge_group import GroupContext, TargetingContext, judge_group
from lodestone.ads.refusals import AdRefusal, Fault, raise_first
from lodestone.base.clock import Instant
from lodestone.base.errors import Problem, UnknownError
from lodestone.base.wire import app_id
from lodestone.ledger.accounts import Account
from lodestone.ledger.transfers import Outcome, Transfer
from lodestone.stores.ads import rows
from lodestone.stores.ads.authorisations import may_run
from lodestone.stores.ads.boosted import refuse_boosted
from lodestone.stores.ads.finds import (
    Landings,
    Owner,
    find_row,
    item_is_live,
    owned,
    require_owned,
    require_owner,
)
from lodestone.stores.ads.schema import AD_GROUPS, ADS, ADVERTISERS, CAMPAIGNS
from lodestone.stores.ads.types import LocalObjects
from lodestone.stores.commerce.catalogue import require_shop
from lodestone.stores.ledger.post import post_in
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.domains import find_domains
from lodestone.stores.records.items import find_items
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.types import TermKind
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, fields_of

_R = AdRefusal


@dataclass(frozen=True, slots=True)
class _Write:
    """One object to be written: what it is called, and what was sent of it."""

    table: Table
    kind: str
    name: str
    row: Any
    """As it lies there; None of a new one."""
    before: object | None
    given: object
    owner: Owner

    def store(self, work: Work, values: dict[str, object], fresh: dict[str, object]) -> bool:
        """Write it down; return whether it is new.

        Args:
            work: The transaction.
            values: Columns that every write sets.
            fresh: Those that the first one sets besides.
        """
        if self.row is not None and all(
            getattr(self.row, name) == value for name, value in values.items()
        ):
            return False
        about = About(self.owner.ordinal, self.owner.key)
        before = None if self.before is None else fields_of(self.before)
        work.audit(self.kind, self.name, before, fields_of(self.given), about)
        if self.before is None:
            row = {"id": self.name, "owner": self.owner.ordinal, **fresh, **values}
            work.insert(self.table, [row])
            return True
        work.run(work.update(self.table).where(self.table.c.id == self.name).values(**values))
        return False


class CampaignTerms(NamedTuple):
    """What judging a campaign takes from outside the records."""

    currency: str
    spent: int
    """Micros."""


class AdWrites(RecordsBase):
    """See `AdRecords`, the parts that write."""

    def put_advertiser(
        self, community: str, advertiser_id: str, given: AdvertiserIn, *, now: Instant
    ) -> bool:
        """See `AdRecords.put_advertiser`."""
        refuse_boosted((advertiser_id, "id"))
        with self._writing(community) as work:
            return _put_advertiser(work, advertiser_id, given, now=now)

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
        """See `AdRecords.put_campaign`."""
        refuse_boosted((campaign_id, "id"), (given.advertiser_id, "advertiser_id"))
        with self._writing(community) as work:
            terms = CampaignTerms(currency, spent)
            return _put_campaign(work, campaign_id, given, terms, now=now)

    def put_ad_group(
        self, community: str, group_id: str, given: AdGroupIn, *, currency: str, now: Instant
    ) -> bool:
        """See `AdRecords.put_ad_group`."""
        refuse_boosted((group_id, "id"), (given.campaign_id, "campaign_id"))
        with self._writing(community) as work:
            return _put_ad_group(work, group_id, given, currency=currency, now=now)

    def put_ad(self, community: str, ad_id: str, given: AdIn, *, now: Instant) -> bool:
        """See `AdRecords.put_ad`."""
        refuse_boosted((ad_id, "id"), (given.ad_group_id, "ad_group_id"))
        with self._writing(community) as work:
            return _put_ad(work, ad_id, given, now=now)

    def put_local(self, community: str, made: LocalObjects, *, currency: str, now: Instant) -> bool:
        """See `AdRecords.put_local`."""
        with self._writing(community) as work:
            if find_row(work, CAMPAIGNS, made.campaign_id) is not None:
                return False
            if made.advertiser is not None:
                _put_advertiser(work, made.advertiser_id, made.advertiser, now=now)
            terms = CampaignTerms(currency, 0)
            _put_campaign(work, made.campaign_id, made.campaign, terms, now=now)
            _put_ad_group(work, made.group_id, made.group, currency=currency, now=now)
            return _put_ad(work, made.ad_id, made.ad, now=now)

    def fresh_token(self) -> str:
        """See `AdRecords.fresh_token`."""
        with self._lock:
            return self._random(16).hex()

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
        """See `AdRecords.post_deposit`."""
        refuse_boosted((advertiser_id, "id"))
        with self._writing(community) as work:
            owner = require_owned(work, ADVERTISERS, advertiser_id).owner
            (outcome,) = post_in(work, [deposit], opening=opening, now=now, today=today)
            if outcome is Outcome.POSTED:
                amount = {"deposit": int(deposit.amount)}
                work.audit("advertiser", advertiser_id, {}, amount, About(owner.ordinal, owner.key))
            return outcome

    def review_ad(self, community: str, ad_id: str, verdict: AdReviewIn) -> None:
        """See `AdRecords.review_ad`."""
        with self._writing(community) as work:
            row, owner = require_owned(work, ADS, ad_id)
            record = rows.ad_record(row, owner.key)
            if record.given.state == "ended":
                raise Fault(_R.ALREADY_ENDED, "state").error()
            was = {"review": record.review, "reason": record.reason}
            becomes = {"review": verdict.decision, "reason": verdict.reason}
            work.audit("ad", ad_id, was, becomes, About(owner.ordinal, owner.key))
            update = work.update(ADS).where(ADS.c.id == ad_id)
            reason = rows.seal_reason(verdict.reason, owner.key)
            work.run(update.values(review=REVIEWS.index(verdict.decision), reason=reason))


def _put_advertiser(work: Work, advertiser_id: str, given: AdvertiserIn, *, now: Instant) -> bool:
    app_id(advertiser_id)
    owner = _advertiser_owner(work, given)
    row, before = find_row(work, ADVERTISERS, advertiser_id), None
    if row is not None:
        before = rows.advertiser_record(row, owned(work, row).owner).given
        if (row.owner, row.shop) != (owner.ordinal, given.shop_id):
            raise Fault(_R.OWNER_FIXED, "owner_id").error()
    write = _Write(ADVERTISERS, "advertiser", advertiser_id, row, before, given, owner)
    values: dict[str, object] = {"doc": rows.seal_advertiser(given, owner.key)}
    return write.store(work, values, {"shop": given.shop_id, "created": now})


def _put_campaign(
    work: Work, campaign_id: str, given: CampaignIn, terms: CampaignTerms, *, now: Instant
) -> bool:
    app_id(campaign_id)
    above = require_owned(work, ADVERTISERS, given.advertiser_id, field="advertiser_id")
    owner, row = above.owner, find_row(work, CAMPAIGNS, campaign_id)
    stands = None if row is None else rows.campaign_record(row, owned(work, row).owner.key)
    before = None if stands is None else stands.given
    context = CampaignContext(before, terms.spent, terms.currency, now)
    raise_first(judge_campaign(given, context))
    write = _Write(CAMPAIGNS, "campaign", campaign_id, row, before, given, owner)
    values: dict[str, object] = {
        "state": STATES.index(given.state),
        "doc": rows.seal_campaign(given, owner.key),
    }
    fresh = {"advertiser": given.advertiser_id, "created": now}
    return write.store(work, values, fresh)


def _put_ad_group(
    work: Work, group_id: str, given: AdGroupIn, *, currency: str, now: Instant
) -> bool:
    app_id(group_id)
    above = require_owned(work, CAMPAIGNS, given.campaign_id, field="campaign_id")
    owner = above.owner
    row, before = find_row(work, AD_GROUPS, group_id), None
    if row is not None:
        doc = rows.group_doc(row, owned(work, row).owner.key)
        before = rows.group_record(row, doc, names_of(work, doc.followers)).given
    advertiser = find_row(work, ADVERTISERS, above.row.advertiser)
    followed = given.targeting.followers_of
    people = find_people(work, followed)
    domains = find_domains(work, named_domains(given.targeting.places))
    context = GroupContext(
        before=before,
        campaign=rows.campaign_record(above.row, owner.key).given,
        targeting=TargetingContext(
            of_shop=advertiser.shop is not None,
            domains={name: domain.given.kind for name, domain in domains.items()},
            people=people.keys(),
        ),
        currency=currency,
    )
    raise_first(judge_group(given, context))
    _name_terms(work, given.targeting)
    ordinals = tuple(people[name].ordinal for name in followed)
    write = _Write(AD_GROUPS, "ad group", group_id, row, before, given, owner)
    values: dict[str, object] = {
        "state": STATES.index(given.state),
        "doc": rows.seal_group(given, ordinals, owner.key),
    }
    return write.store(work, values, {"campaign": given.campaign_id, "created": now})


def _name_terms(work: Work, targeting: Targeting) -> None:
    """Give every name of a targeting its code, so that what comes to be called so later is met too."""
    for name in (*targeting.channels, *targeting.professions):
        work.term(TermKind.DOMAIN, name)
    for name in targeting.tags:
        work.term(TermKind.TAG, name)
    for name in targeting.languages:
        work.term(TermKind.LANGUAGE, name.lower())


def _put_ad(work: Work, ad_id: str, given: AdIn, *, now: Instant) -> bool:
    app_id(ad_id)
    above = require_owned(work, AD_GROUPS, given.ad_group_id, field="ad_group_id")
    owner, row = above.owner, find_row(work, ADS, ad_id)
    stands = None if row is None else rows.ad_record(row, owned(work, row).owner.key)
    before = None if stands is None else stands.given
    again = needs_review(before, given)
    review = "pending" if stands is None or again else stands.review
    campaign = find_row(work, CAMPAIGNS, above.row.campaign)
    item = find_items(work, [given.item_id]).get(given.item_id)
    context = AdContext(
        before=before,
        review=review,
        group_state=STATES[above.row.state],
        objective=rows.campaign_record(campaign, owner.key).given.objective,
        owner=owner.ordinal,
        item=None if item is None else Target(item.owner, item_is_live(item)),
        landing=Landings(work).target(given.landing),
        authorised=item is not None and may_run(work, item.row, campaign.advertiser, now),
    )
    raise_first(judge_ad(given, context))
    assert item is not None
    values: dict[str, object] = {
        "state": STATES.index(given.state),
        "review": REVIEWS.index(review),
        "item": item.row,
        "doc": rows.seal_ad(given, owner.key),
    }
    if again:
        values["reason"] = rows.seal_reason("", owner.key)
    fresh = {
        "ad_group": given.ad_group_id,
        "campaign": above.row.campaign,
        "created": now,
    }
    return _Write(ADS, "ad", ad_id, row, before, given, owner).store(work, values, fresh)


def _advertiser_owner(work: Work, given: AdvertiserIn) -> Owner:
    """Return who advertises: the person, or the shop's owner."""
    if given.shop_id is not None:
        return require_owner(work, require_shop(work, given.shop_id, field="shop_id").owner)
    assert given.owner_id is not None
    person = find_people(work, [given.owner_id]).get(given.owner_id)
    if person is None:
        problem = Problem("owner_id", "names nobody of this community; PUT the person first")
        raise UnknownError("person_unknown", f"There is no person {given.owner_id!r}.", (problem,))
    return Owner(person.ordinal, given.owner_id, person.key)
