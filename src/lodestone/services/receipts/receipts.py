"""Receipts: list them, read one, replay one."""

from base64 import b32encode
from typing import Final

import msgspec
import numpy as np

from lodestone.base.errors import (
    GoneError,
    UnknownError,
)
from lodestone.base.list_page import cursor_refused
from lodestone.base.signed import keyed_tag
from lodestone.base.wire import time_text
from lodestone.content import Community
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import (
    COUNT_IMPRESSIONS,
    COUNT_WATCHED,
    OUTCOMES,
    WATCH_UNIT_SECONDS,
    DomainKind,
    Source,
)
from lodestone.services.feed.ad_notes import ad_notes
from lodestone.services.feed.messages import AdNote
from lodestone.services.feed.response import WORDS, dropped, relaxed, slate_micros
from lodestone.services.receipts.versions import Versions
from lodestone.services.support.ids import receipt_id, receipt_sequence
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.stores.log.port import Log, ReceiptParts
from lodestone.traffic.codec import decode, decode_who
from lodestone.traffic.decision import Decision, DropReason
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import pool_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.pricer import bits_of
from lodestone.traffic.prices import NET_UNIT, PriceVector, chances_of
from lodestone.traffic.replay import replay

ERASED: Final = -2
DISPLACED: Final = "displaced"
"""Instead of a drop reason: chosen for the organic slate, and pushed off the page by ads."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One pool candidate as a receipt shows it."""

    item_id: str
    domain: str
    source: str
    chances: dict[str, float]
    value: float
    net: float
    promises: list[str]
    reason: str | None
    slot: int | None
    propensity: float | None
    pinned: bool
    """Moderators of the domain put it first; it stood in no contest."""


class ReceiptOut(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt in words and numbers."""

    receipt_id: str
    time: str
    viewer: str | None
    surface: str
    domain_id: str | None
    slots: int
    policy_version: int
    price_version: int
    predictor_version: str
    personalised: bool
    arm: str
    degraded: list[str]
    worths: dict[str, float]
    prices: dict[str, float]
    explored_slot: int | None
    draw_propensity: float
    slate_propensity: float
    objective_micros: float
    bound_micros: float
    exact: bool
    slate_rules: int
    """By which rules the slate was filled; 1 left slots empty."""
    relaxed: dict[str, int]
    """The slate rules that gave way so that the page is full, by policy field, and to what."""
    last: bool
    """Nothing that may be shown was left beyond this page."""
    payment: int
    """Of all ads on the page together, when what each buys happens; micros."""
    ads: list[AdNote]
    """The paid slots."""
    slate: list[Candidate]
    """The organic posts that were sent."""
    pool: list[Candidate]
    candidates: int
    dropped: dict[str, int]
    chain: list[str]


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt in one line of a list; whom it was for appears only as a pseudonym."""

    receipt_id: str
    time: str
    viewer: str | None
    """The same for the same person, and nothing an app would know; null for nobody signed in."""
    erased: bool
    """Its viewer has been erased: it can no longer be opened."""
    surface: str
    domain_id: str | None
    candidates: int
    slots: int
    filled: int
    explored_slot: int | None
    degraded: list[str]
    personalised: bool


class ReceiptList(msgspec.Struct, frozen=True):
    """The latest receipts, newest first."""

    data: list[ReceiptLine]
    next_cursor: str | None


class ReplayOut(msgspec.Struct, frozen=True):
    """Whether a decision follows again from its receipt, and what differs when it does not."""

    identical: bool
    differences: list[str]


class Receipts:
    """Receipts of one community. Every call reads the log or the records: call it in a thread."""

    def __init__(
        self,
        community: Community,
        log: Log,
        directory: DirectoryView,
        versions: Versions,
        kernels: Kernels,
    ) -> None:
        self._secret = community.secret
        self._log, self._directory = log, directory
        self.versions, self._kernels = versions, kernels

    def show(self, text: str) -> ReceiptOut:
        """Return a receipt.

        Raises:
            UnknownError: There is no such receipt here.
            GoneError: Its viewer has been erased.
        """
        return self._out(self.decision(text))

    def latest(self, limit: int, before: str | None = None) -> ReceiptList:
        """List receipts, newest first.

        Args:
            limit: How many at most.
            before: The receipt to go on from, `next_cursor` of the list before.

        Raises:
            InvalidError: The cursor is not one of ours.
        """
        end = self._log.receipt_next()
        if before is not None:
            sequence = receipt_sequence(self._secret, before)
            if sequence is None:
                raise cursor_refused()
            end = min(end, sequence)
        first = max(0, end - limit)
        lines = [self._line(parts) for parts in self._log.receipts(first, end)][::-1]
        return ReceiptList(lines, receipt_id(self._secret, first) if first and lines else None)

    def line(self, text: str) -> ReceiptLine:
        """Return the line of one receipt. Raises UnknownError."""
        return self._line(self._parts(text))

    def _line(self, parts: ReceiptParts) -> ReceiptLine:
        person = self._person(parts)
        decision = decode(parts.what, person)
        return ReceiptLine(
            receipt_id=receipt_id(self._secret, parts.sequence),
            time=time_text(decision.time),
            viewer=pseudonym(self._secret, person) if person >= 0 else None,
            erased=person == ERASED,
            surface=SURFACES[decision.surface],
            domain_id=self._directory.domain_id(decision.domain) if decision.domain >= 0 else None,
            candidates=int(decision.candidate.size),
            slots=decision.slots,
            filled=int(decision.page.size),
            explored_slot=decision.slot_of_chance + 1 if decision.slot_of_chance >= 0 else None,
            degraded=list(decision.degraded),
            personalised=decision.personalised,
        )

    def decision(self, text: str) -> Decision:
        """Return the decision behind an id; raises as `show`."""
        return self._read(self._parts(text))

    def _parts(self, text: str) -> ReceiptParts:
        sequence = receipt_sequence(self._secret, text)
        parts = None if sequence is None else self._log.receipt(sequence)
        if parts is None:
            raise UnknownError("receipt_unknown", "there is no such receipt here")
        return parts

    def replay(self, text: str) -> ReplayOut:
        """Decide again from a receipt's own contents; raises as `show`."""
        decision = self.decision(text)
        replayed = replay(
            self._kernels,
            decision,
            self.versions.policy(decision.policy_version),
            self.versions.prices(decision.price_version),
            self.versions.campaigns(decision),
        )
        return ReplayOut(replayed.identical, list(replayed.differences))

    def _read(self, parts: ReceiptParts) -> Decision:
        person = self._person(parts)
        if person == ERASED:
            raise GoneError(
                "erased", "the viewer of this receipt has been erased, and it with them"
            )
        return decode(parts.what, person)

    def _person(self, parts: ReceiptParts) -> int:
        """Return the ordinal of a receipt's viewer, -1 for nobody, ERASED when it is gone."""
        if not parts.who:
            return ERASED
        person, _ = decode_who(parts.who)
        directory = self._directory
        if person < 0:
            return person
        row = directory.row_of_ordinal(person)
        return ERASED if row < 0 or directory.person_ids[row] is None else person

    def _out(self, decision: Decision) -> ReceiptOut:
        choice, pool = decision.choice, decision.pool
        versions = self.versions
        policy = versions.policy(decision.policy_version)
        prices = versions.prices(decision.price_version)
        net = pool_net(self._kernels, pool, np.array(worth_vector(policy)), prices)
        slot_of = {index: slot for slot, index in enumerate(decision.page.tolist())}
        rank_of = {index: rank for rank, index in enumerate(choice.pool_index.tolist())}
        described = [
            self._candidate(decision, policy, net, index, (slot_of.get(index), rank_of.get(index)))
            for index in range(pool.item.size)
        ]
        row = self._directory.row_of_ordinal(decision.person) if decision.person >= 0 else -1
        ads = ad_notes(self._kernels, decision, policy, net, self._directory)
        return ReceiptOut(
            receipt_id=receipt_id(self._secret, decision.sequence),
            time=time_text(decision.time),
            viewer=self._directory.person_ids[row] if row >= 0 else None,
            surface=SURFACES[decision.surface],
            domain_id=self._directory.domain_id(decision.domain) if decision.domain >= 0 else None,
            slots=decision.slots,
            policy_version=policy.version,
            price_version=prices.version,
            predictor_version=decision.predictor_version,
            personalised=decision.personalised,
            arm=decision.arm,
            degraded=list(decision.degraded),
            worths={name: float(policy.worths.get(name, 0)) for name in OUTCOMES},
            prices=promise_prices(policy, prices),
            explored_slot=decision.slot_of_chance + 1 if decision.slot_of_chance >= 0 else None,
            draw_propensity=choice.draw_propensity,
            slate_propensity=choice.slate_propensity,
            objective_micros=slate_micros(choice.objective),
            bound_micros=slate_micros(choice.bound),
            exact=choice.exact,
            slate_rules=decision.slate_rules,
            relaxed=relaxed(decision, policy),
            last=decision.last,
            payment=sum(note.payment for note in ads),
            ads=ads,
            slate=[described[index] for index in decision.posts.tolist()],
            pool=described,
            candidates=decision.candidate.size,
            dropped=dropped(decision),
            chain=[receipt_id(self._secret, sequence) for sequence in decision.chain],
        )

    def _candidate(
        self,
        decision: Decision,
        policy: Policy,
        net: np.ndarray,
        index: int,
        at: tuple[int | None, int | None],
    ) -> Candidate:
        """Describe an entry of the pool; `at` is its slot on the page and its place in the organic slate."""
        pool, (slot, rank) = decision.pool, at
        chances = chances_of(pool.chances[index])
        by_outcome = dict(
            zip(OUTCOMES, (round(float(chance), 6) for chance in chances), strict=True)
        )
        by_outcome["watch"] = round(by_outcome["watch"] * WATCH_UNIT_SECONDS, 4)
        place = int(np.searchsorted(decision.candidate, pool.item[index]))
        reason = DropReason(int(decision.reason[place]))
        promises = int(pool.promises[index])
        return Candidate(
            item_id=self._directory.item_id(int(pool.item[index])),
            domain=WORDS[DomainKind(int(pool.domain_kind[index]))],
            source=Source(int(pool.source[index])).name.lower(),
            chances=by_outcome,
            value=round(float(chances @ np.array(worth_vector(policy))), 3),
            net=float(net[index]) / NET_UNIT,
            promises=[
                promise.id for bit, promise in bits_of(policy).items() if promises >> bit & 1
            ],
            reason=_reason(reason, slot),
            slot=None if slot is None else slot + 1,
            pinned=index < decision.pinned,
            propensity=None if rank is None else float(decision.choice.propensity[rank]),
        )


def _reason(reason: DropReason, slot: int | None) -> str | None:
    if reason is not DropReason.SHOWN:
        return reason.name.lower()
    return DISPLACED if slot is None else None


def pseudonym(secret: bytes, ordinal: int) -> str:
    """Name a person for those who may not know who it is: seven letters, the same every time.

    >>> pseudonym(b"k", 1) == pseudonym(b"k", 1) != pseudonym(b"k", 2)
    True
    """
    tag = keyed_tag(secret, ordinal.to_bytes(8, "big"), size=5, purpose=b"pseudonym")
    return b32encode(tag).decode()[:7]


def promise_prices(policy: Policy, prices: PriceVector) -> dict[str, float]:
    """Return the dual price of each promise in micros, the rank price for gini."""
    return {
        promise.id: round(prices.gini if promise.kind == "gini" else prices.prices[bit], 3)
        for bit, promise in bits_of(policy).items()
    }


def item_counters(state: StateView, row: int) -> dict[str, int]:
    """Return an item's counters over all days; what was watched in whole seconds."""
    total = state.item_ring[row].sum(axis=0) + state.item_old[row]
    counters = {name: int(total[index]) for index, name in enumerate(OUTCOMES)}
    del counters["watch"]
    counters["watch_seconds"] = int(total[COUNT_WATCHED]) // 10
    counters["impressions"] = int(total[COUNT_IMPRESSIONS])
    return counters
