"""A round of looking: many people, each with one page, in arrays; then what came of it, as an app would tell it."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.client import Feed
from lodestone.town.commerce.buying import Card, Wanted
from lodestone.town.payloads import Json, VisitEvents, post_row
from lodestone.town.people import behaviour
from lodestone.town.people.fraud_rings import favoured
from lodestone.town.people.rhythm import STEPS, lift, remember_visits
from lodestone.town.people.topics import CHANNELS, TOPICS
from lodestone.town.study.diary import DOMAINS, Looks, outcomes_of
from lodestone.town.study.judging import judge_page
from lodestone.town.truth import Truth, seen_key

TIRED_OF_TOPIC: Final = 0.10
TIRED_OF_MAKER: Final = 0.15
"""What one look adds: the fourth of a kind in a row is a third less joy. Half of it is gone the next morning."""
_STAYS: Final = 0.945
"""Chance to look at the next place after one; over a page of eight this falls to two thirds, as eyes do."""
_STAYS_FOR_JOY: Final = 0.05
_JOINS: Final = 0.03
"""Chance to join a channel one is looking at after a long look."""
_LEAVES: Final = 0.02
"""Chance to unfollow a maker after a post of theirs that was not worth it."""
_GLANCE_SHAPE, _GLANCE_SECONDS = 2.0, 1.2


@dataclass(frozen=True, slots=True)
class Page:
    """A page before somebody's eyes."""

    deeds: VisitEvents
    surface: int
    feed: Feed
    receipt: Any
    """The decision's receipt where it is to be judged, else None."""


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """What came of a round."""

    looks: Looks
    sampled: list[dict[str, Any]]
    events: list[Json]
    through: list[bool]
    """Per page: whether it was looked through to its end."""
    joins: list[tuple[int, int]]
    """(channel, person)."""
    wanted: list[Wanted]
    """What people would order, where the town trades: whether they do is between them and the shop."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Pages laid out flat: shape (places,), page by page, slot by slot."""

    page: Ints
    column: Ints
    who: Ints
    what: Ints
    domain: Ints
    surface: Ints
    paid: Bools
    """Whether somebody pays for the place: it is labelled as an ad."""


def undisturbed(person: Ints) -> Floats:
    """Say that nobody minds ads."""
    return np.zeros(person.size)


class Looker:
    """Lets people look at pages.

    Args:
        worths: Shape (13,). Micros by which the town judges what was done.
        trades: Whether an order must be taken by a shop; else it is as good as done, and told as an event.
        annoyance: What joy an ad costs people only for being one, shape (people,) of rows of people.
    """

    def __init__(
        self,
        worths: Floats,
        *,
        trades: bool,
        annoyance: Callable[[Ints], Floats] = undisturbed,
    ) -> None:
        self._annoyance = annoyance
        self._worths = worths
        self._trades = trades
        names = list(CHANNELS)
        self._channel_of = np.array([names.index(topic.channel) for topic in TOPICS])

    def look(self, truth: Truth, pages: list[Page], chance: np.random.Generator) -> RoundOutcome:
        """Let everybody look through their page.

        Args:
            truth: The town; moods, ties and what was seen move.
            pages: One page a person; nobody stands in it twice but by two visits at once.
            chance: The round's own stream.
        """
        grid = _grid(truth, pages)
        annoyed = np.zeros(grid.who.size)
        annoyed[grid.paid] = self._annoyance(grid.who[grid.paid])
        meeting = behaviour.meet(truth, grid.who, grid.what, lift=lift(truth.day), annoyed=annoyed)
        meeting = replace(meeting, tired=meeting.tired + _within_page(truth, grid))
        sampled = [
            judge_page(truth, page.receipt, page.deeds.person, page.deeds.now, self._worths)
            for page in pages
            if page.receipt is not None
        ]
        inclined = behaviour.incline(meeting)
        done = _done(truth, grid, inclined, chance)
        looked = _looked(grid, done.pleasure, len(pages), chance)
        wished = looked & done.order & self._trades
        done = replace(done, order=done.order & (not self._trades))
        glance = np.round(chance.gamma(_GLANCE_SHAPE, _GLANCE_SECONDS, grid.who.size), 1)
        events, ends = _tell(pages, grid, done, meeting.moves, looked, glance)
        looks = self._looks(grid, inclined, done, meeting.moves, looked)
        leaving = _leaving(truth, grid, meeting, done, looked, chance)
        self._remember(truth, grid, done, looked, leaving)
        events += [_unfollow(truth, pages, grid, row) for row in np.flatnonzero(leaving).tolist()]
        joins = self._joins(truth, grid, done, looked, chance)
        wanted = _wanted(truth, pages, grid, wished, np.cumsum(looked) - 1, looks)
        return RoundOutcome(looks, sampled, events, ends, joins, wanted)

    def _looks(
        self,
        grid: _Grid,
        inclined: behaviour.Inclined,
        done: behaviour.Done,
        moves: Bools,
        looked: Bools,
    ) -> Looks:
        came, amount = outcomes_of(done, moves)
        expected = behaviour.chances(inclined) @ self._worths
        columns = Looks(
            grid.who,
            grid.what,
            grid.column + 1,
            grid.surface,
            grid.domain,
            np.zeros(looked.size, bool),
            inclined.joy,
            done.pleasure,
            expected,
            amount @ self._worths,
            came,
            grid.paid,
        )
        return Looks(*(getattr(columns, each.name)[looked] for each in fields(Looks)))

    def _remember(
        self, truth: Truth, grid: _Grid, done: behaviour.Done, looked: Bools, leaving: Bools
    ) -> None:
        """Let what was looked at leave its marks on people, ties and makers' hopes."""
        who, what = grid.who[looked], grid.what[looked]
        posts, ties = truth.posts, truth.ties
        maker, topic = posts.maker[what], posts.topic[what]
        np.add.at(ties.tired_of_topic, (who, topic), TIRED_OF_TOPIC)
        np.add.at(ties.tired_of_maker, (who, maker), TIRED_OF_MAKER)
        follow, order = done.follow[looked], done.order[looked]
        ties.follows[who[follow], maker[follow]] = True
        np.add.at(ties.bought, (who[order], maker[order]), 1)
        ties.follows[grid.who[leaving], posts.maker[grid.what[leaving]]] = False
        # Who pays to be seen is not encouraged by it.
        unpaid = 1 - grid.paid[looked].astype(np.int64)
        np.add.at(posts.views, what, unpaid)
        heard = unpaid + 4.0 * done.like[looked] + 9.0 * done.comment[looked]
        np.add.at(posts.heard, what, heard)
        for person, post in zip(who.tolist(), what.tolist(), strict=True):
            truth.seen[seen_key(person, post)] = truth.day
        people, count = np.unique(who, return_counts=True)
        total = np.bincount(who, done.pleasure[looked], minlength=truth.people.count)[people]
        remember_visits(truth.people, people, total / count)

    def _joins(
        self,
        truth: Truth,
        grid: _Grid,
        done: behaviour.Done,
        looked: Bools,
        chance: np.random.Generator,
    ) -> list[tuple[int, int]]:
        drawn = chance.random(looked.size)
        joins = looked & done.long_view & (grid.surface == 3) & (drawn < _JOINS)
        found = []
        for row in np.flatnonzero(joins).tolist():
            person, channel = (
                int(grid.who[row]),
                int(self._channel_of[truth.posts.topic[grid.what[row]]]),
            )
            if not truth.people.channel[person, channel]:
                truth.people.channel[person, channel] = True
                found.append((channel, person))
        return found

    def serve(self, truth: Truth, deeds: VisitEvents, post: int) -> list[Json]:
        """Let a paid account do on a maker's page what it is paid for; no feed has shown it."""
        truth.seen[seen_key(deeds.person, post)] = truth.day
        about = {"item_id": f"i{post}", "surface": "page"}
        return [
            deeds.told(kind, {**about, **({"watch_seconds": 30.0} if kind == "watch" else {})}, 0.5)
            for kind in ("click", "watch", "long_view", "like", "comment", "share")
        ]


def _grid(truth: Truth, pages: list[Page]) -> _Grid:
    rows = [
        (page, column, view.deeds.person, row, DOMAINS.index(slot.domain), view.surface, slot.paid)
        for page, view in enumerate(pages)
        for column, slot in enumerate(view.feed.slots)
        if (row := post_row(truth.posts, slot.item_id)) >= 0
    ]
    table = np.array(rows, np.int64).reshape(-1, 7)
    page, column, who, what, domain, surface, paid = table.T
    return _Grid(page, column, who, what, domain, surface, paid > 0)


def _within_page(truth: Truth, grid: _Grid) -> Floats:
    """Return how tired of each place what stands above it on its page has made, shape (places,)."""
    topic, maker = truth.posts.topic[grid.what], truth.posts.maker[grid.what]
    tired = np.zeros(grid.who.size)
    for back in range(1, 8):
        same = np.zeros(grid.who.size, bool)
        same[back:] = grid.page[back:] == grid.page[:-back]
        above = np.maximum(0, np.arange(grid.who.size) - back)
        tired += TIRED_OF_TOPIC * (same & (topic == topic[above]))
        tired += TIRED_OF_MAKER * (same & (maker == maker[above]))
    return tired


def _done(
    truth: Truth, grid: _Grid, inclined: behaviour.Inclined, chance: np.random.Generator
) -> behaviour.Done:
    luck = chance.random((grid.who.size, 12))
    truly = behaviour.act(inclined, luck)
    paid = truth.people.kind[grid.who] == 2
    if not paid.any():
        return truly
    follows = truth.ties.follows[grid.who, truth.posts.maker[grid.what]]
    falsely = behaviour.act_falsely(favoured(truth, grid.who, grid.what), follows, luck)
    mixed = (
        np.where(paid, getattr(falsely, each.name), getattr(truly, each.name))
        for each in fields(behaviour.Done)
    )
    return behaviour.Done(*mixed)


def _looked(grid: _Grid, pleasure: Floats, pages: int, chance: np.random.Generator) -> Bools:
    """Draw how far down each page eyes go: joy keeps them, boredom lets them go."""
    goes_on = chance.random(grid.who.size) < np.clip(_STAYS + _STAYS_FOR_JOY * pleasure, 0.0, 0.99)
    looked = np.zeros(grid.who.size, bool)
    here = np.ones(pages, bool)
    for column in range(int(grid.column.max(initial=-1)) + 1):
        rows = np.flatnonzero(grid.column == column)
        page = grid.page[rows]
        looked[rows] = here[page]
        here[page] &= goes_on[rows]
    return looked


def _tell(
    pages: list[Page],
    grid: _Grid,
    done: behaviour.Done,
    moves: Bools,
    looked: Bools,
    glance: Floats,
) -> tuple[list[Json], list[bool]]:
    events: list[Json] = []
    through = [False] * len(pages)
    seconds, plays = glance.tolist(), moves.tolist()
    for row in np.flatnonzero(looked).tolist():
        page, column = int(grid.page[row]), int(grid.column[row])
        view = pages[page]
        slots = view.feed.slots
        events += view.deeds.looked(slots[column], done, row, seconds[row], moves=plays[row])
        through[page] = column == len(slots) - 1
    return events, through


def _wanted(
    truth: Truth, pages: list[Page], grid: _Grid, wished: Bools, kept: Ints, looks: Looks
) -> list[Wanted]:
    """Name the cards that people would order from; `kept` is the row of each place among the looks."""
    step = truth.day * STEPS + truth.step
    found = []
    for row in np.flatnonzero(wished).tolist():
        page, at = pages[int(grid.page[row])], int(kept[row])
        slot = page.feed.slots[int(grid.column[row])].slot
        visited = bool(looks.done[at, behaviour.OUTCOMES.index("shop_visit")])
        card = Card(page.feed.receipt_id, slot, step, visited)
        found.append(Wanted(page.deeds.person, int(grid.what[row]), card, looks, at))
    return found


def _leaving(
    truth: Truth,
    grid: _Grid,
    meeting: behaviour.Meeting,
    done: behaviour.Done,
    looked: Bools,
    chance: np.random.Generator,
) -> Bools:
    """Draw who unfollows: a followed maker's post was opened and was not worth its minute."""
    drawn = chance.random(looked.size)
    sorry = looked & meeting.follows & done.click & (done.pleasure < 0) & (drawn < _LEAVES)
    found: Bools = sorry & truth.people.resident[grid.who]
    return found


def _unfollow(truth: Truth, pages: list[Page], grid: _Grid, row: int) -> Json:
    author = truth.makers.person[truth.posts.maker[grid.what[row]]]
    return pages[int(grid.page[row])].deeds.told("unfollow", {"author_id": f"p{author}"}, 0.5)
