"""Housekeeping: what is worked out anew at a price step and not for every request.

Prices move every 256 receipts or 60 seconds of the clock. At most once in 50 seconds the rest follows: logits,
quality bounds, first impressions owed, the merit and public gates, creators' percentiles, trending and needy lists;
in a large community piece by piece, one a decision.
"""

from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, MINUTE_MICROS, SECOND_MICROS, Instant
from lodestone.events.outcomes import COUNT_IMPRESSIONS, COUNT_WIDTH, FactKind
from lodestone.features import derived
from lodestone.features.directory import Directory
from lodestone.features.layout import DAYS_KEPT
from lodestone.features.postings import LIST_NEEDY, LIST_TRENDING, Postings
from lodestone.features.state import State
from lodestone.models import author_debiasing, item_logits, rates
from lodestone.models.rates import RatesModel
from lodestone.services.pricing import round_parts
from lodestone.services.pricing.custom_promises import has_own, own_bits
from lodestone.services.pricing.refresh import DerivedState, RefreshJob
from lodestone.traffic import promises
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.pricer import (
    LogRange,
    Measured,
    PacingAccount,
    PricerState,
    fresh,
    start,
    step,
)

STEP_RECEIPTS: Final = 256
STEP_MICROS: Final = MINUTE_MICROS
_SWEEP_MICROS: Final = 50 * SECOND_MICROS
_MARKED: Final = 65_536
"""Items marked at once, so that no copy of all of them is made."""
_VOICES_MICROS: Final = HOUR_MICROS
RISEN_MAX: Final = 1_000
_DEEDS: Final = (
    FactKind.LIKE,
    FactKind.COMMENT,
    FactKind.SHARE,
    FactKind.FOLLOW,
    FactKind.SHOP_VISIT,
    FactKind.ORDER,
)
WHOLE_MAX: Final = 8_192
"""Up to so many items everything is worked out at once, within a price step."""
WHOLE_ENTRIES: Final = 65_536
"""Up to so many entries of the affinity table authors are debiased at once; about a quarter are pairs with authors."""
PIECES: Final = 400
"""Into at most so many pieces a larger round is cut, one a decision."""
ROWS_LEAST: Final = 2_048
GATE_POOL: Final = 200
"""Until this many posts have climbed there is no public to compare with, and the gate stands open."""


class Maintenance:
    """Keeps the derived parts of one community's state in order."""

    def __init__(
        self,
        state: State,
        directory: Directory,
        postings: Postings,
        model: RatesModel,
        policy: Policy,
        now: Instant,
    ) -> None:
        self._state = state
        self._directory = directory
        self._postings = postings
        self._model = model
        self.policy = policy
        self.pricer: PricerState = start(now)
        self.account = PacingAccount()
        self.sweep = DerivedState(np.zeros(0, np.int16))
        self._swept: Instant | None = None
        self._voiced: Instant | None = None
        self._shift = np.zeros((0, 0), np.float32)
        self._risen: NDArray[np.int64] = np.zeros(0, np.int64)
        self._round: RefreshJob | None = None
        self._shifting: Generator[None, None, NDArray[np.float32]] | None = None
        self._reported: dict[int, NDArray[np.int64]] = {}

    @property
    def model(self) -> RatesModel:
        """Return the weights that logits are worked out under."""
        return self._model

    @property
    def refreshed_at(self) -> Instant | None:
        """Return when everything was last begun to be worked out anew; None before the first time."""
        return self._swept

    @property
    def debiased_at(self) -> Instant | None:
        """Return when authors were last debiased; None before the first time."""
        return self._voiced

    def take(self, model: RatesModel, now: Instant) -> None:
        """Work everything out anew under other weights."""
        self._model = model
        self.tidy(now)

    def due(self, now: Instant) -> bool:
        """Say whether a price step is due: only ever when there was a decision."""
        served = self.account.decisions
        return served >= STEP_RECEIPTS or (
            served > 0 and now - self.pricer.vector.time >= STEP_MICROS
        )

    def sweep_when_due(self, now: Instant) -> None:
        """Work everything out anew when the last time was a while ago."""
        if not self.working and (self._swept is None or now - self._swept >= _SWEEP_MICROS):
            self._begin(now)
            small = self._state.affinity.size <= WHOLE_ENTRIES
            while self.working and small and self._state.item_count <= WHOLE_MAX:
                self.work()

    def rise(self) -> NDArray[np.int64]:
        """Let posts that the last sweep found fit into the public; return those, to be written down.

        A climb is a fact, so that a rebuild knows who was in the public; no more than `RISEN_MAX` at a time.
        """
        now, self._risen = self._risen[:RISEN_MAX], self._risen[RISEN_MAX:]
        if now.size:
            items = self._state.items
            self._state.graduate(now)
            self.sweep.public += int(
                np.count_nonzero((items["state"][now] == 1) & (items["label"][now] != 2))
            )
            self._gate()
        return now

    def _gate(self) -> None:
        if self._state.item_count <= WHOLE_MAX:  # what was withdrawn since the round is out
            self.sweep.public = self._count_public()
        # Imports graduate whole: as long as some wait for their turn the gate stands open.
        self.sweep.gated = self.sweep.public >= GATE_POOL and not self._risen.size

    def _count_public(self) -> int:
        items = self._state.items[: self._state.item_count]
        public = (items["climbed"] == 1) & (items["state"] == 1) & (items["label"] != 2)
        return int(np.count_nonzero(public))

    def price_step(
        self, now: Instant, upto: LogRange, budgets: tuple[float, ...] = ()
    ) -> PricerState:
        """Move the prices by what was served since the last step, `upto` here; `budgets` as of `pricer.step`."""
        reported, reported_by = self._newly_reported()
        measured = Measured(
            reported=reported,
            gini=self.sweep.gini,
            first_delivered=self.sweep.first_delivered,
            first_planned=self.sweep.first_planned,
            first_ahead=self.sweep.first_ahead,
            reported_by=reported_by,
        )
        before = self.pricer.upto
        moved = step(self.pricer, self.account, measured, self.policy, now, budgets)
        self.pricer = msgspec.structs.replace(moved, since=before, upto=upto)
        self.account = fresh(self.account)
        return self.pricer

    def resume(self, pricer: PricerState | None) -> None:
        """Go on from where the last step left the prices; what was reported until now is known."""
        if pricer is not None:
            self.pricer = pricer
        self._newly_reported()

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return what was worked out and is not in the state's own columns, by name, for a snapshot.

        Nothing while a round is under way: whoever reads it works everything out anew.
        """
        if self.working:
            return {}
        sweep, account, lists = self.sweep, self.account, self._postings
        days = sorted(self._reported)
        return {
            "keeping.rank": sweep.author_rank,
            "keeping.sweep": np.array(
                [
                    sweep.gate, sweep.gated, sweep.gini, sweep.planned, sweep.first_delivered,
                    sweep.first_planned, sweep.eligible, sweep.mean_value, *sweep.first_ahead,
                ]
            ),
            "keeping.shift": self._shift,
            "keeping.quiet": self._state.quiet,
            "keeping.times": np.array(
                [*(-1 if when is None else when for when in (self._swept, self._voiced)), self.pricer.vector.time],
                np.int64,
            ),
            "keeping.risen": self._risen,
            "keeping.trending": lists.held(LIST_TRENDING),
            "keeping.needy": lists.held(LIST_NEEDY),
            "keeping.days": np.array(days, np.int64),
            "keeping.reported": np.array([self._reported[day] for day in days], np.int64),
            "keeping.account": np.array(
                [account.decisions, account.slots, account.value, account.forgone]
            ),
            "keeping.used": account.used,
            "keeping.chances": account.chances,
        }  # fmt: skip

    def fill(self, columns: Mapping[str, NDArray[Any]]) -> bool:
        """Go on from a snapshot that holds the state as it stands; False where it holds none of this.

        A start that works everything out anew would do so at another moment than the life before it, and so
        decide otherwise than if it had never been stopped.
        """
        if "keeping.sweep" not in columns:
            return False
        gate, gated, gini, planned, delivered, due, eligible, value, early, ahead = columns[
            "keeping.sweep"
        ].tolist()
        self.sweep = DerivedState(
            columns["keeping.rank"].astype(np.int16), gate, bool(gated), gini, int(planned), delivered, due,
            (early, ahead), int(eligible), value,
        )  # fmt: skip
        swept, voiced, priced = columns["keeping.times"].tolist()
        self._shift = columns["keeping.shift"]
        derived.put_quiet(self._state, columns["keeping.quiet"])
        self._voiced = None if voiced < 0 else Instant(voiced)
        if not self.pricer.steps:  # before the first step nothing is stored but when it all began
            self.pricer = start(Instant(priced))
        self._swept = None if swept < 0 else Instant(swept)
        self._risen = columns["keeping.risen"].astype(np.int64)
        for number, name in ((LIST_TRENDING, "trending"), (LIST_NEEDY, "needy")):
            self._postings.replace(number, columns[f"keeping.{name}"].astype(np.int64))
        days = columns["keeping.days"].tolist()
        self._reported = dict(zip(days, columns["keeping.reported"], strict=True))
        decisions, slots, worth, forgone = columns["keeping.account"].tolist()
        self.account = PacingAccount(
            int(decisions), slots, worth, forgone, columns["keeping.used"].copy(),
            columns["keeping.chances"].copy(),
        )  # fmt: skip
        derived.fill_items(self._state, columns["items"])
        self.sweep.public = self._count_public()
        return True

    def _newly_reported(self) -> tuple[float, tuple[float, ...]]:
        """Return the organic impressions counted since this was last asked: all, and by promise."""
        state = self._state
        days = range(max(0, state.today - DAYS_KEPT + 1), state.today + 1)
        counted = {
            day: np.append(
                state.promise_delivered[:, day % DAYS_KEPT],
                state.impressions_day[day % DAYS_KEPT],
            )
            for day in days
        }
        new = np.zeros(state.promise_delivered.shape[0] + 1)
        for day, counts in counted.items():
            new += counts - self._reported.get(day, 0)
        self._reported = counted
        return float(new[-1]), tuple(new[:-1].tolist())

    def touched(self, rows: NDArray[np.int64]) -> None:
        """Work out anew the logits of items that facts have just moved."""
        if rows.size:
            item_logits.materialise(self._model, self._state, rows, self._shift)

    def items_put(self, rows: NDArray[np.int64], now: Instant) -> None:
        """Give new or changed items their first marks; the next sweep knows better."""
        items = self._state.items[rows]
        young = (items["state"] == 1) & (now - items["created"] < DAY_MICROS)
        owed = np.maximum(0, self.sweep.planned - self._counts(rows)[:, COUNT_IMPRESSIONS])
        derived.put_items(self._state, "need", rows, np.where(young, owed, 0))
        bits = own_bits(items, self.policy, self._directory)
        derived.put_items(self._state, "promises", rows, bits)
        self.touched(rows)

    def policy_put(self, policy: Policy) -> None:
        """Go by a policy; items get the marks of its own promises, and lose those of the one before.

        What items are owed does not depend on it, and the values follow with the next round.
        """
        before, self.policy = self.policy, policy
        if not (has_own(before) or has_own(policy)):
            return
        for first in range(0, self._state.item_count, _MARKED):
            some = slice(first, min(first + _MARKED, self._state.item_count))
            bits = own_bits(self._state.items[some], policy, self._directory)
            derived.put_items(self._state, "promises", some, bits)

    def tidy(self, now: Instant) -> None:
        """Work out everything anew, at once."""
        self._begin(now)
        while self.working:
            self.work()

    @property
    def working(self) -> bool:
        """Say whether a round of working out is under way."""
        return self._round is not None or self._shifting is not None

    def work(self) -> None:
        """Do the next piece of a round: some rows, or one of the things that need them all.

        A large community's round is cut into pieces, one a decision, so that none of them waits for the
        whole; the pieces follow from the decisions alone, so that a life lived again is cut alike.
        """
        if self._shifting is not None and self._swept is not None:
            self._shift_more(self._swept)
            return
        turn = self._round
        if turn is None:
            return
        if turn.at < turn.counts.shape[0]:
            self._rows(
                turn, slice(turn.at, turn.at + max(ROWS_LEAST, turn.counts.shape[0] // PIECES))
            )
            return
        if turn.parts is None:
            turn.parts = self._parts(turn)
        try:
            next(turn.parts)
        except StopIteration:
            self._round = None

    def _parts(self, turn: RefreshJob) -> Iterator[None]:
        """Work out what needs every item, in slices."""
        state, policy, sweep = self._state, self.policy, self.sweep
        yield from round_parts.needs(state, policy, sweep, turn)
        yield
        self._risen = yield from round_parts.graduates(state, policy, sweep, turn)
        self._gate()
        yield
        yield from round_parts.creators(state, policy, sweep, turn)
        yield
        yield from round_parts.lists(state, self._postings, turn)

    def _begin(self, now: Instant) -> None:
        self._swept = now
        if self._voiced is None or now - self._voiced >= _VOICES_MICROS:
            self._voiced = now
            self._shifting = author_debiasing.shift_pieces(self._model, self._state)
        else:
            self._open(now)

    def _shift_more(self, now: Instant) -> None:
        """Do the next piece of debiasing authors; the round begins with the last."""
        assert self._shifting is not None
        try:
            next(self._shifting)
        except StopIteration as end:
            self._shifting, self._shift = None, end.value
            self._open(now)

    def _open(self, now: Instant) -> None:
        worths = np.array(worth_vector(self.policy))
        rate = rates.community_rate(rates.surface_counts(self._state))
        self.sweep.mean_value = promises.mean_value(rate, worths)
        count = self._state.item_count
        self._round = RefreshJob(
            now, worths, np.empty((count, COUNT_WIDTH), np.int64), np.empty(count), np.empty(count),
            np.empty(count, np.int64), np.zeros(count, bool),
        )  # fmt: skip

    def _rows(self, turn: "RefreshJob", some: slice) -> None:
        """Work out what each item's own counters say."""
        state = self._state
        turn.at = some.stop
        rows = np.arange(some.start, min(some.stop, turn.counts.shape[0]))
        items = state.items[: turn.counts.shape[0]][some]
        turn.counts[some] = counts = self._counts(rows)
        turn.mean[some], turn.low[some] = promises.value_bounds(
            counts, turn.worths, self.sweep.mean_value
        )
        lately = [state.today % DAYS_KEPT, (state.today - 1) % DAYS_KEPT]
        recent = state.item_ring[rows][:, lately].sum(axis=1)
        # What was done without an impression is as good a sign of a trend.
        turn.heat[some] = np.maximum(recent[:, COUNT_IMPRESSIONS], recent[:, _DEEDS].sum(axis=1))
        derived.put_items(state, "quality_low", rows, turn.low[some])
        derived.put_items(state, "promises", rows, own_bits(items, self.policy, self._directory))
        item_logits.materialise(self._model, state, rows, self._shift)

    def _counts(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        total: NDArray[np.int64] = (
            self._state.item_ring[rows].sum(axis=1) + self._state.item_old[rows]
        )
        return total
