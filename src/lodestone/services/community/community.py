"""The engine of one community: every use case that touches its serving state, on one thread."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import Instant
from lodestone.base.errors import InternalError
from lodestone.base.loop_times import section
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.wire import EventIn, Refusal, Verdicts
from lodestone.features.domain_marks import value_of
from lodestone.features.layout import PRODUCT, DomainRow, ItemRow, MarkRow, PersonRow
from lodestone.models.alike import Alike
from lodestone.models.nearby import Nearby, NearbyTable
from lodestone.models.popular import Popular
from lodestone.models.rates import Rates, RatesModel
from lodestone.services.access import Principal
from lodestone.services.commerce.commands import Trade
from lodestone.services.community import outbox
from lodestone.services.community.accepting import accept, take
from lodestone.services.community.ad_billing import AdBilling
from lodestone.services.community.applying import apply
from lodestone.services.community.creators_clock import boost_clock
from lodestone.services.community.gathering import Gathering
from lodestone.services.community.parts import Parts
from lodestone.services.community.presence import present_of
from lodestone.services.community.price_steps import price_step
from lodestone.services.community.read_ahead import Ahead
from lodestone.services.community.tick import tick
from lodestone.services.community.trust import check_feed
from lodestone.services.feed.cursor import Chain, decode_cursor
from lodestone.services.feed.hydrate import Hydrator
from lodestone.services.feed.messages import Feed, FeedRequest
from lodestone.services.feed.recently_served import RecentlyServed
from lodestone.services.feed.response import Answers
from lodestone.services.feed.setting import Setting
from lodestone.services.feed.slot_lookup import SlotLookup, item_at
from lodestone.services.feed.stages import Stages
from lodestone.services.feed.value_terms import ValueTerms
from lodestone.services.ingest.report_queue import ReportQueue
from lodestone.services.ingest.shapes import ParsedEvents
from lodestone.services.ingest.system_facts import fact_key, one_fact, topic_of
from lodestone.services.ingest.trade_facts import TradeFacts
from lodestone.services.ingest.validate import Ingest
from lodestone.services.learning.item_lists import ItemLists
from lodestone.services.ledger.posting import Money
from lodestone.services.live.rooms import Live
from lodestone.services.support.encryption import Sealer
from lodestone.services.support.failures import Failures
from lodestone.services.support.ids import decision_seed, receipt_sequence
from lodestone.services.support.record_writes import Writes
from lodestone.services.support.vocabulary import TermBook
from lodestone.stores.records.types import Change
from lodestone.traffic.candidates import Pricing
from lodestone.traffic.choose import Rules, rules_of
from lodestone.traffic.codec import DecisionPacker, encode, encode_who
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.policy import worth_vector
from lodestone.traffic.pricer import PricerState
from lodestone.traffic.prices import PriceVector, price_arrays


class Engine:
    """One community at work. Called on the event loop's thread only."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.community = parts.record.community
        self.secret = self.community.secret
        self.log, self.state, self.directory = parts.log, parts.state, parts.directory
        self.housekeeper = parts.housekeeper
        self.served = RecentlyServed()
        self.sealer = Sealer(parts.directory)
        self.terms = TermBook(parts.records, parts.record.id, parts.directory)
        self.slots = SlotLookup(parts.log, self.secret)
        self.ingest = Ingest(
            parts.directory, self.secret, parts.record.given.time_zone,
            slot_of=self.slots.of, seal=self.sealer.seal,
        )  # fmt: skip
        self.hydrator = Hydrator(parts.state, parts.directory)
        self._answers = Answers(parts.state, parts.directory, self.secret, parts.kernels)
        self.failures = Failures(self.now, self.community.id)
        self.unfollowed: dict[str, Change] = {}
        self.unapplied: dict[str, Facts] = {}
        """Facts that the log has and the state has not, by their keys."""
        self.torn = False
        self.applying = 0
        """Batches of record changes that the log has and the state is taking in."""
        self.unopened = False
        """Whether a record did not open as the community did: its row is empty."""
        self.money = Money(
            parts.records, parts.record, self.now, self.ingest.day, failures=self.failures
        )
        self.item_lists = ItemLists(
            self.state, self.directory, self, self.failures, self, parts.maker
        )
        self.value_terms = ValueTerms(
            self.state, self.directory, parts.decider, lambda: self.housekeeper.model,
            self.item_lists.of,
        )  # fmt: skip
        self._packer = DecisionPacker()
        self.writing = asyncio.Lock()
        self.writes = Writes(self, parts.records)
        self.gathering = Gathering(self)
        self.deeds = TradeFacts(self.ingest, self.directory, self.secret)
        self.trade = Trade(
            self.community, parts.records, self, self, self.failures, parts.providers,
            partial(present_of, self.state, self.directory),
        )  # fmt: skip
        self.live = Live(
            self.community, parts.records, self.writes, self, self.failures, partial(item_at, self.log)
        )  # fmt: skip
        self.reports = ReportQueue(self.community.id, parts.log, parts.records)
        self.billing = AdBilling(self)
        self.boosts = boost_clock(self)
        self._sequence = parts.log.number_next()
        self._take_policy()

    def now(self) -> Instant:
        """Return the community's present instant."""
        return self.parts.clock.now()

    async def feed(
        self, request: FeedRequest, who: Principal, *, again: bool = False, terms: bool = True
    ) -> Feed:
        """Decide a page; complete once its receipt is durable.

        With `again` asking uses nothing up: what was served lately may come again, and so may this page.
        Without `terms` an explanation says what each slot is worth, and not what its chances are made of.

        Raises:
            ForbiddenError: See `trust.check_feed`.
            InvalidError: A field does not fit; names it.
            UnknownError: The domain is not one of this community.
            UnavailableError: The receipt cannot be stored, so nothing is shown.
        """
        check_feed(who, self.community.id, request)
        stages = Stages(self.parts.cpu if request.explain else None)
        stages.start()
        now = self.now()
        name = f"{request.viewer or ''}/{request.session or ''}"
        chain = decode_cursor(self.secret, name, request.cursor) if request.cursor else Chain()
        keeper = self.housekeeper
        viewer = self.hydrator.viewer(request, keeper.policy, now, gated=keeper.sweep.gated)
        lately = [] if again else self.served.rows(viewer.key, now)
        setting = self.setting(request, now, chain, lately)
        stages.done("hydrate", 0, 0)
        decision = self.parts.decider.decide(viewer, setting, stages, keeper.account)
        who_part = encode_who(decision.person, self.sealer.position(viewer.row, request.position))
        receipt = self.log.record(decision.sequence, who_part, self._packer.pack(encode(decision)))
        done = self.billing.recorded(decision, receipt)
        shown = decision.pool.item[decision.posts]
        stages.done("receipt", decision.candidate.size, shown.size)
        self._sequence += 1
        if not again:
            self.served.add(viewer.key, now, tuple(shown.tolist()))
            self.parts.decider.placer.served(viewer.key, now, decision.paid)
        explain = None
        if request.explain:
            why = self.value_terms.now(decision, keeper.policy) if terms else []
            explain = self._answers.explain(decision, keeper.policy, self.prices, stages, why)
        beyond = self.parts.decider.beyond(viewer, decision.items)
        feed = self._answers.feed(decision, name, chain, explain, beyond)
        with section("maintenance"):
            keeper.work()
        if keeper.due(now):
            await self.failures.attempt("prices", partial(self.price_step, now))
        await done
        return feed

    def setting(
        self, request: FeedRequest, now: Instant, chain: Chain, lately: list[int]
    ) -> Setting:  # fmt: skip
        """Return what holds for the next decision."""
        sequence, keeper = self._sequence, self.housekeeper
        rules = self._rules.get(request.slots)
        if rules is None:
            rules = rules_of(keeper.policy, request.slots, self.prices.slot_value)
            self._rules[request.slots] = rules
        return Setting(
            policy=keeper.policy, prices=self.prices, pricing=self._pricing,
            author_rank=keeper.sweep.author_rank,
            gate=keeper.sweep.gate, sequence=sequence, seed=decision_seed(self.secret, sequence),
            now=now, chain=chain.sequences, slots=request.slots, rules=rules, could=self._could,
            served=[*chain.rows, *lately], clock=self.ingest.clock(now),
        )  # fmt: skip

    @property
    def prices(self) -> PriceVector:
        """Return the price vector in force."""
        return self.housekeeper.pricer.vector

    async def price_step(self, now: Instant) -> None:
        """Move the prices, see `community.price_steps`."""
        await price_step(self, now, self._sequence)

    def _take_policy(self) -> None:
        self._worths = np.array(worth_vector(self.housekeeper.policy))
        self.take_prices()

    def take_prices(self) -> None:
        """Lay out for the kernels what holds until prices or policy change."""
        budgets = np.array(self.prices.budgets, np.float64)
        self._pricing = Pricing(self._worths, *price_arrays(self.prices), budgets)
        self._could = (np.array(self.prices.signs) != 0).astype(np.uint8)
        self._rules: dict[int, Rules] = {}

    def resume_prices(self, pricer: PricerState | None) -> None:
        """Go on from the newest price vector that was stored."""
        self.housekeeper.resume(pricer)
        self.billing.pacing.take(self.prices.budgets, self.now())
        self.take_prices()

    async def tick(self) -> None:
        """Do what the clock alone makes due; see `community.tick`. Raises UnavailableError."""
        await tick(self)

    # Events

    async def accept(
        self, events: Sequence[EventIn | Refusal], who: Principal, *, history: bool = False,
        read: bool = False, agent: bytes = b"",
    ) -> Verdicts:  # fmt: skip
        """Judge, store and apply a batch; complete once it is durable and the next feed sees it.

        `history`: an import brings them; `read`: they say that the items were consumed, see `FLAG_READ`;
        `agent`: what the sender's program calls itself, see `FLAG_BOT`.

        Raises:
            ForbiddenError, InvalidError: See `trust.check_events`.
            UnavailableError: It could not be stored; what was not may be sent again.
        """
        return await accept(self, events, who, history=history, read=read, agent=agent)

    async def take(self, judged: ParsedEvents) -> list[int]:
        """Store what was judged and apply it; see `community.accepting`."""
        return await take(self, judged)

    def apply_facts(
        self, facts: Facts, person_row: NDArray[np.int64], target_row: NDArray[np.int64]
    ) -> list[int]:
        """Apply facts that the log has; return the places of those that could not be, see `community.applying`."""
        lost = apply(self, facts, person_row, target_row)
        self.reports.applied(facts)
        try:
            self.housekeeper.touched(self.state.touched(facts))
        except Exception as error:  # noqa: BLE001  what is derived is worked out anew by the next sweep
            self.failures.failed("derived", error)
        return lost

    @property
    def whole(self) -> bool:
        """Say whether the state holds everything that the log and the records say; a snapshot is written only then."""
        return not (self.torn or self.unapplied or self.unopened or self.applying)

    async def note(
        self, kind: FactKind, person_id: str, *, author_id: str | None = None,
        domain_id: str | None = None,
    ) -> None:  # fmt: skip
        """Write one fact of an edge: a follow, a block, a membership, or its end; again changes nothing."""
        person = self.directory.people[person_id]
        row = self.directory.people[author_id] if author_id is not None else -1
        target = (
            self.directory.ordinal(row) if row >= 0 else self.directory.domain_code(domain_id or "")
        )
        ordinal = self.directory.ordinal(person)
        known = row if row >= 0 else target
        now = self.state.edges.next_time(kind, person, known, self.now())
        if now is None:
            return
        key = fact_key("edge", int(kind), ordinal, target, now, self.state.offset)
        day = self.ingest.day(Instant(now))
        fact = one_fact(kind, key, Instant(now), day, person=ordinal, target=target)
        await self.log.append(fact)
        self.ingest.remember(fact, day)
        if self.apply_facts(fact, np.array([person]), np.array([row])):
            raise InternalError("internal", "It is stored and could not be followed yet.")

    async def append_own(self, kind: FactKind, key: int, target: int) -> None:
        """Store a fact of the engine's own that moves no counter, as of now. Raises UnavailableError."""
        now = self.now()
        await self.append_fact(one_fact(kind, key, now, self.ingest.day(now), target=target))

    async def append_fact(self, facts: Facts) -> None:
        """Store facts of the engine's own that move no counter. Raises UnavailableError."""
        await self.log.append(facts)
        self.state.skip(facts.size)

    def predict_by(self, model: RatesModel) -> None:
        """Predict by other weights from now on."""
        self._predict(model, self.parts.decider.alike)
        self.housekeeper.take(model, self.now())

    def use_alike(self, alike: Alike, places: NearbyTable | None) -> None:
        """Decide by other item lists, and by what was learned of places with them, from now on."""
        self._predict(self.housekeeper.model, alike)
        self.parts.decider.nearby = Nearby(alike, places, compiled=self.compiled)

    @property
    def alike(self) -> Alike | None:
        """Return the item lists in force, None before the first."""
        return self.parts.decider.alike

    @property
    def compiled(self) -> bool:
        """Say whether this community runs on compiled kernels."""
        return self.parts.kernels is COMPILED

    def _predict(self, model: RatesModel, alike: Alike | None) -> None:
        learned = None if alike is None else alike.model
        rates = Rates(model, compiled=self.compiled, alike=learned)
        popular = Popular(rates)
        self.parts = replace(self.parts, predictor=rates, fallback=popular)
        self.parts.decider.take(rates, popular)
        self.parts.decider.alike = alike

    # Records

    async def changed(self, changes: Sequence[Change]) -> None:
        """Write record changes to the log, apply them, and let the outbox forget them; see `community.outbox`."""
        if changes:
            self.log.heard(max(change.id for change in changes) + 1)
            await outbox.take(self, changes)

    def apply_changes(self, changes: Sequence[Change], ahead: Ahead) -> None:
        """Move state, directory and lists by changes that the log already has."""
        items: list[int] = []
        if ahead.names is not None:
            self.terms.take(ahead.names)
        for change in changes:
            row = change.row
            if isinstance(row, PersonRow):
                self.put_person(change.app_id, row, ahead.keys[row.ordinal])
            elif isinstance(row, ItemRow):
                self.put_item(change.app_id, row, topic_of(row))
                if row.kind == PRODUCT:
                    self.parts.decider.reach.put(row.row, ahead.reach.get(row.row))
                items.append(row.row)
            elif isinstance(row, DomainRow) or change.kind == FactKind.DOMAIN:
                self.directory.add_terms({change.app_id: change.target}, {}, {}, {})
                self.state.put_domain(row if isinstance(row, DomainRow) else None, change.target)
            elif isinstance(row, MarkRow):
                self.state.marks.put(row.domain, row.item, value_of(row))
            elif change.kind == FactKind.ERASED:
                self.forget(change.target)
            elif ahead.policy is not None and change.kind == FactKind.POLICY:
                self.housekeeper.policy_put(ahead.policy)
                self._take_policy()
        self.index_items(items)
        self.billing.publisher.follow_changes(changes, ahead.ads)

    def put_person(self, person_id: str, person: PersonRow, key: bytes | None) -> None:
        """Set a person's row, key and stated interests."""
        row = self.directory.add_person(person.ordinal, person_id, key)
        self.terms.learn(person)
        self.state.put_person(row, person, self.terms.interest(person).tolist())

    def put_item(self, item_id: str, item: ItemRow, topic: int) -> None:
        """Set an item's row; `index_items` makes it findable."""
        self.directory.add_item(item.row, item_id)
        self.terms.learn(item)
        owner = self.directory.row_of_ordinal(item.owner)
        known = owner >= 0 and self.directory.person_ids[owner] is not None
        self.state.put_item(item, owner if known else -1, topic)

    def index_items(self, rows: Sequence[int]) -> None:
        """Make items findable, or not any more, by list and by vector."""
        if not rows:
            return
        rows_put = np.unique(np.array(rows, np.int64))
        self.housekeeper.items_put(rows_put, self.now())
        for row in rows_put.tolist():
            self.parts.postings.put(row, self.state.items[row])
        live = rows_put[self.state.items["state"][rows_put] == 1]
        vectors = self.state.items["vector"][live].astype(np.float32) / 127
        self.parts.index.add(live.astype(np.int32), vectors)
        for row in rows_put[self.state.items["state"][rows_put] != 1].tolist():
            self.parts.index.remove(row)

    def forget(self, ordinal: int) -> None:
        """Erase a person from directory and state."""
        row = self.directory.row_of_ordinal(ordinal)
        if row >= 0:
            self.item_lists.forget(ordinal)
            self.state.erase(row)
            self.directory.erase(row)

    async def erased(self) -> None:
        """Let nothing older than an erasure stay on disk outside the log."""
        await asyncio.to_thread(self.parts.drop_snapshots)

    def sequence_of(self, text: str) -> int | None:
        """Return the decision that a receipt id names, None when it is not one of ours."""
        return receipt_sequence(self.secret, text)
