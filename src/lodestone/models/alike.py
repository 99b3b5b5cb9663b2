"""People alike: candidates and a term of the value from item-to-item lists that were made in a child process.

A person's score of an item is the sum over their deeds of the deed's weight times the likeness of the two items. All deeds up to
the lists' offset were added up when the lists were made (a *profile*: the best 128 items nobody of them had
yet); what was done since is added here, so that the very next feed after a like holds its neighbours. In logits

    term = log(1 + score / (sum of the deeds' weights) / floor)

which is 0 for what nobody alike took to. Its weight per outcome is learned with the lists, never constant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.features.history import LATEST_MAX, STRONG, WEAK_STRENGTH
from lodestone.features.view import StateView
from lodestone.models import likeness, likeness_kernel
from lodestone.models.nearby_model import NearbyModel
from lodestone.traffic.decision import Rows

CANDIDATES: Final = 150
PROFILE_KEPT: Final = 128
NEWEST_MAX: Final = 24
"""Deeds newer than a profile that are added up for one decision."""
FLOOR: Final = 0.05
"""A score that counts as one unit of evidence; lists are scaled so that a person's best item scores about 1."""
STRANGER: Final = 0.5
"""What popularity weighs for a stranger, as in `evidence.LIFT`."""
EVIDENCE: Final = 8.0
"""Deeds with an item from which on likeness says as much of it as its content does."""
WEAK: Final = 0.3
"""What a click or a long view weighs against a like."""
_TOUCHED_MAX: Final = LATEST_MAX * 200
_LEVELS: Final = 255
_FINE: Final = 65535


class AlikeModel(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned besides the lists: how they were made, and what the term weighs."""

    version: int
    offset: int
    """Facts of the log before this one were read."""
    method: str
    """`cooccurrence`, or `ease` and its strength."""
    floor: float = FLOOR
    weights: tuple[float, ...] = (0.0,) * OUTCOME_COUNT
    """Shape (outcomes,). Logits per unit of the term."""
    popular_weight: float = 0.0
    """Logits per unit of `AlikeTable.popular`, for every outcome but the negative ones; 0 where impressions teach rates."""
    item_weight: float | None = None
    """Where the log has no impressions: what the item's rates weigh instead, they say little; None elsewhere."""
    taste_weight: float | None = None
    """The same of taste, in versions before `content_share`."""
    content_share: float | None = None
    """What taste and leanings still weigh for an item that as many took to as to any, where likeness says more; of an
    item that nobody took to they say everything. None: nothing less for any."""
    held_out: dict[str, float] = {}
    """NDCG@10 on held-out deeds by method, from which the method was chosen."""
    nearby: NearbyModel | None = None
    """What the terms of the surface `place` weigh; None in a version made before there were any."""
    items: int = 0
    people: int = 0
    deeds: int = 0


def around_weights(model: AlikeModel | None) -> Floats:
    """Return what likeness and the other terms together weigh on `place` per outcome, shape (2, outcomes): nothing for the unwelcome."""
    weights = np.zeros((2, OUTCOME_COUNT))
    weights[1, : FactKind.NOT_INTERESTED] = 1.0
    if model is not None:
        weights[0] = model.weights
        if model.nearby is not None and model.nearby.likeness is not None:
            weights[0, : FactKind.NOT_INTERESTED] = model.nearby.likeness
    return weights


@dataclass(frozen=True, slots=True)
class AlikeTable:
    """Lists and profiles as they lie in files, mapped into memory."""

    place: NDArray[np.int32]
    """Shape (items,). Where an item's list is, -1 for none."""
    near: NDArray[np.int32]
    """Shape (lists, neighbours). Item rows, -1 padded."""
    weight: NDArray[np.uint8]
    """Shape (lists, neighbours)."""
    scale: NDArray[np.float32]
    """Shape (lists,). What a weight of 1 is."""
    popular: NDArray[np.float32]
    """Shape (items,). log(1 + deeds / mean deeds of an item), 0 for what nobody took to."""
    crowd: NDArray[np.int32]
    """Shape (most popular,). Item rows, best first: what strangers begin with."""
    person: Ints
    """Shape (profiles,). Ordinals, ascending; a forgotten profile's stays, and its items are -1."""
    best: NDArray[np.int32]
    """Shape (profiles, kept). Item rows, best first, -1 padded."""
    score: NDArray[np.uint16]
    """Shape (profiles, kept)."""
    unit: NDArray[np.float32]
    """Shape (profiles,). What a score of 1 is."""
    total: NDArray[np.float32]
    """Shape (profiles,). Sum of the deeds' weights."""
    newest: Ints
    """Shape (profiles,). Microseconds of the newest deed in it."""
    deed_start: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Shape (profiles + 1,), or (0,) in versions that did not keep them. Where a profile's deeds begin, for `deeds_behind`."""
    deed_item: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """Shape (deeds,). Item rows, -1 once forgotten."""
    deed_weight: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Shape (deeds,). What each weighed in its profile."""

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> "AlikeTable":
        """Take columns by name."""
        names = [name for name in cls.__slots__ if name in columns or not name.startswith("deed_")]
        return cls(**{name: columns[name] for name in names})

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def blend(model: AlikeModel, scored: "Scored", out: Floats) -> None:
    """Let what is known of whom and what decide what weighs.

    Of whom nothing is known, popularity says most: its weight halves with each deed towards the one learned. Of an item
    that few took to, its tags, text and author say most, and of every item where likeness knows nothing of the person.

    Args:
        model: What was learned.
        scored: What is known of the person.
        out: Shape (3, rows). The term of likeness and how popular each is, both read; the last is multiplied by how much
            popularity counts, and below it is written what content weighs.
    """
    out[2] = 1.0
    if model.content_share is None:
        return
    if scored.known:
        deeds = np.expm1(out[1]) * (model.deeds / max(1, model.items))
        little = 1.0 / (1.0 + deeds / EVIDENCE)
        out[2] = model.content_share + (1.0 - model.content_share) * little
    if model.popular_weight:
        more = max(0.0, STRANGER / model.popular_weight - 1.0)
        out[1] *= 1.0 + more * (0.5**scored.total if scored.known else 1.0)


def pack_lists(value: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return list values as eight bits and a scale each; shape (lists, neighbours), best first.

    >>> weight, scale = pack_lists(np.array([[1.0, 0.5, 0.0]], np.float32))
    >>> weight.tolist(), round(float(scale[0]) * 255, 6)
    ([[255, 128, 0]], 1.0)
    """
    top = np.maximum(value[:, 0], np.float32(1e-30))
    weight = np.rint(value / top[:, None] * _LEVELS).astype(np.uint8)
    return weight, (top / _LEVELS).astype(np.float32)


def pack_scores(value: NDArray[np.float32]) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Return profile scores as sixteen bits and a unit each; shape (profiles, kept), best first."""
    top = np.maximum(value[:, 0], np.float32(1e-30))
    score = np.rint(np.maximum(value, 0) / top[:, None] * _FINE).astype(np.uint16)
    return score, (top / _FINE).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Scored:
    """One person's scores, valid until the next is asked for."""

    total: float
    """Sum of the deeds' weights; 0 without any."""
    epoch: int
    known: bool = False
    """Likeness says something of anything for this person."""


NOBODY_ALIKE: Final = Scored(0.0, -1)


class Alike:
    """Scores items for one community; scratch is kept from request to request."""

    def __init__(self, model: AlikeModel, table: AlikeTable, *, compiled: bool = True) -> None:
        self.model = model
        self.table = table
        self.weights = np.array(model.weights)
        self._do = likeness_kernel if compiled else likeness
        self._stamp, self._score = np.zeros(1024, np.int64), np.zeros(1024)
        self._touched = np.empty(_TOUCHED_MAX, np.int64)
        self._out = np.empty(CANDIDATES, np.int64)
        self._deeds, self._strength = np.empty(NEWEST_MAX, np.int64), np.empty(NEWEST_MAX)
        self._epoch, self._count = 0, 0

    def profile_of(self, ordinal: int) -> int:
        """Return the index of a person's profile, -1 for none."""
        at = int(np.searchsorted(self.table.person, ordinal))
        known = at < self.table.person.size and self.table.person[at] == ordinal
        return at if known and ordinal >= 0 else -1

    def owners(self, state: StateView, person: int) -> frozenset[int]:
        """Return of whose posts somebody's profile holds at least one unit of evidence (`FLOOR`), ordinals.

        The profile is of the lists' moment; may be asked from any thread.

        Args:
            state: The serving state.
            person: Person row.
        """
        at = self.profile_of(int(state.people["ordinal"][person]))
        if at < 0:
            return frozenset()
        table = self.table
        strong = table.score[at] * float(table.unit[at]) >= self.model.floor * table.total[at]
        rows = table.best[at][strong & (table.best[at] >= 0)]
        owners = state.items["owner"][rows[rows < state.item_count]]
        owned: list[int] = state.people["ordinal"][owners[owners >= 0]].tolist()
        return frozenset(owned)

    def score(self, state: StateView, person: int) -> Scored:
        """Add up what speaks for each item; read by `candidates` and `terms` until the next call.

        Args:
            state: The serving state.
            person: Person row, -1 for nobody.
        """
        size = state.items.size
        if self._stamp.size < size:
            self._stamp, self._score = np.zeros(size, np.int64), np.zeros(size)
        self._epoch += 1
        table, do = self.table, self._do
        self._count = 0
        if person < 0:
            return Scored(0.0, self._epoch)
        at = self.profile_of(int(state.people["ordinal"][person]))
        count, total, since = 0, 0.0, -1
        if at >= 0:
            count = do.lay(
                table.best[at],
                table.score[at],
                float(table.unit[at]),
                self._stamp,
                self._epoch,
                self._score,
                self._touched,
            )
            total, since = float(table.total[at]), int(table.newest[at])
        strong, strength = state.history.since(person, since)
        fresh = do.newest(
            state.positives[person],
            state.positive_time[person],
            since,
            strong,
            strength,
            strong.size,
            WEAK,
            self._deeds,
            self._strength,
        )
        if fresh:
            deeds, weights = self._deeds[:fresh], self._strength[:fresh]
            count = do.spread(
                deeds,
                weights,
                table.place,
                table.near,
                table.weight,
                table.scale,
                self._stamp,
                self._epoch,
                self._score,
                self._touched,
                count,
            )
            total += float(weights.sum())
        self._count = count
        return Scored(total, self._epoch, count > 0)

    def score_whole(self, state: StateView, person: int) -> Scored:
        """Add up what a person's newest 256 deeds say of everything, not of their best items alone; see `score`."""
        self.score(state, -1)
        rows, _, marks = state.history.latest(person)
        if not rows.size:
            return Scored(0.0, self._epoch)
        weights = np.where(marks & STRONG, 1.0, WEAK_STRENGTH)
        table = self.table
        self._count = self._do.spread(
            rows,
            weights,
            table.place,
            table.near,
            table.weight,
            table.scale,
            self._stamp,
            self._epoch,
            self._score,
            self._touched,
            0,
        )
        return Scored(float(weights.sum()), self._epoch)

    def candidates(self, state: StateView, marks: Ints, base: int) -> Rows:
        """Return the best rows of whoever was scored last that are live and not marked.

        Args:
            state: The serving state.
            marks: Shape (items,). Above `base` where a row must not come.
            base: See `marks`.
        """
        touched, count = self._touched, self._count
        if not count:
            crowd = self.table.crowd
            touched = crowd[crowd < state.item_count].astype(np.int64)
            count = int(touched.size)
            self._score[touched] = self.table.popular[touched]
        count = self._do.allowed(
            touched, count, marks, base, state.items, CANDIDATES, self._score, self._out
        )
        return self._out[:count].astype(np.int32)

    def terms(self, rows: Rows, scored: Scored) -> Floats:
        """Return each row's term, how popular it is, in units of their weights, and what content weighs; shape (3, rows)."""
        out = np.zeros((3, rows.size))
        self._do.terms(
            rows,
            self._stamp,
            scored.epoch,
            self._score,
            scored.total,
            self.model.floor,
            self.table.popular,
            out,
        )
        blend(self.model, scored, out)
        return out

    def forget(self, ordinal: int) -> None:
        """Overwrite a person's profile; the files it lies in are written through."""
        at = self.profile_of(ordinal)
        if at >= 0 and self.table.best.flags.writeable:
            self.table.best[at], self.table.score[at] = -1, 0
            self.table.total[at] = self.table.newest[at] = 0
            if self.table.deed_start.size:
                deeds = slice(*self.table.deed_start[at : at + 2].tolist())
                self.table.deed_item[deeds], self.table.deed_weight[deeds] = -1, 0
