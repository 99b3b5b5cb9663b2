"""The pace of a community's campaigns: moved with the prices, from what their budgets say, towards each one's plan of the day.

A bid is the most that an advertiser or their budget offers; the pace is the share of it that enters auctions. Receipts hold
every ad's pace, so that a page replays without this state, which a snapshot keeps and a crash sets back to the last one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from lodestone.base.arrays import Floats
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.wire import instant_of
from lodestone.events.ad_facts import PaidSlot
from lodestone.features.ads import LiveAds
from lodestone.features.ads.budgets import Budgets
from lodestone.stores.ads.types import CampaignRecord
from lodestone.traffic.pacing.pacer import Paces, Today, advance, join, nobody

DAYS_AHEAD: Final = 7
"""Over so many days a lifetime's budget without an end is spread."""
_MINUTES: Final = 1440


class AdPacing:
    """Paces by campaign. Called on the event loop's thread only."""

    def __init__(
        self,
        budgets: Callable[[], Budgets],
        live: LiveAds,
        calendar: Callable[[Instant], tuple[int, int]],
    ) -> None:
        """Take what is read and moved.

        Args:
            budgets: What campaigns have spent and reserved, by number.
            live: The ads that are paced.
            calendar: The day of an instant, days since the epoch, and its minute, in the community's zone.
        """
        self._budgets, self._live, self._calendar = budgets, live, calendar
        self._paces: Paces | None = None
        self._numbers: list[int] = []
        """The campaign's number of each row of the paces."""
        self._slots: dict[int, int] = {}
        """Slots served on the day of the paces, by campaign's number."""
        self._recovered = False
        """Whether the paces are a snapshot's, and no live ad was paced by them yet."""

    def served(self, slots: Sequence[PaidSlot]) -> None:
        """Count slots that a page shows."""
        for slot in slots:
            self._slots[slot.campaign] = self._slots.get(slot.campaign, 0) + 1

    def step(self, campaigns: Mapping[int, CampaignRecord], now: Instant) -> None:
        """Move the pace of every campaign once; later steps of the same instant change little.

        Args:
            campaigns: All of them, by number.
            now: The community's clock.
        """
        day, minute = self._calendar(now)
        moment = minute / _MINUTES
        if self._paces is None:
            self._paces = nobody(day, moment)
        if (day, moment) < (self._paces.day, self._paces.moment):
            return  # a clock that was set back
        if day != self._paces.day:
            self._slots.clear()
        fresh = sorted(campaigns.keys() - set(self._numbers))
        if fresh:
            self._paces = join(self._paces, np.ones(len(fresh)))
            self._numbers += fresh
        if not self._numbers:
            return
        self._paces = advance(self._paces, self._today(campaigns, day, now), day, moment)
        self._recovered = False
        self._apply(self._paces, campaigns)

    def resume(self, campaigns: Mapping[int, CampaignRecord]) -> None:
        """Let campaigns bid at the pace that a snapshot kept, until their next step; without one nothing changes.

        Args:
            campaigns: All of them, by number, once they have been read.
        """
        if self._recovered and self._paces is not None:
            self._recovered = False
            self._apply(self._paces, campaigns)

    def _apply(self, paces: Paces, campaigns: Mapping[int, CampaignRecord]) -> None:
        for number, pace in zip(self._numbers, paces.pace().tolist(), strict=True):
            record = campaigns.get(number)
            if record is not None:
                self._live.paced(record.id, pace)

    def pace_of(self, number: int) -> float:
        """Return a campaign's pace in (0, 1], 1 before its first step."""
        if self._paces is None or number not in self._numbers:
            return 1.0
        return float(self._paces.pace()[self._numbers.index(number)])

    def _today(self, campaigns: Mapping[int, CampaignRecord], day: int, now: Instant) -> Today:
        budgets, count = self._budgets(), len(self._numbers)
        left = budgets.left_by_campaign(day).tolist()
        today = Today(np.zeros(count), np.zeros(count), np.zeros(count), np.full(count, np.nan))
        for row, number in enumerate(self._numbers):
            record, budget = campaigns.get(number), budgets.budget(number)
            if record is None or record.given.state != "active":
                continue
            of_day = budget.days.get(day)
            used = 0 if of_day is None else of_day.reserved + of_day.spent
            today.spent[row] = used
            # While the budget is gone nothing is learnt: silence is not a price that is too high.
            bid = max((ad.bid for ad in self._live.of_campaign(record.id)), default=0)
            if number < len(left) and left[number] >= bid > 0:
                before = budget.used.reserved + budget.used.spent - used
                today.budget[row] = _budget_of(record, before, now)
            today.payments[row] = self._slots.get(number, 0)
        return today

    def columns(self) -> dict[str, Floats]:
        """Return everything by name, for a snapshot; nothing before the first step."""
        paces = self._paces
        if paces is None or not self._numbers:
            return {}
        slots = [self._slots.get(number, 0) for number in self._numbers]
        return {
            "ads.paces.clock": np.array([paces.version, paces.day, paces.moment]),
            "ads.paces.numbers": np.array([self._numbers, slots], np.float64),
            "ads.paces.multipliers": np.stack(paces.multipliers),
            "ads.paces.plan": paces.plan,
            "ads.paces.spend": paces.spend,
            "ads.paces.price": paces.price,
            "ads.paces.joined": paces.joined,
            "ads.paces.seen": np.stack(paces.seen),
            "ads.paces.recent": paces.recent,
        }

    def fill(self, columns: Mapping[str, Floats]) -> None:
        """Go on from what `columns` gave."""
        if "ads.paces.clock" not in columns:
            return
        version, day, moment = columns["ads.paces.clock"].tolist()
        numbers, slots = columns["ads.paces.numbers"].astype(np.int64).tolist()
        self._numbers, self._slots = numbers, dict(zip(numbers, slots, strict=True))
        empty, self._recovered = nobody(int(day), moment), True
        self._paces = empty._replace(
            version=int(version),
            multipliers=type(empty.multipliers)(*columns["ads.paces.multipliers"]),
            plan=columns["ads.paces.plan"],
            spend=columns["ads.paces.spend"],
            price=columns["ads.paces.price"],
            joined=columns["ads.paces.joined"],
            seen=Today(*columns["ads.paces.seen"]),
            recent=columns["ads.paces.recent"],
        )


def _budget_of(record: CampaignRecord, before: int, now: Instant) -> float:
    """Return what a campaign may spend today, micros; 0 before its start and where nothing is left.

    Args:
        record: The campaign.
        before: Micros spent and reserved before today.
        now: The community's clock.
    """
    given = record.given
    if given.starts_at is not None and now < instant_of(given.starts_at):
        return 0.0
    shares: list[float] = []
    if given.budget.daily is not None:
        shares.append(float(given.budget.daily.micros))
    if given.budget.lifetime is not None:
        days = float(DAYS_AHEAD)
        if given.ends_at is not None:
            days = max(1.0, (instant_of(given.ends_at) - now) / DAY_MICROS)
        shares.append(max(0.0, given.budget.lifetime.micros - before) / days)
    return min(shares)
