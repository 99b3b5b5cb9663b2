"""What the engine is told: the few things that an app would know of a person, a post or what somebody did.

Every field that leaves the town is written here, those of its trade in `commerce/shops.py`, and nowhere else; a demo's
presentation adds to them what people look at. Tastes, talent, quality, moods and who is paid for clicking stay behind;
a test reads all that was sent and finds none of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import Slot
from lodestone.town.make import LATITUDE, LONGITUDE, caption, domains
from lodestone.town.people.behaviour import Done
from lodestone.town.people.topics import CHANNELS, GIVEN, PROFESSIONS, SHOPS, SURNAMES, TOPICS
from lodestone.town.presentation import PLAIN, Presentation
from lodestone.town.truth import KIND_WORDS, PRODUCT, VIDEO, People, Posts, Truth

Json = dict[str, Any]
_GOODS: Final = {tag: goods.split()[0] for _, tag, goods in SHOPS}
_ANY_GOODS: Final = "本地特产"
LONGEST_SECONDS: Final = 290.0
"""What is looked at in one go is told within five minutes: the engine takes nothing from further ahead."""
SEEN_SECONDS: Final = 1.0
VIDEO_SEEN_SECONDS: Final = 2.0
"""An ad's post, and one that is a video, is on the screen so long before its view is paid for."""
_LEAST_GLANCE: Final = 0.4
"""Nobody opens an ad sooner, and so much apart is what happens to ads at the end of a visit that is longer than is told."""


class Payloads:
    """Writes one town's people, posts and deeds as an app would.

    Args:
        streams: The town's chance, for names and captions.
        personal: Whether those who let themselves be known are shown to; False keeps everybody unknown.
        shown: How the town is shown.
    """

    def __init__(self, streams: Streams, *, personal: bool, shown: Presentation = PLAIN) -> None:
        self._streams = streams
        self.shown = shown
        self._personal = personal
        self._professions = list(PROFESSIONS)
        self._channels = list(CHANNELS)
        self.domains = tuple((name, shown.domain(body)) for name, body in domains())

    def person(self, people: People, row: int, at: Instant) -> Json:
        """Write a person's body, with what they say of themselves: half name two things they like."""
        chance = self._streams.of("says", row)
        body: Json = {
            "id": f"p{row}",
            "name": _name(chance),
            "language": "zh",
            "created_at": time_text(at),
            "home": place(people.latitude[row], people.longitude[row]),
            "profession": self._professions[int(people.profession[row])],
            "minor": bool(people.minor[row]),
            "consent": {"personalisation": bool(people.open[row]) and self._personal},
        }
        if chance.random() < 0.5:
            # People name what they like, if not in the order in which they do.
            liked = (-people.taste[row]).argsort()[:4]
            said = chance.choice(liked, 2, replace=False).tolist()
            body["interests"] = {TOPICS[topic].tag: 1.0 for topic in said}
        return self.shown.person(body, people, row)

    def post(self, truth: Truth, row: int) -> Json:
        """Write a post's body."""
        posts, people = truth.posts, truth.people
        person = int(truth.makers.person[posts.maker[row]])
        topic = int(posts.topic[row])
        told, kind = TOPICS[topic], int(posts.kind[row])
        chance = self._streams.of("caption", row)
        body: Json = {
            "id": f"i{row}",
            "kind": KIND_WORDS[kind],
            "author_id": f"p{person}",
            "language": "zh",
            "text": caption(chance, topic, int(people.quarter[person]), set()),
            "tags": [told.tag, CHANNELS[told.channel]],
            "channels": [told.channel],
            "created_at": time_text(Instant(int(posts.created[row]))),
        }
        if kind == PRODUCT:
            body["text"] = f"{_GOODS.get(told.tag, _ANY_GOODS)}，{body['text']}"
        if posts.latitude[row] == posts.latitude[row]:  # not NaN
            body["position"] = place(posts.latitude[row], posts.longitude[row])
        if posts.trade[row] >= 0:
            body["professions"] = [self._professions[int(posts.trade[row])]]
        if kind == VIDEO:
            body["duration_seconds"] = float(posts.seconds[row])
        return self.shown.post(body, truth, row)

    def channel(self, index: int) -> str:
        """Return a channel's id."""
        return self._channels[index]


def follows(
    truth: Truth, pairs: Iterable[Sequence[int]], at: Instant, name: str = "follow"
) -> list[Json]:
    """Write that people follow makers.

    Args:
        truth: The town.
        pairs: (person, maker).
        at: When.
        name: What the events' ids begin with.
    """
    return [
        {
            "id": f"{name}-{who}-{whom}",
            "type": "follow",
            "time": time_text(at),
            "person_id": f"p{who}",
            "author_id": f"p{truth.makers.person[whom]}",
        }
        for who, whom in pairs
    ]


def name_of(streams: Streams, row: int) -> str:
    """Return what a person is called."""
    return _name(streams.of("says", row))


def _name(chance: np.random.Generator) -> str:
    surname = SURNAMES[int(chance.integers(len(SURNAMES)))]
    return surname + GIVEN[int(chance.integers(len(GIVEN)))]


def place(latitude: float, longitude: float) -> Json:
    """Write a position."""
    return {"latitude": float(latitude), "longitude": float(longitude)}


def whereabouts(people: People, person: int) -> Json:
    """Write where somebody is: at home, at work or at the market, as they were last out."""
    return (
        place(people.latitude[person], people.longitude[person]),
        place(people.work_latitude[person], people.work_longitude[person]),
        place(LATITUDE, LONGITUDE),
    )[int(people.outing[person])]


class VisitEvents:
    """Writes what one person does within one visit, each thing at its own second.

    Args:
        name: Of the visit; ids of events grow from it.
        person: A row of people.
        now: When the visit begins.
    """

    def __init__(self, name: str, person: int, now: Instant) -> None:
        self._name = name
        self.person = person
        self.now = now
        self._seconds = 0.0
        self._beyond = 0.0
        self._count = 0

    def told(self, kind: str, more: Json, seconds: float = 1.0, *, paid: bool = False) -> Json:
        """Write one event and let time pass; what is told of a paid place keeps its distance where time stands still."""
        self._seconds += seconds
        if self._seconds > LONGEST_SECONDS:
            self._seconds = LONGEST_SECONDS
            self._beyond += _LEAST_GLANCE * paid
        self._count += 1
        seconds = self._seconds + self._beyond * paid
        at = Instant(self.now + int(seconds * SECOND_MICROS))
        return {
            "id": f"{self._name}-{self._count}",
            "type": kind,
            "time": time_text(at),
            "person_id": f"p{self.person}",
            **more,
        }

    def looked(
        self, slot: Slot, done: Done, at: int, glance: float, *, moves: bool
    ) -> Iterator[Json]:
        """Write what came of one place looked at.

        Args:
            slot: What stood there.
            done: What people did.
            at: Which row of it this is.
            glance: Seconds before they decided.
            moves: Whether it plays.
        """
        about = {"item_id": slot.item_id, "beacon": slot.beacon}
        told = partial(self.told, paid=slot.paid)
        if slot.paid:
            glance = max(glance, _LEAST_GLANCE)
        yield told("impression", {**about, "visible_seconds": glance}, 0.1)
        for kind in ("not_interested", "hide"):
            if getattr(done, kind)[at]:
                yield told(kind, about, glance)
        seconds = round(float(done.seconds[at]), 1)
        if not done.click[at]:
            self._seconds += glance
            yield from self._viewable(slot, about, glance)
            return
        yield told("click", about, glance)
        yield from self._viewable(slot, about, glance + seconds)
        if moves:
            more = {"watch_seconds": seconds, "completed": bool(done.completed[at])}
            yield told("watch", {**about, **more}, seconds)
        for kind in (
            "long_view",
            "like",
            "comment",
            "share",
            "profile_visit",
            "shop_visit",
            "order",
            "report",
        ):
            if getattr(done, kind)[at]:
                yield told(kind, about)
        if done.follow[at]:
            yield told("follow", {**about, "author_id": slot.author_id})

    def _viewable(self, slot: Slot, about: Json, seconds: float) -> Iterator[Json]:
        """Tell of a paid place that it was long enough on the screen for a view that is paid for."""
        least = VIDEO_SEEN_SECONDS if slot.kind == KIND_WORDS[VIDEO] else SEEN_SECONDS
        if slot.paid and seconds >= least:
            more = {"visible_seconds": round(seconds, 1)}
            yield self.told("viewable", {**about, **more}, 0.0, paid=True)


def post_row(posts: Posts, item_id: str) -> int:
    """Return which post an id names, -1 for somebody else's."""
    number = item_id[1:]
    known = item_id[:1] == "i" and number.isdecimal() and int(number) < posts.count
    return int(number) if known else -1
