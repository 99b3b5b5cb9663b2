"""Why a campaign delivers as it does: its record, its budget, the pages of the last day, and what was served before."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from lodestone.ads.bids import reserve
from lodestone.ads.campaign import CampaignOut
from lodestone.ads.diagnosis import (
    RULES,
    DiagnosisFigures,
    DiagnosisOut,
    findings_of,
    of_record,
)
from lodestone.base.clock import DAY_MICROS, SECOND_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.ads import IMPRESSION, LiveAd
from lodestone.services.ads.balances import balance_of
from lodestone.services.ads.forecast import Forecaster
from lodestone.services.ads.reporting.facts import AdFacts, SlotHistory, read_ad_facts
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records
from lodestone.traffic.auction.forecast import winning_bids
from lodestone.traffic.auction.kernels import Kernels

_ADS_MAX: Final = 4
"""Ads of a campaign that ask for different people and are looked at, at most."""


class CampaignNow(NamedTuple):
    """How a campaign stands in memory."""

    number: int
    """As facts name it, -1 where it has none yet."""
    live: tuple[LiveAd, ...]
    """Its ads that decisions know."""
    pace: float
    used_today: Micros
    """Spent and reserved of slots served today."""
    used: Micros
    """The same in all."""
    set_aside: Micros
    """What is left of its lease."""


class Diagnosis:
    """Diagnoses of one community's campaigns; reads log and records, so it is called in a thread."""

    def __init__(
        self,
        community: Community,
        log: Log,
        records: Records,
        now: Instant,
        forecaster: Forecaster,
        kernels: Kernels,
    ) -> None:
        self._community, self._log, self._now = community, log, now
        self._records = records
        self._forecaster, self._kernels = forecaster, kernels

    def run(
        self, campaign: CampaignOut, now: CampaignNow, facts: AdFacts | None = None
    ) -> DiagnosisOut:
        """Return why a campaign delivers as it does; `facts`: the log's, where they are read already."""
        if campaign.delivery.code != "eligible" or not now.live:
            finding = of_record(campaign.delivery)
            return DiagnosisOut(
                campaign_id=campaign.id, code=finding.code, findings=[finding], figures=None
            )
        facts = read_ad_facts(self._log) if facts is None else facts
        figures = self._figures(campaign, now, facts)
        findings = findings_of(figures, campaign.reviews)
        return DiagnosisOut(
            campaign_id=campaign.id, code=findings[0].code, findings=findings, figures=figures
        )

    def _figures(self, campaign: CampaignOut, now: CampaignNow, facts: AdFacts) -> DiagnosisFigures:
        looks = [(ad, self._forecaster.look(ad)) for ad in _different(now.live)]
        ad, look = max(looks, key=lambda pair: (pair[1].reachable.expected, len(pair[1].pages)))
        least = winning_bids(
            self._kernels,
            look.pages,
            by_action=ad.bought != IMPRESSION,
            reserve=reserve(self._community.currency),
        )
        half = float(np.quantile(least, 0.5, method="lower")) if least.size else np.inf
        slots = [history for history in facts.slots.values() if history.slot.campaign == now.number]
        balance = balance_of(self._records, self._community, campaign.advertiser_id)
        auctions, won = self._auctions(campaign.id)
        daily, lifetime = campaign.budget.daily, campaign.budget.lifetime
        return DiagnosisFigures(
            reachable=round(look.reachable.expected),
            capped=self._capped(campaign, slots),
            pages=len(look.pages),
            pages_won=int(np.count_nonzero(least <= ad.bid)),
            auctions=auctions,
            auctions_won=won,
            bid=self._money(ad.bid),
            winning_bid=self._money(round(half)) if np.isfinite(half) else None,
            action="impression" if ad.bought == IMPRESSION else OUTCOMES[ad.bought],
            pace=now.pace,
            budget=daily or lifetime,
            used=self._money(now.used_today if daily is not None else now.used),
            available=self._money(now.set_aside + balance.micros),
            actions=self._actions(slots),
        )

    def _actions(self, slots: Sequence[SlotHistory]) -> int:
        since = self._now - RULES.learning_days * DAY_MICROS
        return sum(
            history.billed and history.slot.served * SECOND_MICROS > since for history in slots
        )

    def _capped(self, campaign: CampaignOut, slots: Sequence[SlotHistory]) -> int:
        """Return how many people have been served the campaign as often as its frequency lets them."""
        if campaign.frequency is None:
            return 0
        since = self._now - campaign.frequency.days * DAY_MICROS
        often: dict[int, int] = {}
        for history in slots:
            slot = history.slot
            if slot.person >= 0 and slot.served * SECOND_MICROS > since:
                often[slot.person] = often.get(slot.person, 0) + 1
        return sum(count >= campaign.frequency.impressions for count in often.values())

    def _auctions(self, campaign_id: str) -> tuple[int, int]:
        """Return to how many auctions of the last day's pages a campaign came, and how many it won."""
        came = won = 0
        for decision in self._forecaster.last_day()[0]:
            paid = decision.paid
            if paid is not None and campaign_id in paid.ads.campaign_id:
                came += 1
                winners = (paid.ads.campaign_id[winner.ad] for winner in paid.outcome.winners)
                won += campaign_id in winners
        return came, won

    def _money(self, micros: int) -> Money:
        return Money(Micros(micros), self._community.currency)


def _different(live: Sequence[LiveAd]) -> list[LiveAd]:
    """Return ads that ask for different people or bid differently, the highest bids first."""
    by_aim: dict[object, LiveAd] = {}
    for ad in sorted(live, key=lambda live_ad: (-live_ad.bid, live_ad.ad_id)):
        aim = (
            ad.circles, ad.domains, ad.tags, ad.languages, ad.followers_of, ad.segments_in, ad.segments_out,
            ad.alike_to, ad.converted, ad.bought,
        )  # fmt: skip
        by_aim.setdefault(aim, ad)
    return list(by_aim.values())[:_ADS_MAX]
