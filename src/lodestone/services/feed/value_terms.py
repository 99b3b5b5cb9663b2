"""Why candidates of a decision are worth what they are, in terms: worked out for whoever asks, never while deciding.

Weights and lists are those the receipt names; where they are no longer there nothing is said. Likeness is worked out from the deeds
of then. The other terms are worked out from what is known now, and what has moved since stands as a term of its own, `since`.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import msgspec
import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import Instant
from lodestone.base.wire import INSTANT_MAX
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.history import ANSWERED, BOUGHT, LIKED, READ, VISITED
from lodestone.features.layout import LABELS, STATES
from lodestone.models.alike import Alike
from lodestone.models.deeds_behind import DeedsBehind
from lodestone.models.popular import Popular
from lodestone.models.ports import PredictionQuery
from lodestone.models.rates import Rates, RatesModel, logit
from lodestone.models.rates_terms import AROUND, Term, terms_of, worth_of
from lodestone.models.taste import viewer_vector
from lodestone.services.feed.messages import DeedNote, Did, TermNote
from lodestone.services.feed.pipeline import Decider
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.traffic.decision import Decision
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.prices import chances_of

DEEDS_MAX: Final = 3
"""Deeds named for one candidate."""
SINCE: Final = "since"
_MARK: Final = "+alike-"
_PLACE: Final = SURFACES.index("place")
_LIVE: Final = STATES.index("live")
_DROP: Final = LABELS.index("drop")
_DID: Final[tuple[tuple[int, Did], ...]] = (
    (LIKED, "like"), (BOUGHT, "order"), (ANSWERED, "answer"), (VISITED, "visit"), (READ, "read"),
)  # fmt: skip
Untold = Literal["predictor", "item_lists", "personalisation"]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of why some candidates are worth what they are."""

    each: list[list[TermNote]]
    """Of every candidate asked about, the term worth most first, whatever its sign; empty where nothing can be said."""
    untold: Untold | None
    """Why nothing can be said: weights or item lists are no longer there, or the viewer has withdrawn consent."""


def _parted(terms: list[Term], shares: Mapping[str, Floats], rates: Rates) -> list[Term]:
    """Put the terms of what lies around in the place of their sum."""
    if not shares:
        return terms
    parts = [Term(name, np.outer(share, rates.nearby_weights[1])) for name, share in shares.items()]
    return [term for term in terms if term.name != AROUND] + parts


class ValueTerms:
    """Explains candidates of one community's decisions."""

    def __init__(
        self,
        state: StateView,
        directory: DirectoryView,
        decider: Decider,
        model: Callable[[], RatesModel],
        lists: Callable[[int], Alike | None],
    ) -> None:
        """Take what explanations are worked out from.

        Args:
            state: The serving state.
            directory: The names in it.
            decider: Takes the decisions.
            model: Gives the weights in force.
            lists: Gives a version of the item lists, None where it is no longer there.
        """
        self.state, self.directory, self.decider = state, directory, decider
        self.model, self.lists = model, lists

    def now(self, decision: Decision, policy: Policy) -> list[list[TermNote]]:
        """Explain the slots of a decision that was taken just now, on the engine's thread."""
        return _Explained(self, decision, decision.choice.pool_index).terms(policy, None).each

    def then(self, decision: Decision, policy: Policy, places: Ints) -> Terms:
        """Explain some candidates of an earlier decision.

        Args:
            decision: As its receipt holds it.
            policy: The one it names.
            places: Shape (candidates,). Their places in its pool.
        """
        return _Explained(self, decision, places).terms(policy, decision.time)


class _Explained:
    """Some candidates of one decision and whom it was for."""

    def __init__(self, known: ValueTerms, decision: Decision, places: Ints) -> None:
        self._known, self._decision = known, decision
        pool, person = decision.pool, decision.person
        self._rows, self._kind = pool.item[places], pool.domain_kind[places]
        self._chances = chances_of(pool.chances[places])
        row = known.directory.rows_of_ordinals([person])[0]
        self._person = row if decision.personalised else -1

    def terms(self, policy: Policy, then: Instant | None) -> Terms:
        """Work out the terms; `then` is when it was decided, None for just now."""
        state, decision, alike = self._known.state, self._decision, None
        if self._person >= 0 and not state.people["personalised"][self._person]:
            return self._nothing("personalisation")
        _, _, version = decision.predictor_version.partition(_MARK)
        if version:
            alike = self._known.lists(int(version))
            if alike is None:
                return self._nothing("item_lists")
        rates = self._rates(alike)
        if rates is None:
            return self._nothing("predictor")
        until = INSTANT_MAX if then is None else then
        behind = None
        if alike is not None:
            behind = DeedsBehind(alike, state, self._person, until, self._rows)
        person = -1 if self._by_popular(rates) else self._person
        around = decision.surface == _PLACE
        known = None if behind is None else behind.terms()
        shares: Mapping[str, Floats] = {}
        if around and then is None:
            known, shares = self._known.decider.nearby.again(state, self._rows)
        elif around and known is not None:
            known[1] = 0.0  # where the viewer stood is not kept: what lay around is part of `since`
        asked = PredictionQuery(
            person,
            decision.surface,
            viewer_vector(state, self._person, compiled=False),
            self._kind,
            decision.time,
            known,
            around,
        )
        terms = _parted(terms_of(rates, state, asked, self._rows), shares, rates)
        if then is not None:
            terms.append(self._since(rates, terms))
        worth = worth_of(terms, self._chances, np.array(worth_vector(policy)), rates.model.scale)
        each = [
            self._notes(rates, terms, worth[:, index], index, behind)
            for index in range(self._rows.size)
        ]
        return Terms(each=each, untold=None)

    def _nothing(self, why: Untold) -> Terms:
        return Terms(each=[[] for _ in range(self._rows.size)], untold=why)

    def _rates(self, alike: Alike | None) -> Rates | None:
        """Return the predictor that a receipt names, None where its weights are no longer there."""
        model = None if alike is None else alike.model
        rates = Rates(self._known.model(), compiled=False, alike=model)
        named = self._decision.predictor_version
        return rates if named == rates.version or self._by_popular(rates) else None

    def _by_popular(self, rates: Rates) -> bool:
        return self._decision.predictor_version == Popular(rates).version

    def _since(self, rates: Rates, terms: list[Term]) -> Term:
        """Return what has moved since, in logits: what the receipt's chances say beyond the terms of now."""
        scale, shift = np.array(rates.model.scale), np.array(rates.model.shift)
        total = np.sum([term.logit for term in terms], axis=0)
        moved = logit(self._chances) - scale * total - shift
        known = (scale != 0) & (self._chances > 0)  # what cannot happen has no logit
        return Term(SINCE, np.where(known, moved / np.where(scale, scale, 1.0), 0.0))

    def _notes(
        self, rates: Rates, terms: list[Term], worth: Floats, index: int, behind: DeedsBehind | None
    ) -> list[TermNote]:
        scale, notes = np.array(rates.model.scale), []
        for term, micros in zip(terms, worth.tolist(), strict=True):
            added = (scale * term.logit[index]).round(4).tolist()
            logits = {name: value for name, value in zip(OUTCOMES, added, strict=True) if value}
            if not logits:
                continue
            named = term.name == "alike" and micros > 0 and behind is not None
            deeds = self._deeds(behind, index) if named and behind is not None else []
            notes.append(
                TermNote(term=term.name, micros=round(micros, 3), logits=logits, deeds=deeds)
            )
        return sorted(notes, key=lambda note: -abs(note.micros))

    def _deeds(self, behind: DeedsBehind, index: int) -> list[DeedNote]:
        """Name the deeds with the largest parts, of posts that are still there and that the viewer may see."""
        speaking, marks = behind.behind(index), self._marks()
        named: list[DeedNote] = []
        whole = max(speaking.score, float(speaking.part.sum()))
        for item, part in zip(speaking.item.tolist(), speaking.part.tolist(), strict=True):
            mark = marks.get(item)
            if mark == 0 or not self._may_see(item):
                continue  # taken back since, or gone
            did: Did = next((word for bit, word in _DID if (mark or 0) & bit), "look")
            name = self._known.directory.item_id(item)
            named.append(DeedNote(item_id=name, did=did, part=round(part / whole, 4)))
            if len(named) == DEEDS_MAX:
                break
        return named

    def _marks(self) -> dict[int, int]:
        items, _, whats = self._known.state.history.deeds(self._person)
        return dict(zip(items.tolist(), whats.tolist(), strict=True))

    def _may_see(self, row: int) -> bool:
        state = self._known.state
        item = state.items[row]
        if (
            item["state"] != _LIVE
            or item["label"] == _DROP
            or row in state.rejections(self._person)
        ):
            return False
        kept_from = (state.blocks(self._person), state.mutes(self._person))
        return not any((people == item["owner"]).any() for people in kept_from)
