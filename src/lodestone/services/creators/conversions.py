"""Which conversions are put down to published items, and what they came to. See `creators.plays` for what counts.

    last touch:  of the clicks on published items within 7 days before, and the views within 1 day before, the latest one
    of whom:     all items on order for the product, settled by conversions or sales; an ad of the seller that touched the
                 person as late, or later, has the conversion instead

So a conversion is paid for once, whoever else showed the product.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from lodestone.ads.attribution import Touches
from lodestone.base.arrays import Bools
from lodestone.creators.plays import Conversion, Count, Parties, count_conversions
from lodestone.creators.settlement import Kind
from lodestone.events.ad_facts import slot_key
from lodestone.events.facts import (
    FLAG_BOT,
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_PAID,
    SHARE_WHOLE,
    Facts,
)
from lodestone.events.outcomes import FactKind
from lodestone.features.view import StateView
from lodestone.services.ads.reporting.facts import AdFacts, read_ad_facts
from lodestone.services.ads.reporting.facts import Conversion as Happened
from lodestone.services.ads.reporting.order_values import OrderValues
from lodestone.services.ads.reporting.outcomes import Counted, counted
from lodestone.services.creators.log_facts import gather, within_days
from lodestone.stores.creators.types import Assignment
from lodestone.stores.log.port import Log

_TOUCHING: Final = np.array([FactKind.IMPRESSION, FactKind.CLICK], np.uint8)
SOLD: Final = (Kind.CPA, Kind.CPS)
"""Kinds that are settled by conversions."""


class _Slot(NamedTuple):
    """A slot that nobody paid for, in which somebody was shown an item."""

    person: int
    view: int | None
    click: int | None


class _Touched(NamedTuple):
    """A conversion, and what touched the person last before it."""

    happened: Happened
    order: int
    """The number of the order whose item it was."""
    by_ad: bool


class Conversions:
    """What one community's log and orders say of conversions. Called in threads for long work."""

    def __init__(
        self,
        log: Log,
        state: StateView,
        values: OrderValues,
        selling: Callable[[], Sequence[Assignment]],
    ) -> None:
        """Take what it reads; `selling` gives every order of `SOLD` that was published, however it stands."""
        self._log, self._state, self._values, self._selling = log, state, values, selling

    def count(
        self, parties: Mapping[int, Parties], orders: Sequence[Assignment]
    ) -> dict[int, Count]:
        """Count the conversions of some orders, by number.

        Args:
            parties: Whose do not count, by order.
            orders: Of `SOLD`.
        """
        facts = read_ad_facts(self._log)
        by_ads, touches = _by_ads(counted(facts, self._state)), self._touches(self._selling())
        touched = [
            conversion
            for order in orders
            for conversion in self._touched(order, facts, touches, by_ads)
        ]
        worth = self._values.of((conversion.happened for conversion in touched), facts.refunds)
        by_order: dict[int, list[Conversion]] = {order.number: [] for order in orders}
        for happened, number, by_ad in touched:
            returned = facts.refunds.get(happened.key, 0) >= SHARE_WHOLE
            value = worth.get(happened.key, 0)
            by_order[number].append(Conversion(happened.person, value, returned, by_ad))
        return {
            number: count_conversions(conversions, parties[number])
            for number, conversions in by_order.items()
        }

    def _touched(
        self, order: Assignment, facts: AdFacts, touches: Touches, by_ads: Mapping[int, int]
    ) -> Iterable[_Touched]:
        """Yield the conversions that are put down to an order's item."""
        since, until = order.span
        for happened in facts.conversions:
            if happened.kind != order.goods.action or happened.item not in order.goods.items:
                continue
            if not since <= happened.time < until:
                continue
            touch = touches.last(happened.person, happened.item, happened.time)
            if touch is not None and touch.key == order.number:
                by_ad = by_ads.get(happened.key, -1) >= touch.time
                yield _Touched(happened, order.number, by_ad)

    def _touches(self, selling: Sequence[Assignment]) -> Touches:
        """Return who was touched by which order's item when, by product."""
        touches = Touches()
        facts = self._shown({order.item for order in selling if order.item is not None})
        for order in selling:
            for slot in _slots(within_days(order, facts[facts["item"] == order.item])):
                for product in order.goods.items:
                    touches.add(slot.person, product, order.number, slot.view, slot.click)
        return touches

    def _shown(self, items: set[int]) -> Facts:
        """Read who saw and clicked items in slots that nobody paid for."""
        rows = np.array(sorted(items), np.int32)

        def wanted(facts: Facts) -> Bools:
            flags = facts["flags"] & (FLAG_DECISION | FLAG_PAID | FLAG_HISTORY | FLAG_BOT)
            touching = np.isin(facts["kind"], _TOUCHING) & (flags == FLAG_DECISION)
            known = (facts["person"] >= 0) & (facts["receipt"] >= 0)
            chosen: Bools = touching & known & np.isin(facts["item"], rows)
            return chosen

        return gather(self._log, wanted)


def _slots(facts: Facts) -> Iterable[_Slot]:
    """Return slots in which an item was seen, when, and when it was clicked first."""
    slots: dict[int, _Slot] = {}
    for fact in facts:
        key = slot_key(int(fact["receipt"]), int(fact["slot"]))
        slot = slots.get(key, _Slot(int(fact["person"]), None, None))
        time = int(fact["time"])
        if fact["kind"] == FactKind.CLICK:
            slots[key] = slot._replace(click=_first(slot.click, time))
        else:
            slots[key] = slot._replace(view=_first(slot.view, time))
    return slots.values()


def _first(before: int | None, time: int) -> int:
    return time if before is None else min(before, time)


def _by_ads(credited: Mapping[int, Counted]) -> dict[int, int]:
    """Return when an ad touched whoever made the conversions that it has, by the keys of these."""
    return {
        conversion.key: max(
            time
            for kind in (FactKind.IMPRESSION, FactKind.CLICK)
            if (time := slot.history.times.get(kind, -1)) <= conversion.time
        )
        for slot in credited.values()
        for conversion in slot.conversions
    }
