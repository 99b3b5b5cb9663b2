"""From a decision to the answer on the wire: slots with beacons, the cursor, the explanation."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import numpy as np

from lodestone.ads.boosted import is_boost
from lodestone.base.arrays import Bools
from lodestone.base.clock import SECOND_MICROS
from lodestone.events.beacon import Beacon, mint_all
from lodestone.events.facts import FLAG_EXPLORED, FLAG_PAID
from lodestone.events.outcomes import OUTCOMES, WATCH_UNIT_SECONDS, DomainKind, Source
from lodestone.events.wire import SLOT_MAX
from lodestone.features.layout import KINDS, LABELS
from lodestone.features.view import DirectoryView, StateView
from lodestone.services.feed.ad_notes import ad_notes
from lodestone.services.feed.cursor import Chain, encode_cursor
from lodestone.services.feed.messages import Explain, Feed, FeedSlot, PriceNote, SlotNote, TermNote
from lodestone.services.feed.stages import Stages
from lodestone.services.support.ids import receipt_id
from lodestone.traffic.decision import Decision, DropReason, Rows
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import pool_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.pricer import bits_of
from lodestone.traffic.prices import NET_UNIT, PriceVector, chances_of
from lodestone.traffic.slots import true_sum

Word = Literal["public", "middle", "private"]
WORDS: dict[DomainKind, Word] = {
    DomainKind.PUBLIC: "public", DomainKind.PLACE: "middle", DomainKind.CHANNEL: "middle",
    DomainKind.PROFESSION: "middle", DomainKind.PRIVATE: "private",
}  # fmt: skip
_SOURCES = [source.name.lower() for source in Source]
_DOMAINS = [WORDS[kind] for kind in DomainKind]
_WARNING: Final = tuple(None if label == "show" else label for label in LABELS)
AD_LABEL: Final = "ad"
BOOST_LABEL: Final = "boost"
_OF_AD: Final = (int(DomainKind.PUBLIC), -1, int(Source.AD), 0)
_COUNTED: Final = range(1, SLOT_MAX + 1)


class Answers:
    """Writes answers for one community."""

    def __init__(
        self, state: StateView, directory: DirectoryView, secret: bytes, kernels: Kernels
    ) -> None:
        self._state = state
        self._directory = directory
        self._secret = secret
        self._kernels = kernels

    def feed(
        self, decision: Decision, viewer: str, chain: Chain, explain: Explain | None, beyond: Bools
    ) -> Feed:
        """Write the answer to a request; `beyond` says which slots hold what the viewer may not order, shape (filled,)."""
        shown = decision.pool.item[decision.posts]
        slots = self._slots(decision, decision.items)
        for slot, out_of_reach in enumerate(beyond.tolist()):
            if out_of_reach:
                slots[slot] = msgspec.structs.replace(slots[slot], orderable=False)
        cursor = None
        # A short page is no empty pool; one that shows nothing ends the chain even where a source is down.
        if slots and not (decision.last and whole(decision)):
            cursor = encode_cursor(
                self._secret, viewer, chain.then(decision.sequence, tuple(shown.tolist()))
            )
        more = {} if explain is None else {"explain": explain}
        return Feed(
            receipt_id=receipt_id(self._secret, decision.sequence),
            slots=slots,
            next_cursor=cursor,
            degraded=list(decision.degraded),
            personalised=decision.personalised,
            **more,
        )

    def _slots(self, decision: Decision, item: Rows) -> list[FeedSlot]:
        here = decision.domain
        items, rows = self._state.items, item.tolist()
        explored, facts = decision.slot_of_chance + 1, _facts(decision)
        served, surface, sequence = (
            decision.time // SECOND_MICROS,
            decision.surface,
            decision.sequence,
        )
        person = decision.person & 0xFFFFFFFF if decision.person >= 0 else 0xFFFFFFFF
        beacons = mint_all(
            self._secret,
            [
                Beacon(
                    sequence, promises, row, served, person, domain, kind, source, surface, slot,
                    FLAG_EXPLORED if slot == explored else FLAG_PAID if source == Source.AD else 0,
                )
                for slot, row, (kind, domain, source, promises) in zip(_COUNTED, rows, facts, strict=False)
            ],
        )  # fmt: skip
        people, names, area = self._directory.person_ids, self._directory, self._directory.domain_id
        owners, kinds, labels = (items[name][item].tolist() for name in ("owner", "kind", "label"))
        notice = self._state.marks.label
        slots = [
            FeedSlot(
                slot=slot, item_id=names.item_id(row), author_id=(people[owner] or "") if owner >= 0 else "",
                kind=KINDS[what], domain=_DOMAINS[kind], domain_id=area(domain) if domain >= 0 else None,
                source=_SOURCES[source], paid=False, beacon=beacon, label=_WARNING[label],
                pinned=slot <= decision.pinned, notice=notice(here, row) or notice(domain, row),
            )
            for slot, row, owner, what, label, (kind, domain, source, _), beacon in zip(
                _COUNTED, rows, owners, kinds, labels, facts, beacons, strict=False
            )
        ]  # fmt: skip
        if decision.paid is not None:
            for winner in decision.paid.outcome.winners:
                ad_id = decision.paid.ads.ad_id[winner.ad]
                slots[winner.slot] = msgspec.structs.replace(
                    slots[winner.slot],
                    paid=True,
                    label=BOOST_LABEL if is_boost(ad_id) else AD_LABEL,
                    ad_id=ad_id,
                )
        return slots

    def explain(
        self, decision: Decision, policy: Policy, prices: PriceVector, stages: Stages,
        terms: Sequence[list[TermNote]],
    ) -> Explain:  # fmt: skip
        """Say in numbers why each slot holds what it holds; `terms` are those of each post of the slate, or none."""
        pool, choice = decision.pool, decision.choice
        worths = np.array(worth_vector(policy))
        chances = chances_of(pool.chances)
        net = pool_net(self._kernels, pool, worths, prices)
        worth_by_outcome = {name: float(policy.worths.get(name, 0)) for name in OUTCOMES}
        shown = set(choice.pool_index.tolist())
        rest = [index for index in range(pool.item.size) if index not in shown]
        runner = self._directory.item_id(int(pool.item[rest[0]])) if rest else None
        slots, place = [], {index: rank for rank, index in enumerate(choice.pool_index.tolist())}
        for slot, index in enumerate(decision.page.tolist()):
            if index < 0:
                continue
            chance = dict(zip(OUTCOMES, chances[index].tolist(), strict=True))
            chance["watch"] *= WATCH_UNIT_SECONDS
            slots.append(
                SlotNote(
                    slot=slot + 1, item_id=self._directory.item_id(int(pool.item[index])),
                    chances={name: round(value, 6) for name, value in chance.items()}, worths=worth_by_outcome,
                    prices=_price_notes(policy, prices, int(pool.promises[index]), int(pool.rank[index])),
                    value=round(float(chances[index] @ worths), 3), net=float(net[index]) / NET_UNIT,
                    propensity=float(choice.propensity[place[index]]), payment=0, runner_up=runner,
                    terms=terms[place[index]] if terms else [],
                )
            )  # fmt: skip
        return Explain(
            stages=stages.notes,
            slots=slots,
            dropped=dropped(decision),
            personalised=decision.personalised,
            exact=choice.exact,
            bound_micros=slate_micros(choice.bound),
            objective_micros=slate_micros(choice.objective),
            relaxed=relaxed(decision, policy),
            ads=ad_notes(self._kernels, decision, policy, net, self._directory),
        )


def whole(decision: Decision) -> bool:
    """Say whether every post of the organic slate was sent; ads may have pushed some off the page."""
    return decision.paid is None or not decision.paid.outcome.displaced.size


def _facts(decision: Decision) -> list[tuple[int, int, int, int]]:
    """Return domain kind, domain, source and promises of each slot; an ad comes through no domain and consumes no promise."""
    pool, posts = decision.pool, decision.posts
    columns = (pool.domain_kind, pool.domain, pool.source, pool.promises)
    facts = list(zip(*(column[posts].tolist() for column in columns), strict=True))
    if decision.paid is not None:
        for winner in decision.paid.outcome.winners:
            facts.insert(winner.slot, _OF_AD)
    return facts


def slate_micros(objective: int) -> float:
    """Return an objective, or a bound on one, in micros: what was shown, and nothing for what was not."""
    return true_sum(objective) / NET_UNIT / 1000


def relaxed(decision: Decision, policy: Policy) -> dict[str, int]:
    """Return the slate rules that gave way for a full page, by policy field, with what they came down or up to."""
    choice = decision.choice
    limits = {"author_gap": choice.author_gap, "author_max": choice.author_max}
    return {
        name: value
        for name, value in limits.items()
        if decision.slate_rules > 1 and value != getattr(policy, name)
    }


def dropped(decision: Decision) -> dict[str, int]:
    """Count the candidates not shown by reason."""
    counts = np.bincount(decision.reason, minlength=64)
    return {
        reason.name.lower(): int(counts[reason])
        for reason in DropReason
        if reason is not DropReason.SHOWN and counts[reason]
    }


def _price_notes(policy: Policy, prices: PriceVector, promises: int, rank: int) -> list[PriceNote]:
    notes = [
        PriceNote(promise=promise.id, micros=round(prices.signs[bit] * prices.prices[bit], 3))
        for bit, promise in bits_of(policy).items()
        if promises >> bit & 1 and prices.prices[bit]
    ]
    if prices.gini and rank:
        notes.append(PriceNote(promise="gini", micros=round(-prices.gini * rank / 32767, 3)))
    return notes
