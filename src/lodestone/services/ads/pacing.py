"""The pace of a community's campaigns: moved with the prices, from what their budgets say, towards each one's plan of the day.

A bid is the most that an advertiser or their budget offers; the pace is the share of it that enters auctions, one less the price
of the budget. These prices stand in the price vector (`PriceVector.budgets`), are moved by the same step and stored under the same
version, which receipts name: a start goes on at the vector in force. What a snapshot keeps besides is where the next step goes,
the plan of the day and what it was made of; a crash sets that back to the last one.
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
from lodestone.traffic.pacing.pacer import Paces, Today, advance, even, join, nobody, priced
from lodestone.traffic.prices import budget_price, pace_of

DAYS_AHEAD: Final = 7
"""Over so many days a lifetime's budget without an end is spread."""
_MINUTES: Final = 1440
_LAST: Final = 1 / _MINUTES
"""The least share of a day in which the rest of a budget is spent."""


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
        self._prices: tuple[float, ...] = ()
        """In force, by campaign's number; see `PriceVector.budgets`."""
        self._waiting = False
        """Whether no live ad was paced by them yet."""

    def served(self, slots: Sequence[PaidSlot]) -> None:
        """Count slots that a page shows."""
        for slot in slots:
            self._slots[slot.campaign] = self._slots.get(slot.campaign, 0) + 1

    def step(
        self, campaigns: Mapping[int, CampaignRecord] | None, now: Instant
    ) -> tuple[float, ...]:
        """Move the price of every campaign's budget once; later steps of the same instant change little.

        Args:
            campaigns: All of them, by number; None before they have been read, when no price moves: what they spent would be taken
                for nothing now, and for one step's spend later.
            now: The community's clock.

        Returns:
            The prices in force from now on, by campaign's number, for the vector that is moved with them.
        """
        if campaigns is None:
            return self._prices
        day, minute = self._calendar(now)
        moment = minute / _MINUTES
        if self._paces is None:
            self._paces = nobody(day, moment)
        if (day, moment) < (self._paces.day, self._paces.moment):
            return self._prices  # a clock that was set back
        if day != self._paces.day:
            self._slots.clear()
        fresh = sorted(campaigns.keys() - set(self._numbers))
        if fresh:
            self._paces = join(self._paces, np.ones(len(fresh)))
            self._numbers += fresh
        if not self._numbers:
            return self._prices
        last = [
            row
            for row, number in enumerate(self._numbers)
            if number in campaigns and _ends_today(campaigns[number], now) is not None
        ]
        paces = even(self._paces, last) if last else self._paces
        self._paces = advance(paces, self._today(campaigns, day, now), day, moment)
        self._prices, self._waiting = self._by_number(self._paces), False
        self._apply(campaigns)
        return self._prices

    def take(self, prices: tuple[float, ...], now: Instant) -> None:
        """Go on from the price vector in force, after `fill` where there is a snapshot.

        Args:
            prices: `PriceVector.budgets`; empty in a vector that was stored before it held any: a snapshot's are in force then.
            now: The community's clock.
        """
        self._waiting = True
        if not prices:
            return
        self._prices = prices
        if self._paces is None:
            day, minute = self._calendar(now)
            self._paces = nobody(day, minute / _MINUTES)
        known = set(self._numbers)
        strange = [number for number, price in enumerate(prices) if price and number not in known]
        self._paces = join(self._paces, np.ones(len(strange)))
        self._numbers += strange
        row = [budget_price(prices, number) for number in self._numbers]
        self._paces = priced(self._paces, np.array(row))

    def resume(self, campaigns: Mapping[int, CampaignRecord] | None) -> None:
        """Let campaigns bid at the pace at which the process before this one stopped, until their next step.

        Args:
            campaigns: All of them, by number, once they have been read; None before.
        """
        if self._waiting and campaigns is not None:
            self._waiting = False
            self._apply(campaigns)

    def _apply(self, campaigns: Mapping[int, CampaignRecord]) -> None:
        for number in self._numbers:
            record = campaigns.get(number)
            if record is not None:
                self._live.paced(record.id, self.pace_of(number))

    def pace_of(self, number: int) -> float:
        """Return a campaign's pace in (0, 1], 1 before its first step."""
        return pace_of(self._prices, number)

    def _by_number(self, paces: Paces) -> tuple[float, ...]:
        prices = [0.0] * (max(self._numbers) + 1)
        for number, price in zip(self._numbers, paces.price_share().tolist(), strict=True):
            prices[number] = price
        return tuple(prices)

    def _today(self, campaigns: Mapping[int, CampaignRecord], day: int, now: Instant) -> Today:
        budgets, count = self._budgets(), len(self._numbers)
        left = budgets.left_by_campaign(day).tolist()
        joined = self._paces.joined.tolist() if self._paces is not None else []
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
                ends_today = _ends_today(record, now)
                if ends_today is None:
                    today.budget[row] = _budget_of(record, before, now)
                else:
                    today.budget[row] = _rest_of(record, (before, used), ends_today, joined[row])
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
        empty = nobody(int(day), moment)
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
        self._prices = self._by_number(self._paces)


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


def _ends_today(record: CampaignRecord, now: Instant) -> float | None:
    """Return the share of a day after which a campaign with a budget in all alone is over, None where that is a day or more."""
    given = record.given
    starts = given.starts_at
    if given.ends_at is None or given.budget.daily is not None:
        return None
    if starts is not None and now < instant_of(starts):
        return None
    left = (instant_of(given.ends_at) - now) / DAY_MICROS
    return left if left < 1.0 else None


def _rest_of(record: CampaignRecord, used: tuple[int, int], left: float, joined: float) -> float:
    """Return the budget of a day at whose pace the rest of a campaign is spent just when it is over, micros; 0 once it is.

    An even plan, `pacer.even`, spreads a budget over what a day has left when the campaign joins; this one has other hours,
    maybe beyond midnight.

    Args:
        record: The campaign; its budget is one in all.
        used: Micros spent and reserved before today, and today.
        left: Share of a day until it is over.
        joined: Share of the day that had passed when it joined.
    """
    given = record.given
    assert given.budget.lifetime is not None
    if left <= 0:
        return 0.0
    rest = max(0, given.budget.lifetime.micros - sum(used))
    return rest / max(left, _LAST) * (1.0 - joined)
