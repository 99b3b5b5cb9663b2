"""Those who are paid to click a rival's ads, so that its budget is gone before customers come.

They use the app like anybody, under the account of whoever pays them; what gives them away is how they click.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import Feed
from lodestone.town.advertising.state import Billboard, Campaign
from lodestone.town.payloads import Json

CLICKERS: Final = ("script", "hand", "patient")
"""A program; somebody in a hurry; somebody who takes a minute from one click to the next."""
_SESSIONS: Final = 2
"""A day."""
_FIRST_STEP, _LAST_STEP = 18, 44
_GLANCED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of clicker works."""

    pages: int
    """Of one session."""
    every_seconds: float
    """From one page to the next."""
    least_seconds: float
    most_seconds: float
    """From an ad's impression to the click on it."""


MANNERS: Final = {
    "script": Manner(20, 3.0, 0.05, 0.25),
    "hand": Manner(12, 6.0, 0.4, 1.5),
    "patient": Manner(4, 65.0, 1.0, 4.0),
}


def sessions(streams: Streams, day: int, maker: int) -> tuple[int, ...]:
    """Return the steps of a day in which a shop's clicker comes."""
    drawn = streams.of("clicker", day, maker).integers(_FIRST_STEP, _LAST_STEP, _SESSIONS)
    return tuple(int(step) for step in drawn)


def rival(streams: Streams, board: Billboard, given: Campaign) -> int | None:
    """Return whose ads are clicked, None for nobody's: one that pays for clicks and comes as often as one looks, if any does."""
    paying = [
        (maker, other)
        for maker, other in sorted(board.campaigns.items())
        if maker != given.maker and other.action == "click" and not other.paused
    ]
    others = [maker for maker, other in paying if not other.capped] or [
        maker for maker, _ in paying
    ]
    if not others:
        return None
    return others[int(streams.of("rival", given.maker).random() * len(others))]


class Clicking:
    """One session of a paid clicker.

    Args:
        name: Of the session; ids of events grow from it.
        person: Under whose account.
        manner: How they work.
        now: When it begins.
        chance: The session's own stream.
    """

    def __init__(
        self, name: str, person: int, manner: Manner, now: Instant, chance: np.random.Generator
    ) -> None:
        self._name, self._person, self._manner = name, person, manner
        self._now, self._chance = now, chance
        self._count = 0

    def page(self, number: int, feed: Feed, wanted: Callable[[str], bool]) -> list[Json]:
        """Return what is told of one page: posts pass too fast to be seen; ads are glanced at, and who is wanted clicked.

        Args:
            number: Which page of the session, from 0.
            feed: The page.
            wanted: Whether the ad of an author is to be clicked.
        """
        at, events = number * self._manner.every_seconds, list[Json]()
        for slot in feed.slots:
            if not slot.paid:
                continue
            about = {"item_id": slot.item_id, "beacon": slot.beacon}
            events.append(self._event("impression", at, {**about, "visible_seconds": _GLANCED}))
            if wanted(slot.author_id):
                after = self._chance.uniform(self._manner.least_seconds, self._manner.most_seconds)
                events.append(self._event("click", at + float(after), about))
        return events

    def _event(self, kind: str, seconds: float, about: Json) -> Json:
        self._count += 1
        at = Instant(self._now + int(seconds * SECOND_MICROS))
        return {
            "id": f"{self._name}-{self._count}",
            "type": kind,
            "time": time_text(at),
            "person_id": f"p{self._person}",
            **about,
        }
