"""Learn what moves people between places: where they go on to, at which hours, and what each term of `models.nearby` weighs.

Of each person's deeds with items that have a place, in the order of time, the last fifth is held out. Each first visit in it is
a choice: the viewer stood where the deed before was, and took this of what lay around them and was new to them. A conditional
logit over the place taken and a hundred others drawn evenly (which leaves its weights what they are: McFadden, "Modelling the
choice of residential location", 1978) says what weighs how much. Weights are drawn towards their defaults as by ten choices
each, so that a silent log leaves them there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.clock import HOUR_MICROS
from lodestone.base.geo import distances_km
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.learning.lists import EVEN, Lists, learn, scaled, term_of
from lodestone.learning.positives import DEED, KIND_WEIGHT, Positives, arrange
from lodestone.learning.weights import WEIGHT_MAX, Choices, conditional_logit, popularity
from lodestone.models import around
from lodestone.models.nearby import (
    HAUNT_KM,
    HAUNTS_MAX,
    LIFT_UNIT,
    NEXT_KEPT,
    SHARE_UNIT,
    NearbyTable,
)
from lodestone.models.nearby_model import DEFAULTS, LIKENESS, SHOWN_DEFAULTS, TERMS, NearbyModel

VISITS: Final = (FactKind.VISIT, FactKind.REDEEM, FactKind.ORDER)
"""What says, where there are impressions, that somebody was at a place; a like may come from a couch."""
CHOICES_MAX: Final = 3_000
OTHERS: Final = 100
"""Posts drawn beside each that was taken."""
RADIUS_KM: Final = 10.0
PRIOR: Final = np.full(1 + len(TERMS), 10.0)
"""How sharply a weight stands at its default before anything is heard: a standard deviation of a third."""
_LATE: Final = 0.8
_OWN_MAX: Final = 256
_AROUND_MAX: Final = 20_000
_ONWARD_MICROS: Final = 6 * HOUR_MICROS
"""Deeds further apart are no going on."""
_ONWARD_PRIOR: Final = 5.0
_LIFT_PRIOR: Final = 10.0
_LIFT_MAX: Final = 127
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_WEEKDAY: Final = 3
"""The epoch was a Thursday."""
_SMOOTH: Final = np.array([1, 4, 6, 4, 1]) / 16


class PlaceReader:
    """Collects deeds with items that have a place while a log is read once."""

    def __init__(self, places: NDArray[np.float32], most: int) -> None:
        """Collect.

        Args:
            places: Shape (items, 2). Latitude and longitude, NaN where there is none.
            most: The newest deeds that are kept.
        """
        self._places, self._most = places, most
        self._known: Bools = ~np.isnan(places[:, 0])
        self._parts: list[NDArray[np.void]] = []
        self._visits: list[Bools] = []

    def take(self, facts: Facts) -> None:
        """Take in a batch."""
        strong = [kind for kind, weight in KIND_WEIGHT.items() if weight >= 1]
        chosen = np.isin(facts["kind"], strong) & (facts["person"] >= 0)
        at = np.flatnonzero(chosen & (facts["item"] >= 0) & (facts["item"] < self._known.size))
        some = facts[at[self._known[facts["item"][at]]]]
        part = np.ones(some.size, DEED)
        for name in ("person", "item", "time"):
            part[name] = some[name]
        self._parts.append(part)
        self._visits.append(np.isin(some["kind"], VISITS))
        if sum(part.size for part in self._parts) > self._most + self._most // 4:
            self._parts = [np.concatenate(self._parts)[-self._most :]]
            self._visits = [np.concatenate(self._visits)[-self._most :]]

    def walks(self, positives: Positives, *, visits: bool) -> "Walks":
        """Return what people did, by person and time, of what stands: not taken back, not refused, of nobody erased.

        Args:
            positives: What stands.
            visits: Of what says that somebody was there alone, see `VISITS`.
        """
        if not self._parts:
            return Walks(np.empty(0, DEED), self._places)
        deeds = np.concatenate(self._parts)
        liked = positives.weight > 0
        owner = positives.person[positives.owner()[liked]]
        chosen = np.isin(
            _pairs(deeds["person"], deeds["item"]), _pairs(owner, positives.item[liked])
        )
        if visits:
            chosen &= np.concatenate(self._visits)
        return Walks.of(deeds[chosen], self._places)


def _pairs(person: Ints, item: NDArray[np.int32]) -> NDArray[np.void]:
    """Return people and items as one column that compares as bytes do, shape (pairs,)."""
    both = np.stack([person.astype(np.int64), item.astype(np.int64)], axis=1)
    pairs: NDArray[np.void] = np.ascontiguousarray(both).view("V16").ravel()
    return pairs


@dataclass(frozen=True, slots=True)
class Walks:
    """Deeds by person, oldest first, repeats with them."""

    deeds: NDArray[np.void]
    """Shape (deeds,) of `DEED`."""
    places: NDArray[np.float32]
    """Shape (items, 2)."""

    @classmethod
    def of(cls, deeds: NDArray[np.void], places: NDArray[np.float32]) -> "Walks":
        """Put deeds in order; several of one person with one item at one time are one."""
        deeds = deeds[np.lexsort((deeds["item"], deeds["time"], deeds["person"]))]
        fresh = np.ones(deeds.size, bool)
        fresh[1:] = np.any(
            [np.diff(deeds[name]) != 0 for name in ("person", "item", "time")], axis=0
        )
        return cls(deeds[fresh], places)

    def late(self) -> Bools:
        """Say which deeds are the last fifth of their person's, shape (deeds,)."""
        _, first, counts = np.unique(self.deeds["person"], return_index=True, return_counts=True)
        at = np.arange(self.deeds.size) - np.repeat(first, counts)
        late: Bools = at >= np.repeat(np.maximum(np.floor(counts * _LATE), 1), counts)
        return late

    def away(self, first: Ints, other: Ints) -> Floats:
        """Return kilometres between items, shape (pairs,)."""
        half = (
            np.sin(np.radians(self.places[other] - self.places[first], dtype=np.float64) / 2) ** 2
        )
        wide = np.cos(np.radians(self.places[[first, other], 0], dtype=np.float64))
        chord = half[:, 0] + wide[0] * wide[1] * half[:, 1]
        distance: Floats = 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
        return distance


def clocks(time: Ints, zone: str) -> tuple[Ints, Ints]:
    """Return the hour of the day and the weekday (0 is Monday) of instants in a zone; shapes (times,)."""
    if not time.size:
        return time, time
    there = ZoneInfo(zone)
    hours, place = np.unique(time // HOUR_MICROS, return_inverse=True)
    shifts = [
        (_EPOCH + timedelta(hours=hour)).astimezone(there).utcoffset() or timedelta()
        for hour in hours.tolist()
    ]
    local = (
        time + np.array([shift // timedelta(microseconds=1) for shift in shifts])[place]
    ) // HOUR_MICROS
    return local % 24, (local // 24 + _FIRST_WEEKDAY) % 7


def table_of(walks: Walks, rows: NDArray[np.int32], zone: str) -> NearbyTable:
    """Return where people go on to and when, by the index of an item's list.

    Args:
        walks: What people did.
        rows: Shape (lists,). Item rows that have a list, ascending.
        zone: The community's time zone.
    """
    onward, share = _onward(walks, rows)
    deeds = walks.deeds
    at = np.minimum(np.searchsorted(rows, deeds["item"]), max(0, rows.size - 1))
    known = rows[at] == deeds["item"] if rows.size else np.zeros(0, bool)
    hour, weekday = clocks(deeds["time"][known].astype(np.int64), zone)
    lifts = [_lift(at[known], hour, rows.size, 24), _lift(at[known], weekday, rows.size, 7)]
    return NearbyTable(onward, share, np.concatenate(lifts, axis=1))


def _lift(index: Ints, bin_: Ints, lists: int, bins: int) -> NDArray[np.int8]:
    """Return log(share of an item's deeds in a bin / share of all deeds in it), drawn to 0, in parts; shape (lists, bins)."""
    count = np.bincount(index * bins + bin_, minlength=lists * bins).reshape(lists, bins)
    smooth = count.astype(np.float64)
    if bins == 24:
        smooth = sum(part * np.roll(smooth, n - 2, axis=1) for n, part in enumerate(_SMOOTH))
    usual = (smooth.sum(axis=0) + 1.0) / (smooth.sum() + bins)
    each = smooth.sum(axis=1, keepdims=True)
    lift = np.log((smooth + _LIFT_PRIOR * usual) / (each + _LIFT_PRIOR) / usual)
    stored: NDArray[np.int8] = np.clip(np.rint(lift * LIFT_UNIT), -_LIFT_MAX, _LIFT_MAX).astype(
        np.int8
    )
    return stored


def _onward(walks: Walks, rows: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return where those who were at an item went next within six hours, shapes (lists, next)."""
    onward = np.full((rows.size, NEXT_KEPT), -1, np.int32)
    share = np.zeros((rows.size, NEXT_KEPT), np.uint8)
    earlier, two = walks.deeds[:-1], walks.deeds[1:]
    gap = two["time"] - earlier["time"]
    went = (earlier["person"] == two["person"]) & (earlier["item"] != two["item"])
    went &= (gap > 0) & (gap <= _ONWARD_MICROS)
    if not went.any():
        return onward, share
    pairs = np.stack([earlier["item"][went], two["item"][went]], axis=1)
    steps, count = np.unique(pairs, axis=0, return_counts=True)
    order = np.lexsort((steps[:, 1], -count, steps[:, 0]))
    steps, count = steps[order], count[order]
    left, first = np.unique(steps[:, 0], return_index=True)
    total = np.add.reduceat(count, first)
    group = np.repeat(np.arange(left.size), np.diff(np.append(first, count.size)))
    place = np.arange(count.size) - first[group]
    at = np.searchsorted(rows, steps[:, 0])
    fits = (place < NEXT_KEPT) & (at < rows.size)
    fits[fits] = rows[at[fits]] == steps[fits, 0]
    part = count[fits] / (total[group[fits]] + _ONWARD_PRIOR)
    onward[at[fits], place[fits]] = steps[fits, 1]
    share[at[fits], place[fits]] = np.rint(part * SHARE_UNIT)
    return onward, share


@dataclass(frozen=True, slots=True)
class Choice:
    """A first visit in the part held out. All but `own` are single numbers."""

    own: Ints
    """Shape (deeds,). What the person had done before, newest first, each item once."""
    at: int
    taken: int
    time: int


def choices_of(walks: Walks) -> Iterator[Choice]:
    """Yield first visits of the part held out to what lies within ten kilometres of the deed before."""
    deeds = walks.deeds
    if deeds.size < 2:
        return
    item, time, person = deeds["item"].astype(np.int64), deeds["time"], deeds["person"]
    order = np.lexsort((np.arange(deeds.size), item, person))
    first = np.zeros(deeds.size, bool)
    first[order] = np.append(True, (np.diff(person[order]) != 0) | (np.diff(item[order]) != 0))
    late = np.flatnonzero(walks.late() & first)
    late = late[(late > 0) & (person[late] == person[late - 1]) & (time[late] > time[late - 1])]
    late = late[walks.away(item[late - 1], item[late]) <= RADIUS_KM]
    if late.size > CHOICES_MAX:
        late = late[np.linspace(0, late.size - 1, CHOICES_MAX).astype(np.int64)]
    begins = np.searchsorted(person, person[late])
    for index, begin in zip(late.tolist(), begins.tolist(), strict=True):
        past = item[begin:index][::-1]
        _, newest = np.unique(past, return_index=True)
        own = past[np.sort(newest)][:_OWN_MAX]
        yield Choice(own, int(past[0]), int(item[index]), int(time[index]))


def learn_nearby(walks: Walks, method: str, zone: str, *, impressions: bool) -> NearbyModel:
    """Learn the weights from held-out first visits; their defaults where there are none.

    Args:
        walks: What people did at places.
        method: How lists are made, see `lists.learn`.
        zone: The community's time zone.
        impressions: The log has impressions: likeness and popularity are weighed elsewhere, per outcome.
    """
    before = np.array([LIKENESS, *(SHOWN_DEFAULTS if impressions else DEFAULTS)])
    newest = int(walks.deeds["time"].max()) if walks.deeds.size else 0
    rows = _rows(walks, method, zone)
    weights, count = before.copy(), 0
    if rows is not None:
        elsewhere = [0, 1 + TERMS.index("popular")] if impressions else []
        free = np.setdiff1d(np.arange(before.size), elsewhere)
        some = Choices(rows.features[:, free], rows.group, rows.taken)
        weights[free], _ = conditional_logit(some, before[free], PRIOR[free])
        count = int(rows.taken.sum())
    likeness, *others = np.clip(weights, 0.0, WEIGHT_MAX).tolist()
    return NearbyModel(
        likeness=None if impressions else likeness,
        weights=tuple(others),
        visits=impressions,
        newest=newest,
        choices=count,
    )


def _rows(walks: Walks, method: str, zone: str) -> Choices | None:
    """Lay out the choices of the part held out, by what the rest teaches; None without any."""
    choices = list(choices_of(walks))
    early = ~walks.late()
    train = Walks(walks.deeds[early], walks.places)
    if not choices or not train.deeds.size:
        return None
    positives = arrange(train.deeds)
    lists = scaled(learn(positives, method), positives, EVEN)
    past = _Past(positives, lists, table_of(train, lists.rows, zone), walks.places)
    hour, weekday = clocks(np.array([choice.time for choice in choices]), zone)
    chance = np.random.default_rng(0)
    parts = [
        past.rows(choice, (int(hour[n]), int(weekday[n])), chance)
        for n, choice in enumerate(choices)
    ]
    sizes = [part.shape[0] for part in parts]
    taken = np.zeros(sum(sizes), bool)
    taken[np.cumsum([0, *sizes[:-1]])] = True
    return Choices(np.concatenate(parts), np.repeat(np.arange(len(sizes)), sizes), taken)


class _Past:
    """What was known before the part held out."""

    def __init__(
        self, positives: Positives, lists: Lists, table: NearbyTable, places: NDArray[np.float32]
    ) -> None:
        self._lists, self._table = lists, table
        self._popular = popularity(positives.item, positives.weight, places.shape[0])
        self._place = np.full(places.shape[0], -1, np.int32)
        self._place[lists.rows] = np.arange(lists.rows.size)
        self._items = np.zeros(
            places.shape[0], [("latitude", np.float32), ("longitude", np.float32)]
        )
        self._items["latitude"], self._items["longitude"] = places.T
        known = np.flatnonzero(~np.isnan(places).any(axis=1))
        self._north = known[np.argsort(places[known, 0], kind="stable")]
        self._degrees = places[self._north, 0]

    def rows(self, choice: Choice, clock: tuple[int, int], chance: np.random.Generator) -> Floats:
        """Return likeness and every term of what was taken, then of others around; shape (posts, 1 + terms)."""
        here = self._items[choice.at]
        around_here = self._around(float(here["latitude"]), float(here["longitude"]))
        around_here = around_here[~np.isin(around_here, choice.own)]
        others = around_here[around_here != choice.taken]
        if others.size > OTHERS:
            others = others[chance.choice(others.size, OTHERS, replace=False)]
        rows = np.append(choice.taken, others)
        out = np.empty((len(TERMS), rows.size))
        areas = np.empty((HAUNTS_MAX, 2))
        count = around.haunts(self._items, choice.own, np.nan, np.nan, HAUNT_KM, areas)
        mean = (
            float(np.expm1(self._popular[around_here].astype(np.float64)).mean())
            if around_here.size
            else 0.0
        )
        onward, share = self._onward(choice.at)
        around.terms(
            self._items,
            rows,
            float(here["latitude"]),
            float(here["longitude"]),
            areas[:count],
            self._place,
            self._popular,
            mean if mean > 0 else 1.0,
            onward,
            share,
            self._table.lift,
            *clock,
            1 / LIFT_UNIT,
            out,
        )
        likeness = self._likeness(choice.own, rows)
        return np.concatenate([likeness[:, None], out.T], axis=1)

    def _around(self, latitude: float, longitude: float) -> Ints:
        reach = RADIUS_KM / 111.0
        first, last = np.searchsorted(self._degrees, [latitude - reach, latitude + reach])
        band = self._north[first:last]
        if band.size > _AROUND_MAX:
            band = band[np.linspace(0, band.size - 1, _AROUND_MAX).astype(np.int64)]
        items = self._items[band]
        near: Ints = band[
            distances_km(latitude, longitude, items["latitude"], items["longitude"]) <= RADIUS_KM
        ]
        return near

    def _onward(self, at: int) -> tuple[NDArray[np.int32], Floats]:
        index = int(self._place[at])
        if index < 0:
            return np.zeros(0, np.int32), np.zeros(0)
        onward = self._table.onward[index]
        count = int((onward >= 0).sum())
        return onward[:count], self._table.onward_share[index, :count] / SHARE_UNIT

    def _likeness(self, own: Ints, rows: Ints) -> Floats:
        """Return the term of likeness of rows, shape (rows,)."""
        index = self._lists.index_of(own.astype(np.int32))
        index = index[index >= 0]
        near, value = self._lists.near[index].ravel(), self._lists.value[index].ravel()
        wanted = self._place[rows]
        order = np.argsort(wanted)
        at = np.minimum(np.searchsorted(wanted[order], near), rows.size - 1)
        hit = (wanted[order][at] == near) & (near >= 0)
        score = np.zeros(rows.size)
        score[order] = np.bincount(at[hit], value[hit], minlength=rows.size)
        return term_of(score, np.full(rows.size, float(own.size)))
