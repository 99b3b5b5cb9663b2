"""The town's own count of what is paid for: by what it told of paid slots, and by the rules that the engine publishes.

It shares no code with the engine, so that a charge too many or too few shows at the end of a life. What a slot costs is
read from its receipt; whether it is charged is worked out here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, SECOND_MICROS, Instant
from lodestone.base.wire import instant_of
from lodestone.client import Feed
from lodestone.town.advertising.state import NEVER, AdClick, Billboard, Outcome, PaidSlot
from lodestone.town.payloads import Json, post_row
from lodestone.town.truth import Truth

_AFTER_CLICK: Final = 7 * DAY_MICROS
_AFTER_VIEW: Final = DAY_MICROS
"""So long after them an order is put down to an ad."""
_TOO_FAST: Final = 300_000
_APART: Final = 30 * SECOND_MICROS
_HOUR_MOST: Final = 30
"""Clicks that are not paid for: sooner after the impression, nearer to another on the campaign, more within an hour."""
HONEST: Final = "bystander"
"""Everybody who is not paid to click."""
_LABEL: Final = "ad"


class Counting:
    """Counts for one town.

    Args:
        board: Where the count is kept.
    """

    def __init__(self, board: Billboard) -> None:
        self._board = board
        self._open: dict[str, PaidSlot] = {}
        """By beacon, of the pages of this step."""

    def show(self, truth: Truth, feed: Feed, person: int, now: Instant, clicker: str = "") -> None:
        """Take a page in before it is looked at.

        Args:
            truth: The town.
            feed: The page.
            person: Whose it is.
            now: When it was asked for.
            clicker: The kind of paid clicker that looks, if one does.
        """
        for slot in feed.slots:
            if not slot.paid:
                continue
            maker = int(truth.posts.maker[post_row(truth.posts, slot.item_id)])
            known = PaidSlot(
                receipt=feed.receipt_id,
                slot=slot.slot,
                person=person,
                maker=maker,
                served=now,
                clicker=clicker,
            )
            self._open[slot.beacon] = known
            if slot.label != _LABEL:
                self._board.count("unlabelled")
            self._board.count(f"served_{clicker or HONEST}")
            if self._board.campaigns[maker].action == "order" and not clicker:
                self._board.slots.append(known)

    def hear(self, events: Sequence[Json]) -> None:
        """Count what comes of events that are told together."""
        touched: dict[tuple[str, int], PaidSlot] = {}
        for event in events:
            slot = self._open.get(event.get("beacon", ""))
            if slot is not None and self._note(slot, event):
                touched[slot.receipt, slot.slot] = slot
        for slot in touched.values():
            if self._board.campaigns[slot.maker].action == "click":
                self._clicked(slot)
            else:
                self._outcome(slot)
        for slot in touched.values():
            for click in self._board.clicks.get(slot.person, ()):
                click.closed |= (click.receipt, click.slot) in touched

    def _note(self, slot: PaidSlot, event: Json) -> bool:
        """Write down what was told of a slot; return whether it is what its campaign buys."""
        tally = self._board.tally(slot.maker)
        action = self._board.campaigns[slot.maker].action
        kind, at = event["type"], instant_of(datetime.fromisoformat(event["time"]))
        if kind == "impression":
            slot.impression = at
            tally.shown += 1
        elif kind == "click":
            slot.click = at
            tally.clicks += 1
            click = AdClick(at, slot.maker, slot.receipt, slot.slot)
            self._board.clicks.setdefault(slot.person, []).append(click)
            self._board.count(f"clicks_{slot.clicker or HONEST}")
        if slot.counted or action == "order":
            return False
        return bool(kind == ("viewable" if action == "impression" else action))

    def _clicked(self, slot: PaidSlot) -> None:
        why = self._refusal(slot)
        slot.counted = True
        if why:
            self._board.count(f"refused_{slot.clicker or HONEST}_{why}")
        else:
            self._outcome(slot)

    def _refusal(self, slot: PaidSlot) -> str:
        """Return why a click is not paid for, nothing where it is."""
        mine = (slot.click, slot.receipt, slot.slot)
        others = [
            click
            for click in self._board.clicks.get(slot.person, ())
            if (click.receipt, click.slot) != mine[1:]
        ]
        if (
            sum(slot.click - HOUR_MICROS < click.time <= slot.click for click in others)
            >= _HOUR_MOST
        ):
            return "rate"
        if any(
            abs(slot.click - click.time) <= _APART
            for click in others
            if click.campaign == slot.maker
            and (click.closed or (click.time, click.receipt, click.slot) < mine)
        ):
            return "duplicate"
        return "too_fast" if slot.click - slot.impression < _TOO_FAST else ""

    def _outcome(self, slot: PaidSlot) -> None:
        slot.counted = True
        tally = self._board.tally(slot.maker)
        tally.outcomes += 1
        tally.clicker_outcomes += bool(slot.clicker)
        if self._board.campaigns[slot.maker].action == "click":
            self._board.count(f"paid_clicks_{slot.clicker or HONEST}")
        self._board.outcomes.append(Outcome(slot.receipt, slot.slot, slot.maker, slot.clicker))

    def bought(self, orders: Iterable[tuple[int, int]], now: Instant) -> None:
        """Put orders that were paid down to the ads that touched their buyers last.

        Args:
            orders: Person and maker of the shop, in the order in which they were paid.
            now: When.
        """
        for person, maker in orders:
            touches = [
                (_touch(slot, now), number)
                for number, slot in enumerate(self._board.slots)
                if slot.person == person and slot.maker == maker and not slot.counted
            ]
            last, number = max(touches, default=(NEVER, 0))
            if last != NEVER:
                self._outcome(self._board.slots[number])

    def end_step(self) -> None:
        """Forget the step's pages: nothing more is told of them."""
        self._open.clear()

    def end_day(self, now: Instant) -> None:
        """Forget what nothing more can come of."""
        self._board.slots = [
            slot
            for slot in self._board.slots
            if not slot.counted and slot.served + _AFTER_CLICK + DAY_MICROS > now
        ]
        recent = {
            person: [click for click in clicks if click.time + DAY_MICROS > now]
            for person, clicks in self._board.clicks.items()
        }
        self._board.clicks = {person: clicks for person, clicks in recent.items() if clicks}


def _touch(slot: PaidSlot, now: int) -> int:
    if slot.impression == NEVER:
        return NEVER
    if slot.click != NEVER and slot.impression <= slot.click <= now <= slot.click + _AFTER_CLICK:
        return slot.click
    return slot.impression if slot.impression <= now <= slot.impression + _AFTER_VIEW else NEVER
