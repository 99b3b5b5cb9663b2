"""The paid slots of a decision as facts name them, and what campaigns may spend as decisions ask it."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.clock import SECOND_MICROS
from lodestone.base.money import Micros
from lodestone.events.ad_facts import PaidSlot
from lodestone.events.outcomes import FactKind
from lodestone.features.ads import LiveAds
from lodestone.features.ads.exploration import lift
from lodestone.features.layout import KINDS
from lodestone.features.view import StateView
from lodestone.traffic.decision import Decision
from lodestone.traffic.paid import IMPRESSION

_VIDEO: Final = KINDS.index("video")
_NONE: Final[Mapping[str, float]] = MappingProxyType({})


class CampaignNumbers:
    """Campaigns as facts name them: a small number each, given by the records and never given anew."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._campaigns: dict[int, str] = {}

    def take(self, campaigns: Mapping[int, str]) -> None:
        """Learn the ids of some numbers."""
        self._campaigns.update(campaigns)
        self._numbers.update({campaign: number for number, campaign in campaigns.items()})

    def number(self, campaign_id: str) -> int | None:
        """Return a campaign's number, None where it has none."""
        return self._numbers.get(campaign_id)

    def campaign(self, number: int) -> str | None:
        """Return the campaign of a number, None where it is not known."""
        return self._campaigns.get(number)

    def unknown(self, campaigns: list[str]) -> list[str]:
        """Return those that have no number here."""
        return [campaign for campaign in campaigns if campaign not in self._numbers]


class Spending:
    """What is left of campaigns' budgets, see `services.feed.paid.Spending`.

    A campaign that can not pay its least bid is left out where ads are gathered: it would else take the place of one that can.
    """

    def __init__(
        self, state: StateView, numbers: CampaignNumbers, live: LiveAds, today: Callable[[], int]
    ) -> None:
        self._state, self._numbers, self._live, self._today = state, numbers, live, today
        self._blocked: set[str] = set()
        """Campaigns of which the live ads were told that they may not spend."""
        self._able: dict[str, Micros] = {}
        """The highest bid of campaigns that can pay it; the others are asked about bid by bid."""
        self._unnamed: set[int] = set()
        """Numbers whose campaign the records have not named yet."""
        self._left: Ints = np.zeros(0, np.int64)
        self._day = 0
        """The community's, at the last `refresh`."""
        self._cold: dict[str, float] = {}
        """What to add to the logit of the chances of campaigns of which little is known, see `exploration.lift`."""

    def refresh(self) -> None:
        """Say of every campaign whose budget or ads have changed since whether it can pay its least bid."""
        budgets, live = self._state.budgets, self._live
        self._day = self._today()
        self._left = budgets.left_by_campaign(self._day)
        unnamed, self._unnamed = self._unnamed, set()
        learned = budgets.calibration.changes.take() | unnamed
        for number in budgets.changes.take() | learned:
            campaign = self._numbers.campaign(number)
            if campaign is None:
                self._unnamed.add(number)
                continue
            if number not in learned and self._pays_all(campaign, number):
                continue
            self._judge(campaign)
            if number in learned:
                self._calibrate(campaign, number)
        for campaign in live.changes.take():
            self._judge(campaign)
            known = self._numbers.number(campaign)
            if known is not None:
                self._calibrate(campaign, known)

    def _calibrate(self, campaign: str, number: int) -> None:
        calibration = self._state.budgets.calibration
        self._live.calibrated(campaign, partial(calibration.shift, number))
        raised = lift(calibration.of(number))
        if raised:
            self._cold[campaign] = raised
        else:
            self._cold.pop(campaign, None)

    def cold(self, share: float) -> Mapping[str, float]:
        """Return the campaigns of which one may be explored now, see `services.feed.paid.Spending`."""
        may = self._state.budgets.exploration.may(self._day, share)
        return self._cold if may else _NONE

    def _judge(self, campaign: str) -> None:
        least, highest = self._live.bids(campaign) or (Micros(0), Micros(0))
        left = self._left_of(campaign)
        self._able.pop(campaign, None)
        if left >= highest:
            self._able[campaign] = highest
        blocked = 0 <= left < max(1, least)
        if blocked != (campaign in self._blocked):
            self._live.spendable(campaign, may=not blocked)
            (self._blocked.add if blocked else self._blocked.discard)(campaign)

    def _pays_all(self, campaign: str, number: int) -> bool:
        """Say whether a campaign could pay its highest bid before, and can still."""
        highest = self._able.get(campaign)
        return highest is not None and int(self._left[number]) >= highest

    def may_spend(self, campaign_id: str, most: Micros) -> bool:
        """Say whether a campaign may be charged so much for one more slot; one without a budget may not."""
        return most <= self._able.get(campaign_id, -1) or most <= self._left_of(campaign_id)

    def campaign(self, number: int) -> str | None:
        """Return the id of a campaign, see `services.feed.paid.Spending`."""
        return self._numbers.campaign(number)

    def _left_of(self, campaign_id: str) -> int:
        """Return what is left by the last `refresh`, micros; -1 without a budget."""
        number = self._numbers.number(campaign_id)
        known = number is not None and number < self._left.size
        return int(self._left[number]) if known else -1


def paid_slots(
    decision: Decision, numbers: CampaignNumbers, day: int, kinds: NDArray[Any]
) -> list[PaidSlot]:
    """Return the paid slots of a decision, first slot first.

    An ad's number is its place among the ads of the receipt.

    Args:
        decision: As decided; its receipt does not say what was predicted.
        numbers: Of the campaigns on its page.
        day: The community's day.
        kinds: Shape (items,). What each item is, a place in `KINDS`.
    """
    if decision.paid is None:
        return []
    paid, ads = decision.paid, decision.paid.ads
    slots: list[PaidSlot] = []
    for winner in paid.outcome.winners:
        number = numbers.number(ads.campaign_id[winner.ad])
        assert number is not None
        bought, item = int(ads.bought[winner.ad]), int(ads.item[winner.ad])
        entered = int(ads.chances[winner.ad, bought])
        viewed = bought == IMPRESSION
        slots.append(
            PaidSlot(
                decision.sequence, winner.slot + 1, number, winner.ad, item,
                int(FactKind.VIEWABLE) if viewed else bought,
                paid.payment(winner),
                decision.time // SECOND_MICROS, day, decision.person,
                0 if viewed else entered if paid.predicted is None else int(paid.predicted[winner.ad]),
                int(kinds[item]) == _VIDEO,
                winner.ad == paid.explored,
            )
        )  # fmt: skip
    return slots
