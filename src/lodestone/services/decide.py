"""The decision: sources, filters, values, prices, slots, each a stage with its count and its time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.events.outcomes import DomainKind, Kind, Source
from lodestone.features.state import State
from lodestone.models.ports import Asked, Predictor
from lodestone.models.rates import viewer_vector
from lodestone.services.feeds import StageNote
from lodestone.services.sources import Sources
from lodestone.services.viewer import Viewer
from lodestone.traffic.choose import Contest, choose, draw, pool_of, rules_of
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
)
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import numbered
from lodestone.traffic.policy import (
    PROMISE_FIRST_IMPRESSIONS,
    PROMISE_LOCAL_SHARE,
    PROMISE_SMALL_CREATORS,
    Policy,
)
from lodestone.traffic.pricer import Served
from lodestone.traffic.prices import PriceVector

_BIT_FIRST: Final = np.uint64(1 << PROMISE_FIRST_IMPRESSIONS)
_BIT_LOCAL: Final = np.uint64(1 << PROMISE_LOCAL_SHARE)
_BIT_SMALL: Final = np.uint64(1 << PROMISE_SMALL_CREATORS)
_NO_VECTOR: Final = np.zeros(64, np.float32)


@dataclass(slots=True)
class Stages:
    """Notes what each stage took, when somebody asked to see it."""

    cpu: Callable[[], int] | None
    notes: list[StageNote] = field(default_factory=list)
    _last: int = 0

    def start(self) -> None:
        """Begin the first stage."""
        if self.cpu is not None:
            self._last = self.cpu()

    def done(self, name: str, into: int, out: int) -> None:
        """End a stage and begin the next."""
        if self.cpu is not None:
            now = self.cpu()
            spent = round((now - self._last) / 1000, 1)
            self.notes.append(StageNote(name=name, cpu_us=spent, into=into, out=out))
            self._last = self.cpu()


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for a decision besides the viewer and the state."""

    policy: Policy
    worths: Floats
    prices: PriceVector
    price_arrays: tuple[Floats, Floats, Floats]
    author_rank: NDArray[np.int16]
    """Shape (authors,). Gini consumption per author slot."""
    gate: float
    sequence: int
    seed: int
    now: Instant
    chain: tuple[int, ...]
    served: list[int]
    """Item rows shown earlier in this chain or served in the last ten minutes."""
    slots: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates after the filters. Arrays have shape (candidates,)."""

    rows: Rows
    source: Codes
    reason: Codes
    kind: Codes
    domain: NDArray[np.int16]
    near: Floats


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

    def take(self, predictor: Predictor, fallback: Predictor) -> None:
        """Ask other predictors from the next decision on."""
        self._predictor, self._fallback = predictor, fallback

    def decide(self, viewer: Viewer, setting: Setting, stages: Stages, account: Served) -> Decision:
        """Run every stage and add what was served to the pricer's account."""
        degraded: list[str] = []
        vector = viewer_vector(self._state, viewer.row) if viewer.personalised else _NO_VECTOR
        rows, source = self._sources.gather(viewer, vector, degraded)
        stages.done("sources", 0, rows.size)
        judged = self._judge(viewer, setting, rows, source)
        passed = np.flatnonzero(judged.reason == DropReason.SHOWN)
        stages.done("filters", rows.size, passed.size)
        chances, predictor = self._chances(viewer, vector, rows[passed], degraded)
        # Whoever is followed already cannot be followed again.
        chances[judged.kind[passed] == DomainKind.PRIVATE, Kind.FOLLOW] = 0
        value = np.empty(passed.size)
        self._kernels.prices.values_from_codes(chances, setting.worths, value)
        stages.done("values", passed.size, passed.size)
        promises, rank, net = self._prices(viewer, setting, judged, passed, value)
        stages.done("prices", passed.size, passed.size)
        pool, index, choice = self._slots(setting, judged, passed, chances, promises, rank, net)
        self._reasons(setting, judged, passed, index, pool, choice, net)
        _account(account, viewer, setting, value, index, pool, choice)
        stages.done("slots", pool.item.size, choice.pool_index.size)
        return Decision(
            sequence=setting.sequence, time=setting.now, person=viewer.ordinal,
            surface=int(viewer.record["surface"]), domain=viewer.area, slots=setting.slots,
            seed=setting.seed, policy_version=setting.policy.version,
            price_version=setting.prices.version, predictor_version=predictor,
            personalised=viewer.personalised, arm="", degraded=tuple(degraded), gate=setting.gate,
            candidate=rows, reason=judged.reason, pool=pool, choice=choice, chain=setting.chain,
            state_offset=self._state.offset,
        )  # fmt: skip

    def _judge(self, viewer: Viewer, setting: Setting, rows: Rows, source: Codes) -> Judged:
        self._mark(viewer, setting)
        count = rows.size
        judged = Judged(
            rows, source, np.empty(count, np.uint8), np.empty(count, np.uint8),
            np.empty(count, np.int16), np.empty(count),
        )  # fmt: skip
        self._kernels.filters.judge(
            viewer.record, self._state.items, rows, self._marks, self._author_marks, self._epoch,
            viewer.domains, viewer.places, judged.reason, judged.kind, judged.domain, judged.near,
        )  # fmt: skip
        return judged

    def _mark(self, viewer: Viewer, setting: Setting) -> None:
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
        if setting.served:
            self._marks[setting.served] = base + MARK_SERVED
        rejected = state.rejections(viewer.row) if viewer.row >= 0 else None
        if rejected:
            self._marks[rejected] = base + MARK_REJECTED

    def _chances(
        self, viewer: Viewer, vector: NDArray[np.float32], rows: Rows, degraded: list[str]
    ) -> tuple[Chances, str]:
        person = viewer.row if viewer.personalised else -1
        asked = Asked(person, int(viewer.record["surface"]), vector)
        try:
            return self._predictor.chances(self._state, asked, rows), self._predictor.version
        except UnavailableError:
            degraded.append("predictor")
            return self._fallback.chances(self._state, asked, rows), self._fallback.version

    def _prices(
        self, viewer: Viewer, setting: Setting, judged: Judged, passed: Ints, value: Floats
    ) -> tuple[Bits, NDArray[np.int16], Ints]:
        item = self._state.items[judged.rows[passed]]
        promises = item["promises"].copy()
        promises[item["need"] > 0] |= _BIT_FIRST
        if viewer.record["surface"] == 0 and viewer.record["located"]:
            with np.errstate(invalid="ignore"):
                promises[judged.near[passed] <= viewer.record["radius_km"]] |= _BIT_LOCAL
        authors = item["author"]
        promises[self._state.authors["small"][authors] == 1] |= _BIT_SMALL
        known = authors < setting.author_rank.size
        rank = np.zeros(passed.size, np.int16)
        rank[known] = setting.author_rank[authors[known]]
        net = np.empty(passed.size, np.int64)
        self._kernels.prices.net_scores(value, promises, rank, *setting.price_arrays, net)
        return promises, rank, net

    def _slots(
        self, setting: Setting, judged: Judged, passed: Ints, chances: Chances, promises: Bits,
        rank: NDArray[np.int16], net: Ints,
    ) -> tuple[Pool, Ints, Choice]:  # fmt: skip
        kernels = self._kernels
        rules = rules_of(setting.policy, setting.slots, setting.prices.slot_value)
        drawn = draw(kernels, setting.seed, rules.share, setting.slots, passed.size)
        index = pool_of(kernels, net, drawn)
        at, natural = -1, True
        if drawn.candidate >= 0:
            at = int(np.flatnonzero(index == drawn.candidate)[0])
            natural = _natural(net, drawn.candidate, index.size)
        rows = judged.rows[passed[index]]
        source = judged.source[passed[index]]
        if not natural:
            source[at] = Source.EXPLORATION
        item = self._state.items[rows]
        pool = Pool(
            item=rows, chances=chances[index], promises=promises[index], rank=rank[index],
            author=numbered(item["author"]), topic=item["topic"].copy(),
            domain_kind=judged.kind[passed[index]], domain=judged.domain[passed[index]], source=source,
        )  # fmt: skip
        contest = Contest(net[index], pool.author, pool.topic, at, natural, passed.size)
        return pool, index, choose(kernels, contest, rules, drawn)

    def _reasons(
        self, setting: Setting, judged: Judged, passed: Ints, index: Ints, pool: Pool, choice: Choice,
        net: Ints,
    ) -> None:  # fmt: skip
        """Give every candidate that stood in the contest and was not shown its reason."""
        reason = np.where(net <= -(2**34), int(DropReason.NOT_FINITE), int(DropReason.OUTBID))
        reason[index] = DropReason.RUNNER_UP
        shown = choice.pool_index
        full, close = _crowded(pool.author, shown, setting.policy)
        reason[index[close]] = DropReason.TOO_CLOSE
        reason[index[full]] = DropReason.AUTHOR_FULL
        reason[index[shown]] = DropReason.SHOWN
        judged.reason[passed] = reason


def _natural(net: Ints, candidate: int, limit: int) -> bool:
    """Say whether a candidate reaches the pool by its own net score."""
    better = int(np.count_nonzero(net > net[candidate]))
    tied = int(np.count_nonzero(net[:candidate] == net[candidate]))
    return better + tied < limit


def _crowded(author: Rows, shown: Ints, policy: Policy) -> tuple[Ints, Ints]:
    """Return pool indices whose author is full in the slate, and those whose author stands in it."""
    held = np.bincount(author[shown], minlength=int(author.max()) + 1 if author.size else 1)
    count = held[author] if author.size else np.zeros(0, np.int64)
    rest = np.ones(author.size, bool)
    rest[shown] = False
    better = np.zeros(author.size, bool)
    if shown.size:
        better[: int(shown.max())] = True  # above the last shown: not for its net score
    full = np.flatnonzero(rest & better & (count >= policy.author_max))
    close = np.flatnonzero(rest & better & (count > 0) & (count < policy.author_max))
    return full, close


def _account(
    account: Served, viewer: Viewer, setting: Setting, value: Floats, index: Ints, pool: Pool,
    choice: Choice,
) -> None:  # fmt: skip
    """Add a decision to what the pricer will look at, slots weighed by attention."""
    assert account.used is not None
    assert account.chances is not None
    account.decisions += 1
    shown = choice.pool_index
    if not shown.size:
        return
    attention = 1 / (1 + setting.policy.attention_decay * np.arange(shown.size))
    total = float(attention.sum())
    account.slots += total
    got = float(attention @ value[index[shown]])
    account.value += got
    best = np.partition(value, value.size - shown.size)[-shown.size :]
    account.forgone += max(0.0, float(attention @ np.sort(best)[::-1]) - got)
    account.used[2] += float(attention @ np.maximum(pool.rank[shown], 0)) / 32767
    local = bool(viewer.record["surface"] == 0 and viewer.record["located"])
    for weight, held in zip(attention.tolist(), pool.promises[shown].tolist(), strict=True):
        for bit in range(held.bit_length()):
            if held >> bit & 1:
                account.used[bit] += weight
    if choice.explored_slot >= 0:
        account.used[3] += 1.0
    for bit, sign in enumerate(setting.prices.signs):
        if sign and (bit != PROMISE_LOCAL_SHARE or local):
            account.chances[bit] += total
