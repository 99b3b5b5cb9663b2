"""Why a viewer was shown a post: what its receipt says, for the one it was made for."""

import msgspec
import numpy as np

from lodestone.base.errors import UnknownError
from lodestone.content import Community
from lodestone.events.outcomes import (
    COUNT_IMPRESSIONS,
    OUTCOMES,
    WATCH_UNIT_SECONDS,
    DomainKind,
    FactKind,
    Source,
)
from lodestone.services.feed.ad_notes import ad_notes
from lodestone.services.feed.messages import AdNote, TermNote
from lodestone.services.feed.response import WORDS
from lodestone.services.feed.value_terms import Untold, ValueTerms
from lodestone.services.receipts.receipts import Receipts
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.stores.ports import Records
from lodestone.traffic.decision import Decision
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import pool_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.pricer import bits_of
from lodestone.traffic.prices import NET_UNIT, PriceVector, chances_of
from lodestone.traffic.replay import replay


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one outcome adds to a post's value: chance x worth."""

    outcome: str
    chance: float
    """Of an impression; for `watch` the expected seconds."""
    worth: float
    """Micros per occurrence; for `watch` per second."""
    micros: float


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one promise adds (above zero) or takes, in micros per impression."""

    promise: str
    kind: str
    micros: float


class RunnerUp(msgspec.Struct, frozen=True, kw_only=True):
    """The best post that was not shown."""

    item_id: str
    net_micros: float


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """Why one slot of a decision holds what it holds."""

    receipt_id: str
    slot: int
    item_id: str
    domain: str
    domain_id: str | None
    domain_kind: str
    source: str
    personalised: bool
    parts: list[Part]
    """Largest share of the value first, nothing that adds nothing."""
    value_micros: float
    steps: list[Step]
    net_micros: float
    payment_micros: int
    runner_up: RunnerUp | None
    propensity: float
    by_chance: bool
    """This slot was filled by a draw."""
    explored: float
    """Share of slots that are filled by a draw."""
    candidates: int
    impressions: int
    """Of the post so far."""
    stayed: int
    """Of those, how many stayed."""
    tags: tuple[str, ...]
    """Of the post, those the viewer said they like."""
    topic: str | None
    """The post's first tag."""
    terms: list[TermNote]
    """What its chances are made of, the term worth most first, whatever its sign; `since`: what has moved since."""
    untold: Untold | None
    """Why `terms` is empty: weights or item lists are no longer there, or the viewer has withdrawn consent."""
    ad: AdNote | None = None
    """Of a paid slot: who pays, for what, and how much; its `terms` are empty."""
    identical: bool
    """Deciding again from the receipt gives the same."""


class _At(msgspec.Struct, frozen=True):
    """Which slot is being told."""

    receipt: str
    index: int
    identical: bool


class Explainer:
    """Reads single slots of one community's receipts. Every call reads log and records: call it in a thread."""

    def __init__(
        self,
        community: Community,
        records: Records,
        receipts: Receipts,
        terms: ValueTerms,
        state: StateView,
        directory: DirectoryView,
        kernels: Kernels,
    ) -> None:
        self._community = community.id
        self._records, self._receipts, self._terms = records, receipts, terms
        self._state, self._directory, self._kernels = state, directory, kernels

    def reasons(self, viewer: str | None, receipt: str, slot: int) -> Reasons:
        """Read one slot of a decision.

        Args:
            viewer: Who asks about their own decision; None for the operator, who may ask about any.
            receipt: Its id.
            slot: From 1.

        Raises:
            UnknownError: There is no such receipt, it was made for somebody else, or has no such slot.
            GoneError: Its viewer has been erased.
        """
        decision = self._receipts.decision(receipt)
        if viewer is not None and not self._is_of(decision, viewer):
            raise UnknownError("receipt_unknown", "there is no such receipt here")
        if not 1 <= slot <= decision.page.size:
            raise UnknownError("slot_unknown", "this decision has no such slot")
        policy = self._receipts.versions.policy(decision.policy_version)
        prices = self._receipts.versions.prices(decision.price_version)
        campaigns = self._receipts.versions.campaigns(decision)
        same = replay(self._kernels, decision, policy, prices, campaigns).identical
        if decision.page[slot - 1] < 0:
            return self._of_ad(decision, policy, prices, _At(receipt, slot - 1, same))
        return self._told(decision, policy, prices, _At(receipt, slot - 1, same))

    def _is_of(self, decision: Decision, viewer: str) -> bool:
        row = self._directory.person_row(viewer)
        return row >= 0 and decision.person == self._directory.ordinal(row)

    def _told(self, decision: Decision, policy: Policy, prices: PriceVector, at: _At) -> Reasons:
        pool, choice, directory = decision.pool, decision.choice, self._directory
        place = int(decision.page[at.index])
        rank = int(np.flatnonzero(choice.pool_index == place)[0])
        item, domain = int(pool.item[place]), int(pool.domain[place])
        kind = DomainKind(int(pool.domain_kind[place]))
        net = pool_net(self._kernels, pool, np.array(worth_vector(policy)), prices) / NET_UNIT
        parts = _parts(policy, chances_of(pool.chances[place]))
        given = self._records.item_at(self._community, item).given
        terms = self._terms.then(decision, policy, choice.pool_index[rank : rank + 1])
        total = self._state.item_ring[item].sum(axis=0) + self._state.item_old[item]
        return Reasons(
            receipt_id=at.receipt,
            slot=at.index + 1,
            item_id=directory.item_id(item),
            domain=WORDS[kind],
            domain_id=directory.domain_id(domain) if domain >= 0 else None,
            domain_kind=kind.name.lower(),
            source=Source(int(pool.source[place])).name.lower(),
            personalised=decision.personalised,
            parts=parts,
            value_micros=round(sum(part.micros for part in parts), 3),
            steps=_steps(policy, prices, int(pool.promises[place]), int(pool.rank[place])),
            net_micros=round(float(net[place]), 3),
            payment_micros=0,
            runner_up=self._runner_up(decision, net),
            propensity=float(choice.propensity[rank]),
            by_chance=at.index == decision.slot_of_chance,
            explored=policy.exploration_share,
            candidates=decision.candidate.size,
            impressions=int(total[COUNT_IMPRESSIONS]),
            stayed=int(total[FactKind.LONG_VIEW]),
            tags=self._liked(decision, given.tags),
            topic=given.tags[0] if given.tags else None,
            terms=terms.each[0],
            untold=terms.untold,
            identical=at.identical,
        )

    def _of_ad(self, decision: Decision, policy: Policy, prices: PriceVector, at: _At) -> Reasons:
        """Explain a paid slot: its own value is as a post's, and what is paid stands in `ad`."""
        assert decision.paid is not None
        ads, place = decision.paid.ads, int(-1 - decision.page[at.index])
        item = int(ads.item[place])
        net = pool_net(self._kernels, decision.pool, np.array(worth_vector(policy)), prices)
        notes = ad_notes(self._kernels, decision, policy, net, self._directory)
        note = next(note for note in notes if note.slot == at.index + 1)
        parts = _parts(policy, chances_of(ads.chances[place]))
        given = self._records.item_at(self._community, item).given
        total = self._state.item_ring[item].sum(axis=0) + self._state.item_old[item]
        return Reasons(
            receipt_id=at.receipt,
            slot=at.index + 1,
            item_id=note.item_id,
            domain=WORDS[DomainKind.PUBLIC],
            domain_id=None,
            domain_kind=DomainKind.PUBLIC.name.lower(),
            source=Source.AD.name.lower(),
            personalised=decision.personalised,
            parts=parts,
            value_micros=round(sum(part.micros for part in parts), 3),
            steps=[],
            net_micros=round(note.user_value + note.bid * note.expected_action * note.pace, 3),
            payment_micros=note.payment,
            runner_up=None,
            propensity=1.0,
            by_chance=False,
            explored=policy.exploration_share,
            candidates=decision.candidate.size,
            impressions=int(total[COUNT_IMPRESSIONS]),
            stayed=int(total[FactKind.LONG_VIEW]),
            tags=self._liked(decision, given.tags),
            topic=given.tags[0] if given.tags else None,
            terms=[],
            untold=None,
            ad=note,
            identical=at.identical,
        )

    def _runner_up(self, decision: Decision, net: np.ndarray) -> RunnerUp | None:
        """Return the best of the pool that was not shown and may still be told of."""
        shown = set(decision.choice.pool_index.tolist())
        for index in np.argsort(-net, kind="stable").tolist():
            row = int(decision.pool.item[index])
            if index not in shown and self._state.items["state"][row] == 1:
                item_id = self._directory.item_id(row)
                return RunnerUp(item_id=item_id, net_micros=round(float(net[index]), 3))
        return None

    def _liked(self, decision: Decision, tags: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of a post's tags that the viewer said they like."""
        row = self._directory.rows_of_ordinals([decision.person])[0]
        viewer = self._directory.person_ids[row] if row >= 0 else None
        if viewer is None:
            return ()
        wanted = self._records.person(self._community, viewer).given.interests
        return tuple(tag for tag in tags if wanted.get(tag, 0) > 0)


def _parts(policy: Policy, chances: np.ndarray) -> list[Part]:
    parts = []
    for outcome, chance in zip(OUTCOMES, chances.tolist(), strict=True):
        worth = float(policy.worths.get(outcome, 0))
        amount = chance * WATCH_UNIT_SECONDS if outcome == "watch" else chance
        if amount * worth:
            parts.append(Part(outcome=outcome, chance=amount, worth=worth, micros=amount * worth))
    return sorted(parts, key=lambda part: -abs(part.micros))


def _steps(policy: Policy, prices: PriceVector, promises: int, rank: int) -> list[Step]:
    steps = []
    for bit, promise in bits_of(policy).items():
        micros = prices.signs[bit] * prices.prices[bit] if promises >> bit & 1 else 0.0
        if promise.kind == "gini":
            micros = -prices.gini * rank / 32767
        if micros:
            steps.append(Step(promise=promise.id, kind=promise.kind, micros=round(micros, 3)))
    return steps
