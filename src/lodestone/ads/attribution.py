"""Attribution: which ad an order, a redemption, a visit or a conversion is put down to. Pure; rules as data.

    last touch:  of the clicks within 7 days before and the views within 1 day before, the latest one
    whose:       of all slots that showed the same person a post of the same seller, whatever they were bought for

A click at the very instant, and one exactly seven days old, still count. What happens on the slot itself (a click, a
follow) is the slot's own and needs no attribution.
"""

from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import Final, NamedTuple

from lodestone.ads.billing import RULES as BILLING
from lodestone.base.clock import DAY_MICROS


@dataclass(frozen=True, slots=True)
class AttributionRules:
    """One version of the windows, microseconds. They are those of billing: what is charged for is reported too."""

    version: int = 1
    after_click: int = BILLING.after_click
    """How long after a click a conversion is put down to it."""
    after_view: int = BILLING.after_view
    """How long after a view."""

    @property
    def model(self) -> str:
        """Name the model by what it does.

        >>> AttributionRules().model
        'last_touch_7d_click_1d_view'
        """
        click, view = self.after_click // DAY_MICROS, self.after_view // DAY_MICROS
        return f"last_touch_{click}d_click_{view}d_view"


RULES: Final = AttributionRules()
"""The version in force."""


class Touch(NamedTuple):
    """A moment at which a slot touched a person."""

    time: int
    """Microseconds since the epoch."""
    key: int
    """Of the slot, see `events.ad_facts.slot_key`."""


class Touches:
    """Clicks and views of slots, by person and seller."""

    def __init__(self, rules: AttributionRules = RULES) -> None:
        self._rules = rules
        self._clicks: dict[tuple[int, int], list[Touch]] = {}
        self._views: dict[tuple[int, int], list[Touch]] = {}

    def add(self, person: int, seller: int, key: int, view: int | None, click: int | None) -> None:
        """Take in one slot.

        Args:
            person: Ordinal of whoever saw it, 0 or more.
            seller: Author slot of what it shows.
            key: The slot's.
            view: When it was seen, None where it was not or that does not count; a click without a view is none.
            click: When it was clicked, None where it was not or that does not count.
        """
        if view is None:
            return
        insort(self._views.setdefault((person, seller), []), Touch(view, key))
        if click is not None and click >= view:
            insort(self._clicks.setdefault((person, seller), []), Touch(click, key))

    def last(self, person: int, seller: int, time: int) -> Touch | None:
        """Return the touch that a conversion is put down to, None where none lies in its window.

        Args:
            person: Who converted.
            seller: Whose it was.
            time: When.

        >>> touches = Touches()
        >>> touches.add(1, 2, 10, view=0, click=5)
        >>> touches.add(1, 2, 11, view=DAY_MICROS, click=None)
        >>> touches.last(1, 2, 2 * DAY_MICROS).key, touches.last(1, 2, 3 * DAY_MICROS).key
        (11, 10)
        """
        pair = person, seller
        windows = ((self._clicks, self._rules.after_click), (self._views, self._rules.after_view))
        latest = [_latest(touches.get(pair, []), time, age) for touches, age in windows]
        return max((touch for touch in latest if touch is not None), default=None)


def _latest(touches: list[Touch], time: int, age: int) -> Touch | None:
    """Return the last touch not after a time and not older than an age."""
    at = bisect_right(touches, time, key=lambda touch: touch.time) - 1
    return touches[at] if at >= 0 and touches[at].time >= time - age else None
