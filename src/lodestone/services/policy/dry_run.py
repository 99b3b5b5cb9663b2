"""Dry run: decide the last day's receipts again under a proposed policy, and say what would change.

Each receipt's own pool is decided again under the proposed worths, caps, spacing, diversity and exploration. A promise that the
proposal leaves out has no price. The price of a share that the proposal changes or adds settles anew, step by step as the pricer
would move it; one left as it was keeps its price, and so do Gini and first impressions, which remember days, within
the proposal's caps. Nothing is written.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.clock import Instant
from lodestone.events.outcomes import OUTCOME_COUNT, OUTCOMES
from lodestone.services.feed.response import WORDS, slate_micros
from lodestone.services.policy.dry_run_out import DryRunOut, OutcomeChange, PromiseChange
from lodestone.services.policy.paired import Paired, Shown
from lodestone.services.policy.policies import check_policy
from lodestone.services.pricing.custom_promises import own_bits
from lodestone.services.pricing.maintenance import STEP_RECEIPTS
from lodestone.services.receipts.versions import Versions
from lodestone.services.support.last_day import decision_at, last_day
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.stores.log.port import Log
from lodestone.traffic.decision import Bits, Decision
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import numbered, pool_net
from lodestone.traffic.policy import (
    PROMISE_CUSTOM,
    PROMISE_GINI,
    PROMISE_LOCAL_SHARE,
    PROMISE_MAX,
    Policy,
    Promise,
    worth_vector,
)
from lodestone.traffic.pricer import (
    Measured,
    PacingAccount,
    PricerState,
    bits_of,
    fresh,
    start,
    step,
)
from lodestone.traffic.prices import PriceVector, chances_of
from lodestone.traffic.replay import decide_again

RECEIPTS_MAX = 2_000
_LEVELS = ("gini", "first_impressions")
_LOOKS, _VALUE = 0, 1
_CHANCES: Final = slice(2, 2 + OUTCOME_COUNT)
_USED: Final = slice(_CHANCES.stop, _CHANCES.stop + PROMISE_MAX)
_COULD: Final = slice(_USED.stop, _USED.stop + PROMISE_MAX)
"""Columns of what is noted of each receipt: looks, value, chances by outcome, promises kept, promises that could be."""
Progress = Callable[[int, int], None]
"""Told after each receipt how many are done, of how many."""
_BUILT_IN_BITS = np.uint64((1 << PROMISE_CUSTOM) - 1)


@dataclass(slots=True)
class _Side:
    """What one side of the comparison has shown."""

    objective: float = 0.0
    value: float = 0.0
    domains: Counter[str] = field(default_factory=Counter)
    used: Floats = field(default_factory=lambda: np.zeros(PROMISE_MAX))
    could: Floats = field(default_factory=lambda: np.zeros(PROMISE_MAX))
    price: Floats = field(default_factory=lambda: np.zeros(PROMISE_MAX))
    items: list[int] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    rows: list[Floats] = field(default_factory=list)
    """One for each receipt, see `_LOOKS` and the other columns."""
    slots: list[int] = field(default_factory=list)
    """How many each receipt has."""

    def columns(self) -> Floats:
        """Return what was noted, shape (receipts, columns)."""
        return np.array(self.rows) if self.rows else np.zeros((0, _COULD.stop))


class DryRun:
    """One dry run over one community's last day."""

    def __init__(
        self,
        state: StateView,
        directory: DirectoryView,
        log: Log,
        versions: Versions,
        kernels: Kernels,
        now: Instant,
        proposed: Policy,
    ) -> None:
        """Take what is decided again.

        Args:
            state: The serving state.
            directory: The names in it.
            log: The receipts.
            versions: The policies and prices that they name.
            kernels: By which decisions are taken.
            now: The end of the day.
            proposed: The proposal.

        Raises:
            InvalidError: `policy_invalid`: the proposal makes no sense; names the first field that does not.
        """
        check_policy(proposed)
        self._state, self._directory, self._log = state, directory, log
        self._versions, self._kernels, self._now = versions, kernels, now
        self._policy = proposed
        self._worths = np.array(worth_vector(proposed))
        self._bits = bits_of(proposed)
        self._settling: PricerState = start(now)
        self._account = PacingAccount()
        self._before, self._after = _Side(), _Side()

    def run(self, progress: Progress | None = None) -> DryRunOut:
        """Decide every chosen receipt again, in order.

        Args:
            progress: Told how far it is, from the thread that runs this.
        """
        chosen, of_day = last_day(self._log, self._now, RECEIPTS_MAX)
        self._spread = of_day / max(1, len(chosen))
        changed_slates = changed_slots = done = 0
        for number, sequence in enumerate(chosen, 1):
            decision = decision_at(self._log, sequence)
            if decision.choice.pool_index.size:
                moved = self._again(decision, first=done == 0)
                changed_slates, changed_slots = changed_slates + (moved > 0), changed_slots + moved
                done += 1
            if progress is not None:
                progress(number, len(chosen))
        before, after = self._before, self._after
        noted, paired = (before.columns(), after.columns()), Paired(done)
        low, high = paired.sums(noted[0][:, _VALUE], noted[1][:, _VALUE])
        return DryRunOut(
            receipts=done,
            receipts_of_day=of_day,
            changed_slates=changed_slates,
            changed_slots=changed_slots,
            slots=before.domains.total(),
            objective_before_micros=round(before.objective, 3),
            objective_after_micros=round(after.objective, 3),
            value_before_micros=round(before.value, 3),
            value_after_micros=round(after.value, 3),
            value_change_low_micros=round(low, 3),
            value_change_high_micros=round(high, 3),
            by_domain_before=dict(before.domains),
            by_domain_after=dict(after.domains),
            outcomes=_outcomes(*noted, paired),
            promises=self._promises(*noted, paired),
        )

    def _again(self, decision: Decision, *, first: bool) -> int:
        """Decide one receipt again; return how many slots changed."""
        held = self._versions.prices(decision.price_version)
        was = bits_of(self._versions.policy(decision.policy_version))
        carried = self._carried(held, {promise.id: bit for bit, promise in was.items()})
        same = set(was.values())
        if first:
            self._settling = msgspec.structs.replace(self._settling, vector=carried)
        prices = self._settled(carried, same)
        pool = decision.pool
        promises = (pool.promises & _BUILT_IN_BITS) | own_bits(
            self._state.items[pool.item], self._policy, self._directory
        )
        again = _resorted(self._kernels, decision, promises, self._policy, prices)
        choice, _ = decide_again(self._kernels, again, self._policy, prices)
        old = pool.item[decision.choice.pool_index].tolist()
        new = again.pool.item[choice.pool_index].tolist()
        told = (
            (
                self._before,
                replace(decision, pool=replace(pool, promises=promises)),
                decision.choice.pool_index,
                held,
            ),
            (self._after, again, choice.pool_index, prices),
        )
        for side, one, index, vector in told:
            self._count(side, one, index, vector)
        self._before.objective += slate_micros(decision.choice.objective)
        self._after.objective += slate_micros(choice.objective)
        self._move(again, choice.pool_index)
        moved: int = sum(a != b for a, b in zip(old, new, strict=False))
        return moved + abs(len(old) - len(new))

    def _carried(self, held: PriceVector, was: dict[str, int]) -> PriceVector:
        """Return a receipt's prices as the proposal's promises carry them: by id, within their caps."""
        prices, signs, rank = [0.0] * PROMISE_MAX, [0] * PROMISE_MAX, 0.0
        for bit, promise in self._bits.items():
            most = promise.price_cap * held.slot_value
            if promise.kind == "gini":
                rank = min(held.gini, most)
                continue
            signs[bit] = 1 if promise.direction == "floor" else -1
            old = was.get(promise.id, -1)
            if old >= 0 and held.signs[old] == signs[bit]:
                prices[bit] = min(held.prices[old], most)
        return msgspec.structs.replace(held, prices=tuple(prices), signs=tuple(signs), gini=rank)

    def _settled(self, carried: PriceVector, same: set[Promise]) -> PriceVector:
        """Take changed shares as they have settled, and everything else as it was."""
        prices = list(carried.prices)
        for bit, promise in self._bits.items():
            if promise.kind not in _LEVELS and promise not in same:
                prices[bit] = self._settling.vector.prices[bit]
        return msgspec.structs.replace(carried, prices=tuple(prices))

    def _move(self, again: Decision, index: Ints) -> None:
        """Account for a slate, and step the shares when as many went by as a step of the pricer takes."""
        account, pool = self._account, again.pool
        attention = _attention(self._policy, index.size)
        value = chances_of(pool.chances) @ self._worths
        account.decisions += 1
        account.slots += float(attention.sum())
        account.value += float(attention @ value[index])
        account.used += _held(pool.promises[index], attention)
        account.chances += attention.sum() * self._could(again)
        if account.decisions * self._spread < STEP_RECEIPTS:
            return
        share = self._spread
        scaled = replace(
            account,
            decisions=round(account.decisions * share),
            slots=account.slots * share,
            value=account.value * share,
            used=account.used * share,
            chances=account.chances * share,
        )
        nothing = Measured(reported=0.0, gini=0.0, first_delivered=0.0, first_planned=0.0)
        now = Instant(again.time)
        self._settling = step(self._settling, scaled, nothing, self._policy, now)
        self._account = fresh(account)

    def _could(self, decision: Decision) -> Floats:
        """Say which promises these slots could have kept; shape (promises,)."""
        could = np.zeros(PROMISE_MAX)
        could[list(self._bits)] = 1.0
        local = (decision.pool.promises >> np.uint64(PROMISE_LOCAL_SHARE)) & np.uint64(1)
        if decision.surface != 0 or not local.any():
            could[PROMISE_LOCAL_SHARE] = 0.0
        return could

    def _count(self, side: _Side, decision: Decision, index: Ints, prices: PriceVector) -> None:
        pool = decision.pool
        attention = _attention(self._policy, index.size)
        chances = chances_of(pool.chances[index])
        value, looks = float(attention @ (chances @ self._worths)), float(attention.sum())
        used, could = _held(pool.promises[index], attention), looks * self._could(decision)
        side.rows.append(np.concatenate([[looks, value], attention @ chances, used, could]))
        side.slots.append(index.size)
        side.value += value
        side.domains.update(WORDS[kind] for kind in pool.domain_kind[index].tolist())
        side.used += used
        side.could += could
        side.price = np.array(prices.prices)
        side.price[PROMISE_GINI] = prices.gini
        side.items += pool.item[index].tolist()
        side.looks += attention.tolist()

    def _promises(self, before: Floats, after: Floats, paired: Paired) -> list[PromiseChange]:
        spans = paired.ratios(
            (before[:, _USED], before[:, _COULD]), (after[:, _USED], after[:, _COULD])
        )
        return [
            self._change(
                bit, promise, self._gini_span(paired) if promise.kind == "gini" else spans[bit]
            )
            for bit, promise in self._bits.items()
            if promise.kind != "exploration"
        ]

    def _change(self, bit: int, promise: Promise, span: tuple[float, float]) -> PromiseChange:
        sides = self._before, self._after
        slots: list[float | None] = [None, None]
        kept: list[float | None] = [None, None]
        if promise.kind == "gini":
            kept = [self._gini(side) for side in sides]
        else:
            slots = [self._slots(bit, side) for side in sides]
            if promise.kind != "first_impressions":
                kept = slots
        return PromiseChange(
            id=promise.id,
            target=promise.target,
            before=kept[0],
            after=kept[1],
            slots_before=slots[0],
            slots_after=slots[1],
            price_before_micros=round(float(self._before.price[bit]), 3),
            price_after_micros=round(float(self._after.price[bit]), 3),
            change_low=round(span[0], 6),
            change_high=round(span[1], 6),
        )

    def _slots(self, bit: int, side: _Side) -> float:
        return round(float(side.used[bit] / side.could[bit]), 6) if side.could[bit] else 0.0

    def _gini(self, side: _Side) -> float:
        shown, eligible = self._shown(side)
        return round(shown.gini(np.ones(len(side.slots)), eligible), 6)

    def _gini_span(self, paired: Paired) -> tuple[float, float]:
        (before, eligible), (after, _) = self._shown(self._before), self._shown(self._after)
        return paired.gini(before, after, eligible)

    def _shown(self, side: _Side) -> tuple[Shown, Bools]:
        """Return whom one side has shown, and which creators count; shape (creators,)."""
        state = self._state
        creator = state.items["author"][np.array(side.items, np.int64)]
        eligible = state.authors["eligible"][: state.author_count] == 1
        return Shown(creator, np.array(side.looks), np.array(side.slots, np.int64)), eligible


def _outcomes(before: Floats, after: Floats, paired: Paired) -> list[OutcomeChange]:
    """Say what of each outcome is expected of a thousand looks; shapes (receipts, columns)."""
    chances = [1000 * sums[:, _CHANCES] for sums in (before, after)]
    looks = [np.repeat(sums[:, _LOOKS, None], OUTCOME_COUNT, axis=1) for sums in (before, after)]
    means = [
        above.sum(axis=0) / max(1e-9, float(below[:, 0].sum()))
        for above, below in zip(chances, looks, strict=True)
    ]
    spans = paired.ratios((chances[0], looks[0]), (chances[1], looks[1]))
    return [
        OutcomeChange(
            outcome=name, before=round(float(means[0][at]), 6), after=round(float(means[1][at]), 6),
            change_low=round(spans[at][0], 6), change_high=round(spans[at][1], 6),
        )
        for at, name in enumerate(OUTCOMES)
    ]  # fmt: skip


def _attention(policy: Policy, slots: int) -> Floats:
    found: Floats = 1 / (1 + policy.attention_decay * np.arange(slots))
    return found


def _held(promises: Bits, attention: Floats) -> Floats:
    """Sum the attention of slots by the promise they keep; shape (promises,)."""
    held = (promises[:, None] >> np.arange(PROMISE_MAX, dtype=np.uint64)) & np.uint64(1)
    found: Floats = attention @ held.astype(np.float64)
    return found


def _resorted(
    kernels: Kernels, decision: Decision, promises: Bits, policy: Policy, prices: PriceVector
) -> Decision:
    """Sort a receipt's pool by net scores under another policy."""
    pool = replace(decision.pool, promises=promises)
    net = pool_net(kernels, pool, np.array(worth_vector(policy)), prices)
    pinned = decision.pinned
    order = np.argsort(-net[pinned:], kind="stable") + pinned
    order = np.concatenate([np.arange(pinned), order])
    columns = {field.name: getattr(pool, field.name)[order] for field in fields(pool)}
    columns["author"] = numbered(columns["author"])
    return replace(decision, pool=type(pool)(**columns))
