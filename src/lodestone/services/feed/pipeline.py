"""The decision: sources, filters, values, prices, slots, each a stage with its count and its time."""

from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats
from lodestone.base.errors import UnavailableError
from lodestone.features.ads import LiveAds
from lodestone.features.shop_reach import ShopReach
from lodestone.features.view import StateView
from lodestone.models.alike import NOBODY_ALIKE, Alike, Scored
from lodestone.models.nearby import Nearby
from lodestone.models.ports import PredictionQuery, Predictor
from lodestone.models.taste import viewer_vector
from lodestone.services.feed.hydrate import Viewer, looks_around, spot_of
from lodestone.services.feed.marking import Marker
from lodestone.services.feed.paid import AdPlacer
from lodestone.services.feed.pins import places_of, with_pins
from lodestone.services.feed.setting import Setting
from lodestone.services.feed.slate import close, fill_slots
from lodestone.services.feed.sources import ROOM, Sources
from lodestone.services.feed.stages import Stages
from lodestone.traffic.candidates import Candidates
from lodestone.traffic.decision import Chances, Codes, Decision, DropReason, Rows
from lodestone.traffic.filters import Marks
from lodestone.traffic.kernels import COMPILED, Kernels
from lodestone.traffic.pricer import PacingAccount

_NO_ROWS: Final = np.zeros(0, np.int32)
_NO_PLACES: Final = np.zeros(0, np.int64)
_OUT_OF_REACH: Final = int(DropReason.OUT_OF_REACH)
_NO_VECTOR: Final = np.zeros(64, np.float32)


class Decider:
    """Takes decisions for one community on its serving state."""

    def __init__(
        self,
        state: StateView,
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
        self._marker = Marker(state, kernels)
        self._every, self._room = Candidates.room(ROOM), Candidates.room(ROOM)
        self.alike: Alike | None = None
        """What people alike took to, by the lists in force; None before the first."""
        self.reach = ShopReach()
        self.placer = AdPlacer(state, kernels)
        self.nearby = Nearby(compiled=kernels is COMPILED)
        """What speaks for a post around the viewer, by the same version, or by the defaults."""

    @property
    def ads(self) -> LiveAds:
        """The ads that may be shown; whoever follows their records puts them in and drops them."""
        return self.placer.live

    def take(self, predictor: Predictor, fallback: Predictor) -> None:
        """Ask other predictors from the next decision on."""
        self._predictor, self._fallback = predictor, fallback

    def decide(
        self, viewer: Viewer, setting: Setting, stages: Stages, account: PacingAccount
    ) -> Decision:
        """Run every stage and add what was served to the pricer's account."""
        degraded: list[str] = []
        kernels, surface = self._kernels, viewer.lens.surface
        vector = _NO_VECTOR
        if viewer.personalised:
            vector = viewer_vector(self._state, viewer.row, compiled=kernels is COMPILED)
        pins = _NO_ROWS if setting.chain else self._state.marks.pins(viewer.area)
        marks = self._marker.mark(viewer, setting, pins)
        scored, alike = self._score(viewer, setting, marks, degraded)
        rows, source = self._sources.gather(viewer, vector, marks, degraded, alike)
        if pins.size:
            rows, source = with_pins(rows, source, pins, surface)
        stages.done("sources", 0, rows.size)
        every, passed = self._sift(viewer, marks, rows, source)
        last = False
        if passed.row.size <= setting.slots:
            every, passed, ended = self._deepen(viewer, setting, marks, every, passed)
            last = ended and not degraded and passed.row.size <= setting.slots
        stages.done("filters", every.row.size, passed.row.size)
        asked = PredictionQuery(
            _known(viewer), surface, vector, passed.kind, setting.now, self._terms(viewer, scored, passed.row),
            looks_around(viewer),
        )  # fmt: skip
        passed, predictor = self._chances(asked, passed, degraded)
        stages.done("values", passed.row.size, passed.row.size)
        somewhere = _is_somewhere(viewer)
        kernels.contest.price(
            tuple(passed), self._state.items, self._state.authors, setting.author_rank, int(somewhere),
            tuple(setting.pricing),
        )  # fmt: skip
        stages.done("prices", passed.row.size, passed.row.size)
        pinned = places_of(pins, passed.row)[: setting.slots] if pins.size else _NO_PLACES
        slate = fill_slots(kernels, self._state, setting, passed, pinned)
        pool, choice = slate.entries.pool(), slate.choice
        stages.done("slots", pool.item.size, choice.pool_index.size)
        paid = self.placer.place(
            viewer, setting, marks, slate, self.alike,
            lambda rows: self._chances_of(
                PredictionQuery(
                    asked.person, surface, vector, None, setting.now, self._terms(viewer, scored, rows),
                    asked.nearby,
                ), rows, degraded,
            )[0],
        )  # fmt: skip
        if paid is not None:
            slate = slate._replace(
                weights=paid.weights(setting.rules.weights, choice.pool_index.size)
            )
        close(kernels, account, setting, passed, every.reason, slate, somewhere=somewhere)
        if paid is not None:
            stages.done("ads", paid.gathered, len(paid.outcome.winners))
        return Decision(
            sequence=setting.sequence, time=setting.now, person=viewer.ordinal,
            surface=surface, domain=viewer.area, slots=setting.slots,
            seed=setting.seed, policy_version=setting.policy.version,
            price_version=setting.prices.version, predictor_version=predictor,
            personalised=viewer.personalised, arm="", degraded=tuple(degraded), gate=setting.gate,
            candidate=every.row, reason=every.reason, pool=pool, choice=choice,
            chain=setting.chain, state_offset=self._state.offset, last=last, pinned=pinned.size,
            paid=paid,
        )  # fmt: skip

    def _sift(
        self, viewer: Viewer, marks: Marks, rows: Rows, source: Codes
    ) -> tuple[Candidates, Candidates]:
        """Return all candidates with their reasons, and those that passed.

        Rows, sources and reasons of all are the caller's; every other column is scratch, valid until the next call.
        """
        if rows.size > self._every.place.size:
            self._every, self._room = Candidates.room(2 * rows.size), Candidates.room(2 * rows.size)
        every, passed = self._every.holding(rows, source), self._room
        mine = (viewer.domains, viewer.places, self._state.marks.hidden)
        count = self._kernels.contest.sift(
            viewer.record, self._state.items, tuple(marks), mine, tuple(every), tuple(passed)
        )  # fmt: skip
        return every, self._within_reach(viewer, every, passed.first(count))

    def _within_reach(self, viewer: Viewer, every: Candidates, passed: Candidates) -> Candidates:
        """Leave out products that the viewer may not order from where they are, unless they are shown greyed."""
        if not self.reach.known or viewer.greys:
            return passed
        beyond = self.beyond(viewer, passed.row)
        if not beyond.any():
            return passed
        every.reason[passed.place[beyond]] = _OUT_OF_REACH
        return passed.only(~beyond)

    def beyond(self, viewer: Viewer, rows: Rows) -> Bools:
        """Say which items are products that this viewer may not order from where they are; see `ShopReach.beyond`.

        A child's position decides nothing.
        """
        lens = viewer.lens
        if not self.reach.known or lens.minor or not lens.located:
            return np.zeros(rows.size, np.bool_)
        here = lens.latitude, lens.longitude
        return self.reach.beyond(rows, self._state.items, here, viewer.home)

    def _deepen(
        self, viewer: Viewer, setting: Setting, marks: Marks, every: Candidates, passed: Candidates
    ) -> tuple[Candidates, Candidates, bool]:
        """Add what whole lists hold when the newest cannot fill the page; say whether they hold nothing more.

        Only what may be shown is added: a page deep in a chain would else store all that came before it.
        """
        depth = self._sources.deeper(viewer, marks)
        parts, count = [(every.row, every.source)], passed.row.size
        for rows, source in depth.portions():
            more = self._sift(viewer, marks, rows, source)[1]
            parts.append((more.row.copy(), more.source.copy()))
            count += more.row.size
            if count > setting.slots:
                break
        if len(parts) > 1:
            together = np.concatenate([rows for rows, _ in parts])
            order = np.argsort(together)
            sources = np.concatenate([source for _, source in parts])
            every, passed = self._sift(viewer, marks, together[order], sources[order])
        return every, passed, depth.ended

    def _score(
        self, viewer: Viewer, setting: Setting, marks: Marks, degraded: list[str]
    ) -> tuple[Scored, Rows]:
        """Return the viewer's scores by people alike, and the best rows that may come: on discover, or of a circle."""
        known, alike, base = _known(viewer), self.alike, marks.epoch * 4
        if looks_around(viewer):
            scored = NOBODY_ALIKE if alike is None else alike.score_whole(self._state, known)
            self.nearby.look(self._state, spot_of(viewer, setting.clock, setting.now))
            circle = self._sources.circle(viewer, degraded)
            best = self.nearby.candidates(self._state, circle, scored, marks.items, base)
            return scored, best
        if alike is None:
            return NOBODY_ALIKE, _NO_ROWS
        scored = alike.score(self._state, known)
        if viewer.lens.surface != 0:
            return scored, _NO_ROWS
        return scored, alike.candidates(self._state, marks.items, base)

    def _terms(self, viewer: Viewer, scored: Scored, rows: Rows) -> Floats | None:
        """Return what likeness says of each candidate, around the viewer with what else speaks for what lies there."""
        if looks_around(viewer):
            return self.nearby.pair(self._state, rows, scored)
        return None if self.alike is None else self.alike.terms(rows, scored)

    def _chances(
        self, asked: PredictionQuery, passed: Candidates, degraded: list[str]
    ) -> tuple[Candidates, str]:
        """Return the candidates with their chances, and the version of who gave them."""
        chances, version = self._chances_of(asked, passed.row, degraded)
        return passed._replace(chances=chances), version

    def _chances_of(
        self, asked: PredictionQuery, rows: Rows, degraded: list[str]
    ) -> tuple[Chances, str]:
        """Judge items; who gave the chances is named by its version."""
        predictor = self._predictor
        try:
            chances = predictor.chances(self._state, asked, rows)
        except UnavailableError:
            if "predictor" not in degraded:
                degraded.append("predictor")
            predictor = self._fallback
            chances = predictor.chances(self._state, asked, rows)
        return chances, predictor.version


def _known(viewer: Viewer) -> int:
    """Return the person row that may be judged by, -1 for the non-personalised form."""
    return viewer.row if viewer.personalised else -1


def _is_somewhere(viewer: Viewer) -> bool:
    """Say whether the local share is promised here: on discover, for a viewer present in a place.

    A child's position decides nothing.
    """
    lens = viewer.lens
    return lens.surface == 0 and lens.located and not lens.minor
