"""The town's own count of plays of what was made to order, by what it told and by the rules that the engine publishes.

It shares no code with the engine, so that a play too many or too few shows at the end of a life.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.wire import instant_of
from lodestone.client import Feed
from lodestone.town.ordering.state import Order, OrderBoard, Play
from lodestone.town.payloads import Json, post_row
from lodestone.town.truth import VIDEO, Truth

COUNT_DAYS: Final = 7
"""Days after that of publication to whose end plays are counted."""
_VIDEO_SECONDS, _SECONDS = 2.0, 1.0
"""A video is played, and anything else seen, for so long at least."""


class PlayCount:
    """Counts for one town.

    Args:
        board: Where the count is kept.
    """

    def __init__(self, board: OrderBoard) -> None:
        self._board = board
        self._open: dict[str, tuple[int, Play]] = {}
        """Posts and plays by beacon, of the pages of this step."""

    def show(self, truth: Truth, feed: Feed, person: int) -> None:
        """Take a page in before it is looked at."""
        for slot in feed.slots:
            post = post_row(truth.posts, slot.item_id)
            if post in self._board.plays:
                self._open[slot.beacon] = post, Play(person, 0, 0.0, slot.paid)

    def hear(self, truth: Truth, events: Sequence[Json]) -> None:
        """Take in events that are told together."""
        for event in events:
            post, play = self._open.get(event.get("beacon", ""), (-1, None))
            if play is None:
                continue
            video = truth.posts.kind[post] == VIDEO
            seconds = _seconds(event, video=bool(video))
            if seconds is not None and seconds >= play.seconds:
                at = instant_of(datetime.fromisoformat(event["time"]))
                play.seconds, play.time = seconds, at

    def end_step(self) -> None:
        """Write the step's plays down: nothing more is told of its pages."""
        for post, play in self._open.values():
            if play.time:
                self._board.plays[post].append(play)
        self._open.clear()


def _seconds(event: Json, *, video: bool) -> float | None:
    if video:
        return float(event["watch_seconds"]) if event["type"] == "watch" else None
    seen = event["type"] in ("impression", "viewable")
    return float(event["visible_seconds"]) if seen else None


def settled(
    truth: Truth, plays: Iterable[Play], order: Order, start: Instant, without: frozenset[int]
) -> int:
    """Return how many plays of an order's post count: of whoever is no party, long enough, once for each person and day.

    Args:
        truth: The town.
        plays: Of the post.
        order: What it was made for.
        start: The first day's first microsecond.
        without: People who are not counted besides.
    """
    day = (order.published - start) // DAY_MICROS
    end = start + (day + COUNT_DAYS + 1) * DAY_MICROS
    least = _VIDEO_SECONDS if truth.posts.kind[order.post] == VIDEO else _SECONDS
    parties = {int(truth.makers.person[maker]) for maker in (order.maker, order.advertiser)}
    return len(
        {
            (play.person, (play.time - start) // DAY_MICROS)
            for play in plays
            if not play.paid
            and play.seconds >= least
            and order.published <= play.time < end
            and play.person not in parties | without
        }
    )
