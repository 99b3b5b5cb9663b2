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
from lodestone.base.clock import DAY_MICROS, Instant
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
from lodestone.services.ads.reporting.facts import Conversion as Happened
from lodestone.services.ads.reporting.facts import read_ad_facts
from lodestone.services.ads.reporting.order_values import OrderValues
from lodestone.services.ads.reporting.outcomes import Counted, counted
from lodestone.services.creators.log_facts import Spans, by_order, gather
from lodestone.services.support.log_chunks import offset_since
from lodestone.stores.creators.types import Assignment
from lodestone.stores.log.port import Log

_TOUCHING: Final = np.array([FactKind.IMPRESSION, FactKind.CLICK], np.uint8)
_BEFORE_MICROS: Final = 15 * DAY_MICROS
"""What touched somebody so long before an order's days can have a conversion within them: 7 days after a click, on a slot
that was served up to 7 days before, and the clicks beside it."""
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
        since = Instant(min(order.span[0] for order in orders) - _BEFORE_MICROS)
        facts = read_ad_facts(self._log, offset_since(self._log, since))
        by_ads = _by_ads(counted(facts, self._state))
        touches = self._touches(since, self._selling())
        happened: dict[tuple[int, int], list[Happened]] = {}
        for conversion in facts.conversions:
            happened.setdefault((conversion.kind, conversion.item), []).append(conversion)
        touched = [
            conversion
            for order in orders
            for conversion in _touched(order, happened, touches, by_ads)
        ]
        worth = self._values.of((each.happened for each in touched), facts.refunds)
        by_order: dict[int, list[Conversion]] = {order.number: [] for order in orders}
        for conversion, number, by_ad in touched:
            returned = facts.refunds.get(conversion.key, 0) >= SHARE_WHOLE
            value = worth.get(conversion.key, 0)
            by_order[number].append(Conversion(conversion.person, value, returned, by_ad))
        return {
            number: count_conversions(conversions, parties[number])
            for number, conversions in by_order.items()
        }

    def _touches(self, since: Instant, selling: Sequence[Assignment]) -> Touches:
        """Return who was touched by which order's item when, by product."""
        touches = Touches()
        since_then = [order for order in selling if order.span[1] > since]
        if not since_then:
            return touches
        for order, mine in by_order(since_then, self._shown(since, Spans(since_then))):
            for slot in _slots(mine):
                for product in order.goods.items:
                    touches.add(slot.person, product, order.number, slot.view, slot.click)
        return touches

    def _shown(self, since: Instant, spans: Spans) -> Facts:
        """Read who saw and clicked items within their days in slots that nobody paid for."""

        def wanted(facts: Facts) -> Bools:
            flags = facts["flags"] & (FLAG_DECISION | FLAG_PAID | FLAG_HISTORY | FLAG_BOT)
            touching = np.isin(facts["kind"], _TOUCHING) & (flags == FLAG_DECISION)
            known = (facts["person"] >= 0) & (facts["receipt"] >= 0)
            chosen: Bools = touching & known & spans.hold(facts)
            return chosen

        return gather(self._log, since, wanted)


def _touched(
    order: Assignment, happened: Mapping[tuple[int, int], Sequence[Happened]], touches: Touches,
    by_ads: Mapping[int, int],
) -> Iterable[_Touched]:  # fmt: skip
    """Yield the conversions that are put down to an order's item.

    Args:
        order: Of `SOLD`.
        happened: Conversions by their kind and item, in the order of the log.
        touches: Of items on order.
        by_ads: See `_by_ads`.
    """
    since, until = order.span
    for product in order.goods.items:
        for conversion in happened.get((order.goods.action, product), ()):
            if not since <= conversion.time < until:
                continue
            touch = touches.last(conversion.person, product, conversion.time)
            if touch is not None and touch.key == order.number:
                by_ad = by_ads.get(conversion.key, -1) >= touch.time
                yield _Touched(conversion, order.number, by_ad)


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
