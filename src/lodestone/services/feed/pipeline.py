"""The decision: sources, filters, values, prices, slots, each a stage with its count and its time."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.errors import UnavailableError
from lodestone.base.wire import INSTANT_MIN
from lodestone.events.outcomes import OUTCOME_COUNT, DomainKind, Kind, Source
from lodestone.features.shop_reach import ShopReach
from lodestone.features.state import State
from lodestone.models.alike import NOBODY_ALIKE, Alike, Scored
from lodestone.models.nearby import Nearby
from lodestone.models.ports import Asked, Predictor
from lodestone.models.taste import viewer_vector
from lodestone.services.feed.hydrate import Viewer, looks_around, spot_of
from lodestone.services.feed.pins import places_of, with_pins
from lodestone.services.feed.setting import Setting
from lodestone.services.feed.sources import Sources
from lodestone.services.feed.stages import Stages
from lodestone.traffic.choose import Contest, behind, choose, draw, pool_of
from lodestone.traffic.decision import (
    Bits,
    Chances,
    Choice,
    Codes,
    Decision,
    DropReason,
    Pool,
    Rows,
)
from lodestone.traffic.filters import (
    MARK_BLOCKED,
    MARK_FOLLOWED,
    MARK_MUTED,
    MARK_REJECTED,
    MARK_SEEN,
    MARK_SERVED,
    Marks,
)
from lodestone.traffic.kernels import COMPILED, Kernels
from lodestone.traffic.policy import (
    PROMISE_EXPLORATION,
    PROMISE_LOCAL_SHARE,
)
from lodestone.traffic.pricer import Served

_DAY_MICROS: Final = 86_400_000_000
_NO_ROWS: Final = np.zeros(0, np.int32)
_NO_VECTOR: Final = np.zeros(64, np.float32)
_OUT_OF_REACH: Final = int(DropReason.OUT_OF_REACH)
_SHOWN, _PRIVATE, _FOLLOW = int(DropReason.SHOWN), int(DomainKind.PRIVATE), int(Kind.FOLLOW)


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates after the filters. Arrays have shape (candidates,)."""

    rows: Rows
    source: Codes
    reason: Codes
    kind: Codes
    domain: NDArray[np.int16]
    local: Codes


class Valued(NamedTuple):
    """What those that passed the filters are worth. Arrays have shape (passed,)."""

    chances: Chances
    """Shape (passed, outcomes)."""
    promises: Bits
    rank: NDArray[np.int16]
    net: Ints


class Decider:
    """Takes decisions for one community on its serving state."""

    def __init__(
        self,
        state: State,
        sources: Sources,
        predictor: Predictor,
        fallback: Predictor,
        kernels: Kernels,
    ) -> None:
        self._state = state
        self._sources = sources
        self._predictor = predictor
        self._fallback = fallback
        self._kernels = kernels
        self._marks = np.zeros(1024, np.int64)
        self._author_marks = np.zeros(256, np.int64)
        self._epoch = 0
        self._places = np.zeros(0, np.int32)
        self.alike: Alike | None = None
        """What people alike took to, by the lists in force; None before the first."""
        self.reach = ShopReach()
        self.nearby = Nearby(compiled=kernels is COMPILED)
        """What speaks for a post around the viewer, by the same version, or by the defaults."""

    def take(self, predictor: Predictor, fallback: Predictor) -> None:
        """Ask other predictors from the next decision on."""
        self._predictor, self._fallback = predictor, fallback

    def decide(self, viewer: Viewer, setting: Setting, stages: Stages, account: Served) -> Decision:
        """Run every stage and add what was served to the pricer's account."""
        degraded: list[str] = []
        vector = _NO_VECTOR
        if viewer.personalised:
            vector = viewer_vector(self._state, viewer.row, compiled=self._kernels is COMPILED)
        marks = self._mark(viewer, setting)
        around = looks_around(viewer)
        scored, alike = self._score(viewer, setting, degraded)
        rows, source = self._sources.gather(viewer, vector, marks, degraded, alike)
        pins = self._pins(viewer, setting)
        rows, source = with_pins(rows, source, pins, int(viewer.record["surface"]))
        stages.done("sources", 0, rows.size)
        judged = self._judge(viewer, rows, source)
        passed = np.flatnonzero(judged.reason == _SHOWN)
        last = False
        if passed.size <= setting.slots:
            judged, ended = self._deepen(viewer, setting, marks, judged, passed.size)
            passed = np.flatnonzero(judged.reason == _SHOWN)
            last = ended and not degraded and passed.size <= setting.slots
        stages.done("filters", judged.rows.size, passed.size)
        kind = judged.kind[passed]
        terms = None if self.alike is None else self.alike.terms(judged.rows[passed], scored)
        if around:
            terms = self.nearby.pair(self._state, judged.rows[passed], scored)
        surface = int(viewer.record["surface"])
        asked = Asked(_known(viewer), surface, vector, kind, setting.now, terms, around)
        chances, predictor = self._chances(asked, judged.rows[passed], degraded)
        # Whoever is followed already cannot be followed again.
        chances[kind == _PRIVATE, _FOLLOW] = 0
        value = np.empty(passed.size)
        self._kernels.prices.values_from_codes(chances, setting.worths, value)
        stages.done("values", passed.size, passed.size)
        promises, rank, net = self._prices(viewer, setting, judged, passed, value)
        stages.done("prices", passed.size, passed.size)
        pinned = places_of(pins, judged.rows[passed])[: setting.slots]
        valued = Valued(chances, promises, rank, net)
        pool, index, choice = self._slots(setting, judged, passed, valued, pinned)
        _account(self._kernels, account, viewer, setting, value, index, pool, choice)
        stages.done("slots", pool.item.size, choice.pool_index.size)
        return Decision(
            sequence=setting.sequence, time=setting.now, person=viewer.ordinal,
            surface=int(viewer.record["surface"]), domain=viewer.area, slots=setting.slots,
            seed=setting.seed, policy_version=setting.policy.version,
            price_version=setting.prices.version, predictor_version=predictor,
            personalised=viewer.personalised, arm="", degraded=tuple(degraded), gate=setting.gate,
            candidate=judged.rows, reason=judged.reason, pool=pool, choice=choice,
            chain=setting.chain, state_offset=self._state.offset, last=last, pinned=pinned.size,
        )  # fmt: skip

    def _deepen(
        self, viewer: Viewer, setting: Setting, marks: Marks, judged: Judged, passed: int
    ) -> tuple[Judged, bool]:
        """Add what whole lists hold when the newest cannot fill the page; say whether they hold nothing more.

        Only what may be shown is added: a page deep in a chain would else store all that came before it.
        """
        depth = self._sources.deeper(viewer, marks)
        parts = [(judged.rows, judged.source)]
        for rows, source in depth.portions():
            fits = self._judge(viewer, rows, source).reason == _SHOWN
            parts.append((rows[fits], source[fits]))
            passed += int(np.count_nonzero(fits))
            if passed > setting.slots:
                break
        if len(parts) > 1:
            together = np.concatenate([rows for rows, _ in parts])
            order = np.argsort(together)
            sources = np.concatenate([source for _, source in parts])
            judged = self._judge(viewer, together[order], sources[order])
        return judged, depth.ended

    def _score(self, viewer: Viewer, setting: Setting, degraded: list[str]) -> tuple[Scored, Rows]:
        """Return the viewer's scores by people alike, and the best rows that may come: on discover, or of a circle."""
        known, alike, marks = _known(viewer), self.alike, self._epoch * 4
        if looks_around(viewer):
            scored = NOBODY_ALIKE if alike is None else alike.score_whole(self._state, known)
            self.nearby.look(self._state, spot_of(viewer, setting.clock, setting.now))
            circle = self._sources.circle(viewer, degraded)
            best = self.nearby.candidates(self._state, circle, scored, self._marks, marks)
            return scored, best
        if alike is None:
            return NOBODY_ALIKE, _NO_ROWS
        scored = alike.score(self._state, known)
        if viewer.record["surface"] != 0:
            return scored, _NO_ROWS
        return scored, alike.candidates(self._state, self._marks, marks)

    def _judge(self, viewer: Viewer, rows: Rows, source: Codes) -> Judged:
        count = rows.size
        judged = Judged(
            rows, source, np.empty(count, np.uint8), np.empty(count, np.uint8),
            np.empty(count, np.int16), np.empty(count, np.uint8),
        )  # fmt: skip
        self._kernels.filters.judge(
            viewer.record, self._state.items, rows, self._marks, self._author_marks, self._epoch,
            viewer.domains, viewer.places, self._state.marks.hidden, judged.reason, judged.kind, judged.domain, judged.local,
        )  # fmt: skip
        if self.reach.known and not viewer.greys:
            judged.reason[self.beyond(viewer, rows) & (judged.reason == _SHOWN)] = _OUT_OF_REACH
        return judged

    def beyond(self, viewer: Viewer, rows: Rows) -> Bools:
        """Say which items are products that this viewer may not order from where they are; see `ShopReach.beyond`.

        A child's position decides nothing.
        """
        record = viewer.record
        here = float(record["latitude"]), float(record["longitude"])
        if record["minor"] or not record["located"]:
            return np.zeros(rows.size, np.bool_)
        return self.reach.beyond(rows, self._state.items, here, viewer.home)

    def _mark(self, viewer: Viewer, setting: Setting) -> Marks:
        """Mark what this viewer follows, refused, has seen and was served, under a fresh epoch."""
        state = self._state
        self._epoch += 1
        if self._marks.size < state.items.size:
            self._marks = np.zeros(state.items.size, np.int64)
        if self._author_marks.size < state.authors.size:
            self._author_marks = np.zeros(state.authors.size, np.int64)
        base = self._epoch * 4
        authors = self._author_marks
        authors[viewer.follows[viewer.follows >= 0]] = base + MARK_FOLLOWED
        for people, mark in ((viewer.mutes, MARK_MUTED), (viewer.blocks, MARK_BLOCKED)):
            if people.size:
                slots = state.people["author"][people]
                authors[slots[slots >= 0]] = base + mark
        if viewer.row >= 0 and state.people["seen"][viewer.row] >= 0:
            ring = state.people["seen"][viewer.row]
            since = setting.now // 1_000_000 - setting.policy.seen_days * 86_400
            items = state.seen_item[ring]
            self._marks[items[(state.seen_time[ring] >= since) & (items >= 0)]] = base + MARK_SEEN
        if viewer.row >= 0:
            state.history.mark(viewer.row, kept_away(setting), self._marks, base + MARK_SEEN)
        if setting.served:
            # A cursor may be older than a home that was put back: its rows need not be there.
            served = np.array(setting.served)
            self._marks[served[served < self._marks.size]] = base + MARK_SERVED
        # What is pinned stands first whenever the feed is opened, seen or not.
        self._marks[self._pins(viewer, setting)] = 0
        rejected = state.rejections(viewer.row) if viewer.row >= 0 else None
        if rejected:
            self._marks[rejected] = base + MARK_REJECTED
        return Marks(self._marks, authors, self._epoch)

    def _chances(self, asked: Asked, rows: Rows, degraded: list[str]) -> tuple[Chances, str]:
        try:
            return self._predictor.chances(self._state, asked, rows), self._predictor.version
        except UnavailableError:
            degraded.append("predictor")
            return self._fallback.chances(self._state, asked, rows), self._fallback.version

    def _prices(
        self, viewer: Viewer, setting: Setting, judged: Judged, passed: Ints, value: Floats
    ) -> tuple[Bits, NDArray[np.int16], Ints]:
        here = int(_is_somewhere(viewer))
        promises, rank = np.empty(passed.size, np.uint64), np.empty(passed.size, np.int16)
        self._kernels.pool.consumed(
            self._state.items, self._state.authors, setting.author_rank, judged.rows[passed],
            judged.local[passed], here, promises, rank,
        )  # fmt: skip
        net = np.empty(passed.size, np.int64)
        self._kernels.prices.net_scores(value, promises, rank, *setting.price_arrays, net)
        return promises, rank, net

    def _slots(
        self, setting: Setting, judged: Judged, passed: Ints, valued: Valued, pinned: Ints
    ) -> tuple[Pool, Ints, Choice]:
        """Fill the slots behind those of pinned posts, and give every candidate its reason.

        Returns:
            The pool, which of `passed` each entry of it is, and the choice.
        """
        kernels, first, net = self._kernels, pinned.size, valued.net
        rules = setting.rules.behind(first)
        rest = np.delete(np.arange(passed.size), pinned) if first else np.arange(passed.size)
        drawn = draw(kernels, setting.seed, rules.share, setting.slots - first, rest.size)
        contends = pool_of(kernels, net[rest], drawn)
        index = np.concatenate([pinned, rest[contends]])
        pool, pool_net = _empty_pool(index.size), np.empty(index.size, np.int64)
        author = np.empty(index.size, np.int32)
        kernels.pool.take(
            passed, index, judged.rows, self._state.items, judged.kind, judged.domain, judged.source,
            *valued, pool.item, pool.chances, pool.promises, pool.rank, author,
            pool.topic, pool.domain_kind, pool.domain, pool.source, pool_net,
        )  # fmt: skip
        kernels.pool.number(author, pool.author)
        at, natural = -1, True
        if drawn.candidate >= 0:
            at = int(np.flatnonzero(contends == drawn.candidate)[0])
            natural = _natural(net[rest], drawn.candidate, contends.size)
            if not natural:
                pool.source[first + at] = Source.EXPLORATION
        numbered = np.empty(contends.size, np.int32)
        kernels.pool.number(author[first:], numbered)
        contest = Contest(pool_net[first:], numbered, pool.topic[first:], at, natural, rest.size)
        choice = choose(kernels, contest, rules, drawn)
        reason = np.empty(rest.size, np.uint8)
        kernels.pool.reasons(
            net[rest], contends, numbered, contest.topic, choice.pool_index, choice.explored_slot,
            choice.author_max, choice.author_gap, reason,
        )  # fmt: skip
        judged.reason[passed[rest]] = reason
        return pool, index, behind(choice, first)

    def _pins(self, viewer: Viewer, setting: Setting) -> Rows:
        """Return the rows pinned in the domain whose feed this is, on its first page."""
        return _NO_ROWS if setting.chain else self._state.marks.pins(viewer.area)


def kept_away(setting: Setting) -> Ints:
    """Return from when on what was read, liked or bought keeps its item away, microseconds; shape (3,)."""
    policy = setting.policy
    spans = (policy.read_days, policy.liked_days, policy.bought_days)
    return np.array(
        [INSTANT_MIN if days is None else setting.now - days * _DAY_MICROS for days in spans],
        np.int64,
    )


def _known(viewer: Viewer) -> int:
    """Return the person row that may be judged by, -1 for the non-personalised form."""
    return viewer.row if viewer.personalised else -1


def _is_somewhere(viewer: Viewer) -> bool:
    """Say whether the local share is promised here: on discover, for a viewer present in a place.

    A child's position decides nothing.
    """
    record = viewer.record
    return bool(record["surface"] == 0 and record["located"] and not record["minor"])


def _empty_pool(size: int) -> Pool:
    return Pool(
        item=np.empty(size, np.int32), chances=np.empty((size, OUTCOME_COUNT), np.uint16),
        promises=np.empty(size, np.uint64), rank=np.empty(size, np.int16),
        author=np.empty(size, np.int32), topic=np.empty(size, np.int16),
        domain_kind=np.empty(size, np.uint8), domain=np.empty(size, np.int16),
        source=np.empty(size, np.uint8),
    )  # fmt: skip


def _natural(net: Ints, candidate: int, limit: int) -> bool:
    """Say whether a candidate reaches the pool by its own net score."""
    better = int(np.count_nonzero(net > net[candidate]))
    tied = int(np.count_nonzero(net[:candidate] == net[candidate]))
    return better + tied < limit


def _account(  # noqa: PLR0913, PLR0917  what one decision was made of
    kernels: Kernels, account: Served, viewer: Viewer, setting: Setting, value: Floats, index: Ints,
    pool: Pool, choice: Choice,
) -> None:  # fmt: skip
    """Add a decision to what the pricer will look at, slots weighed by attention."""
    account.decisions += 1
    shown = choice.pool_index
    attention, could = setting.rules.weights[: shown.size], setting.could.copy()
    could[PROMISE_LOCAL_SHARE] &= _is_somewhere(viewer)
    sums = np.zeros(3)
    kernels.pool.account(
        value, index, shown, pool.promises, pool.rank, attention, could, account.used,
        account.chances, sums,
    )  # fmt: skip
    slots, got, forgone = sums.tolist()
    account.slots += slots
    account.value += got
    account.forgone += forgone
    if choice.explored_slot >= 0:
        account.used[PROMISE_EXPLORATION] += attention[min(choice.explored_slot, shown.size - 1)]
