"""The orders of one town's life: mornings at the desk, pages on which something was made to order, and friends who play it."""

from collections.abc import Sequence
from typing import Final

from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.client import AsyncClient as Client
from lodestone.client import Feed, Verdicts
from lodestone.town.activity import Activity
from lodestone.town.looking import Page
from lodestone.town.ordering.counting import PlayCount
from lodestone.town.ordering.desk import OrderDesk
from lodestone.town.ordering.state import ENDED, Order, OrderBoard, packed, unpacked
from lodestone.town.payloads import Json, Payloads, VisitEvents, post_row
from lodestone.town.truth import Truth

MORNING: Final = 19
"""The step in which advertisers and creators look at their orders: half past nine."""
_FRIENDS_COME: Final = (25, 43)
"""Steps in which friends play what was ordered: half past twelve, half past nine in the evening."""
_PAGE: Final = 8
_WATCHED_SECONDS: Final = 30.0


class Ordering(Activity):
    """The orders of one town's life.

    Args:
        client: May do everything in the town's community.
        streams: The town's chance.
        told: Writes what is posted.
    """

    name = "orders"

    def __init__(self, client: Client, streams: Streams, told: Payloads) -> None:
        self._client, self._streams, self._told = client, streams, told
        self._go_on(OrderBoard())

    def _go_on(self, board: OrderBoard) -> None:
        self.board = board
        self._desk = OrderDesk(self._client, self._streams, self._told, board)
        self._count = PlayCount(board)

    def take_up(self, text: bytes) -> None:
        """See `Activity`."""
        self._go_on(unpacked(text))

    def packed(self) -> bytes:
        """See `Activity`."""
        return packed(self.board)

    async def begin(self, truth: Truth, now: Instant, shops: frozenset[int]) -> None:
        """See `Activity`."""
        if truth.step == MORNING:
            await self._desk.morning(truth, now, shops)

    def shown(self, truth: Truth, pages: Sequence[Page]) -> None:
        """See `Activity`."""
        for page in pages:
            self._count.show(truth, page.feed, page.deeds.person)

    def heard(self, truth: Truth, events: Sequence[Json]) -> None:
        """See `Activity`."""
        self._count.hear(truth, events)

    async def cheat(self, truth: Truth, now: Instant) -> list[Verdicts]:
        """See `Activity`."""
        if truth.step not in _FRIENDS_COME:
            return []
        verdicts = []
        for order in self.board.orders:
            if order.stage not in ENDED and order.published >= 0:
                for friend in order.friends:
                    verdicts += await self._play(truth, order, friend, now)
        return verdicts

    async def _play(self, truth: Truth, order: Order, friend: int, now: Instant) -> list[Verdicts]:
        feed = await self._client.feed(f"p{friend}", "following", slots=_PAGE)
        self._count.show(truth, feed, friend)
        name = f"{truth.day}-{truth.step}-{order.post}-{friend}-plays"
        events = _watched(truth, feed, VisitEvents(name, friend, now), order.post)
        if not events:
            return []
        self._count.hear(truth, events)
        self.board.count("friends_plays")
        return [await self._client.events(events)]

    def end_step(self) -> None:
        """See `Activity`."""
        self._count.end_step()


def _watched(truth: Truth, feed: Feed, deeds: VisitEvents, post: int) -> list[Json]:
    """Return what is told of somebody who looks at nothing but one post of a page."""
    events: list[Json] = []
    for slot in feed.slots:
        if post_row(truth.posts, slot.item_id) == post:
            about = {"item_id": slot.item_id, "beacon": slot.beacon}
            seen = {**about, "visible_seconds": _WATCHED_SECONDS}
            events.append(deeds.told("impression", seen, 0.1))
            watched = {**about, "watch_seconds": _WATCHED_SECONDS, "completed": True}
            events.append(deeds.told("watch", watched, _WATCHED_SECONDS))
    return events
