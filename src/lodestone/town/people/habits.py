"""What people do: where they look, how far down, and what they make of what they see."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.client import Feed, Slot, Surface
from lodestone.town.make import Json, Town, home_of
from lodestone.town.people.topics import QUARTERS

_SURFACES: Final[tuple[tuple[Surface, float], ...]] = (
    ("discover", 0.66), ("following", 0.14), ("place", 0.10), ("channel", 0.06), ("profession", 0.04),
)  # fmt: skip
_AWAY: Final = 0.12
"""Share of visits made somewhere else than at home."""
_STAYS: Final = 0.95
"""Chance to look at the next slot after one."""
_AUTOPLAY: Final = ("video", "live")
_Did = Callable[[str, float, Json | None], tuple[Json, float]]


@dataclass(frozen=True, slots=True)
class Visit:
    """One person opening the app once."""

    name: str
    viewer: int
    surface: Surface
    domain: str | None
    position: Json | None
    """Where they are, when not at home."""
    arrival: tuple[Json, ...]
    """Events that say so."""


class Habits:
    """What the people of one town do; chance is handed in with every question."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._posts = {post.body["id"]: post for post in town.posts}
        self._active = np.array([person.active for person in town.people])
        self._active /= self._active.sum()
        self._where = np.array([share for *_, share in QUARTERS])
        self._follows = set(town.follows)
        self._channels = [name for name, body in town.domains if body["kind"] == "channel"]
        self._joined: dict[int, list[str]] = defaultdict(list)
        for name, person in town.members:
            if name in self._channels:
                self._joined[person].append(name)

    def visit(self, chance: np.random.Generator, name: str) -> Visit:
        """Draw who opens the app, where they are and which page of it.

        Args:
            chance: A stream of this visit alone.
            name: Goes into the ids of its events, so that the same visit makes the same events.
        """
        viewer = int(chance.choice(self._active.size, p=self._active))
        surface = _SURFACES[int(chance.choice(len(_SURFACES), p=[p for _, p in _SURFACES]))][0]
        if surface == "place" and self._town.people[viewer].body["minor"]:
            surface = "discover"  # nothing is found for a child by where they are
        domain = None
        if surface == "channel":
            mine = self._joined.get(viewer) or self._channels
            domain = mine[int(chance.integers(len(mine)))]
        if chance.random() >= _AWAY:
            return Visit(name, viewer, surface, domain, None, ())
        quarter = int(chance.choice(self._where.size, p=self._where))
        position = home_of(quarter, *chance.normal(0, 0.3, 2).tolist())
        arrival = {
            "id": f"{name}-visit",
            "type": "visit",
            "person_id": f"p{viewer}",
            "position": position,
        }
        return Visit(name, viewer, surface, domain, position, (arrival,))

    def look(
        self, chance: np.random.Generator, visit: Visit, feed: Feed, page: int
    ) -> Iterator[tuple[Json, float]]:
        """Let a person look down a page until they have had enough.

        Yields:
            What they did, without its time, and how many seconds after the last thing.
        """
        for slot in feed.slots:
            yield from self._see(chance, visit, slot, f"{visit.name}-{page}-{slot.slot}")
            if chance.random() > _STAYS:
                return

    def _see(
        self, chance: np.random.Generator, visit: Visit, slot: Slot, name: str
    ) -> Iterator[tuple[Json, float]]:
        post = self._posts.get(slot.item_id)
        if post is None:  # somebody else's, brought in beside the town
            return
        about = {"item_id": slot.item_id, "beacon": slot.beacon, "person_id": f"p{visit.viewer}"}

        def did(kind: str, seconds: float = 1.0, more: Json | None = None) -> tuple[Json, float]:
            return {"id": f"{name}-{kind}", "type": kind, **about, **(more or {})}, seconds

        near = slot.domain != "public"
        joy = (
            0.2
            + 1.7 * self._town.people[visit.viewer].taste[post.topic] * post.quality
            + 0.25 * near
        )
        glance = round(float(chance.gamma(2, 1.2)), 1)
        yield did("impression", 0.1, {"visible_seconds": glance})
        if chance.random() > min(0.95, 0.5 * joy):
            if chance.random() < 0.012 / joy:
                yield did("hide" if chance.random() < 0.3 else "not_interested", glance)
            return
        yield did("click", glance)
        watched = round(float(chance.exponential(14 * joy)) + 1, 1)
        if post.body["kind"] in _AUTOPLAY:
            length = float(post.body.get("duration_seconds", 600))
            seen = min(watched, length)
            yield did("watch", seen, {"watch_seconds": seen, "completed": watched >= length})
        if watched < 9:
            return
        yield did("long_view")
        yield from self._warm(chance, visit, slot, min(1.0, joy), did)

    def _warm(
        self,
        chance: np.random.Generator,
        visit: Visit,
        slot: Slot,
        joy: float,
        did: _Did,
    ) -> Iterator[tuple[Json, float]]:
        """Say what somebody does who stayed: like, answer, pass on, look at the author, follow."""
        if chance.random() < 0.32 * joy:
            yield did("like", 1.0, None)
        if chance.random() < 0.06 * joy:
            yield did("comment", 8.0, None)
        if chance.random() < 0.03 * joy:
            yield did("share", 3.0, None)
        if chance.random() < 0.12 * joy:
            yield did("profile_visit", 5.0, None)
            pair = (visit.viewer, int(slot.author_id.removeprefix("p")))
            if pair[0] != pair[1] and pair not in self._follows and chance.random() < 0.35:
                self._follows.add(pair)
                yield did("follow", 1.0, {"author_id": slot.author_id})
