"""Reports and promises of one community, from its log, its state and its policies."""

from bisect import bisect_left
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, Clock, Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.geo import distances_km
from lodestone.base.wire import TimeText, time_text
from lodestone.content import Community
from lodestone.events import item_changes, place_changes
from lodestone.events.facts import FLAG_DECISION, Facts
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.events.place_changes import PlaceChanges
from lodestone.features.view import DirectoryView, StateView
from lodestone.insight.ad_load import AdLoad, ad_load
from lodestone.insight.credit import Catalogue, credited
from lodestone.insight.earnings import EarningsReader
from lodestone.insight.exposure import (
    ExposureReport,
    authors_shown,
    creators,
    events_of,
    exposure,
    live_posts,
)
from lodestone.insight.flow import FlowReport, Side, flow
from lodestone.insight.income import IncomeReport, Wanted, income_report
from lodestone.insight.liu import Liu, efficiency
from lodestone.insight.prices import PromiseHistory, history
from lodestone.insight.promises import PromiseOut, constraint_table
from lodestone.insight.retained import retained
from lodestone.insight.window import DOMAIN_WORDS, Span, day_text, table, word_of
from lodestone.insight.worths import Worths
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.ports import Records
from lodestone.traffic.codec import decode
from lodestone.traffic.policy import Policy, watch_caps, worth_vector
from lodestone.traffic.price_book import PriceBook
from lodestone.traffic.pricer import bits_of

SPAN_DAYS_MAX = 400
_DEFAULT_DAYS = 7
_DAY_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Sources:
    """What reports of one community read."""

    community: Community
    clock: Clock
    state: StateView
    directory: DirectoryView
    prices: PriceBook
    log: Log
    records: Records


class StepOut(msgspec.Struct, frozen=True, kw_only=True):
    """The newest step of the prices: when it was, and the stretch of the log it was made of."""

    version: int
    time: TimeText
    receipts_from: int
    receipts_before: int
    facts_from: int
    facts_before: int


class LiuReport(msgspec.Struct, frozen=True, kw_only=True):
    """The dual LIU with the span it covers."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    domain: str | None
    liu: Liu


class Reports:
    """Computes reports when asked; every figure has one definition."""

    def __init__(self, sources: Sources, streams: Streams) -> None:
        self._sources = sources
        self._streams = streams
        self._known: tuple[int, Facts, Catalogue] | None = None
        """Every fact up to an end of the log, credited, and the items: reports asked for together read the log once."""

    def promises(self) -> list[PromiseOut]:
        """Return the constraint table: target, delivered, dual price, cost, alarm."""
        prices = self._sources.prices
        return constraint_table(prices.pricer, prices.policy, prices.sweep.planned)

    def history(self, days: int) -> list[PromiseHistory]:
        """Return how each promise's dual price and delivery moved in so many days up to now."""
        sources = self._sources
        policies = sources.records.policies(sources.community.id)[::-1]
        since = Instant(max(0, sources.clock.now() - days * DAY_MICROS))
        return history(
            sources.log.prices,
            sources.log.prices_last(),
            since,
            [(record.created, record.policy) for record in policies],
        )

    def step(self) -> StepOut:
        """Return the step that the prices in force come from; version 0 is the beginning."""
        pricer = self._sources.prices.pricer
        return StepOut(
            version=pricer.vector.version,
            time=time_text(Instant(pricer.vector.time)),
            receipts_from=pricer.since.receipts,
            receipts_before=pricer.upto.receipts,
            facts_from=pricer.since.facts,
            facts_before=pricer.upto.facts,
        )

    def liu(self, span: Span, domain: str | None) -> LiuReport:
        """Report efficiency and retained audience, of one domain if named."""
        today = self._sources.community.days.of(self._sources.clock.now())
        facts, catalogue = self._credited()
        within = self._within(facts, domain)
        days = efficiency(facts, span, today, self._worths(), catalogue, within)
        if domain in DOMAIN_WORDS:
            days = [row for row in days if row.domain == domain]
        return LiuReport(
            first=day_text(span.first),
            last=day_text(span.last),
            domain=domain,
            liu=Liu(days=days, retained=retained(facts, span, today, within)),
        )

    def ad_load(self, span: Span) -> list[AdLoad]:
        """Report what share of the slots that people were shown was paid for, by day and surface."""
        return ad_load(self._credited()[0], span)

    def flow(self, span: Span, domain: str | None) -> FlowReport:
        """Report crossings between domains: all, or those out of one and into it."""
        side = None if domain is None else self._side(domain)
        today = self._sources.community.days.of(self._sources.clock.now())
        facts, catalogue = self._credited()
        return flow(facts, span, today, catalogue, self._worths(), side)

    def _credited(self) -> tuple[Facts, Catalogue]:
        """Return every fact there is, credited, and what the items are.

        Who came back, and what was taken back, is known up to now, whatever span is asked for.
        """
        end = int(self._sources.log.end())
        if self._known is not None and self._known[0] == end:
            return self._known[1:]
        read = self._facts(Span(0, _DAY_MAX), FactKind.ERASED, FactKind.ITEM, FactKind.PLACED)
        facts = read[~np.isin(read["kind"], (FactKind.ITEM, FactKind.PLACED))]
        state = self._sources.state
        items = state.items[: state.item_count]
        owner = np.full(state.author_count + 1, -1, np.int64)
        for ordinal, slot in list(state.author_of_owner.items()):
            owner[slot] = ordinal
        catalogue = Catalogue(
            owner=owner[items["author"]],
            domains=np.concatenate([items["channels"], items["professions"]], axis=1).astype(
                np.int64
            ),
            kind=items["kind"].astype(np.int64),
            duration=items["duration"].astype(np.float64),
            changes=item_changes.read(read),
            places=self._places(read, items.size),
        )
        self._known = end, credited(facts, catalogue), catalogue
        return self._known[1:]

    def _places(self, facts: Facts, count: int) -> PlaceChanges:
        """Return which items lay in which places, of those places that somebody has joined."""
        state = self._sources.state
        said = facts["target"][facts["kind"] == FactKind.PLACED]
        known = [*state.domains.values()]
        places = {place.code for place in known if place.kind == DomainKind.PLACE}
        joined = facts["target"][facts["kind"] == FactKind.JOIN]
        codes = np.intersect1d(joined, [*places, *np.unique(said).tolist()]).astype(np.int64)
        now = np.zeros((count, codes.size), bool)
        items = state.items[:count]
        for column, code in enumerate(codes.tolist()):
            place = state.domains.get(code)
            if place is not None:  # else it is no more, and nothing lies in it
                away = distances_km(
                    place.latitude, place.longitude, items["latitude"], items["longitude"]
                )
                now[:, column] = away <= place.radius_km
        return place_changes.read(facts, codes, now)

    def exposure(self, span: Span, domain: str | None) -> ExposureReport:
        """Report how evenly creators were shown in a span, of one domain if named."""
        state, policy = self._sources.state, self._policy_on(span.last)
        facts = self._facts(Span(0, span.last), FactKind.ITEM)
        events = events_of(facts)
        who = creators(
            state, events, live_posts(state, facts, span, self._days_of), span.last, policy
        )
        shown_by = authors_shown(state, events, span, self._within(events, domain))
        target = next((p.target for p in bits_of(policy).values() if p.kind == "gini"), None)
        chance = self._streams.of("noise floor", span.first, span.last)
        today = self._sources.community.days.of(self._sources.clock.now())
        return exposure(shown_by, who, target, chance, partial=span.last >= today)

    def income(self, span: Span, living: int | None, target: float | None) -> IncomeReport:
        """Report what people earned in a span, how evenly, and from being seen to being paid by region.

        Args:
            span: The days.
            living: Micros that a person lives on for as many days; None: not asked.
            target: What share of all income people's should be, 0 to 1; None: none.
        """
        sources = self._sources
        facts, catalogue = self._credited()
        reader = EarningsReader(
            sources.community.id, sources.records, sources.state, sources.directory
        )
        wanted = Wanted(
            day_text(span.first), day_text(span.last), sources.community.currency, living, target
        )
        earnings = reader.read(span, facts, catalogue.owner)
        return income_report(earnings, wanted, self._streams.of("income", span.first, span.last))

    def span(self, first: str | None, last: str | None) -> Span:
        """Read `from` and `to`; seven days to today by default.

        Raises:
            InvalidError: A day is not a date, or the span is empty or too long.
        """
        today = self._sources.community.days.of(self._sources.clock.now())
        end = today if last is None else _day(last, "to")
        start = end - _DEFAULT_DAYS + 1 if first is None else _day(first, "from")
        if not 0 <= end - start < SPAN_DAYS_MAX:
            problem = Problem("from", f"must lie before `to`, at most {SPAN_DAYS_MAX} days")
            raise InvalidError("span_invalid", f"from {problem.problem}", (problem,))
        return Span(start, end)

    def _facts(self, span: Span, *also: FactKind) -> Facts:
        """Read the events of a span, and the records' facts of some kinds beside them, in log order."""
        wanted = np.zeros(256, bool)
        wanted[: FactKind.PERSON] = True
        wanted[list(also)] = True

        def within(facts: Facts) -> Facts:
            some: Facts = facts[span.holds(facts["day"]) & wanted[facts["kind"]]]
            return some

        return table(
            within(batch.facts) for batch in self._sources.log.read(Offset(0), limit=2**40)
        )

    def _within(self, facts: Facts, domain: str | None) -> Bools | None:
        """Say which facts are of one domain, a word or the id of a middle domain; None for all."""
        if domain is None:
            return None
        if domain in DOMAIN_WORDS:
            through: Bools = word_of(facts["domain_kind"].astype(np.int64)) == DOMAIN_WORDS.index(
                domain
            )
            through &= (facts["flags"] & FLAG_DECISION) != 0
            return through
        of_code: Bools = facts["domain"] == self._code(domain)
        return of_code

    def _side(self, domain: str) -> Side:
        if domain in DOMAIN_WORDS:
            return Side(word=DOMAIN_WORDS.index(domain))
        return Side(code=self._code(domain))

    def _code(self, domain: str) -> int:
        """Return a middle domain's code. Raises InvalidError."""
        code = self._sources.directory.domain_code(domain)
        if code < 0:
            problem = Problem("domain", "is neither public, middle, private nor a domain's id")
            raise InvalidError("domain_unknown", f"domain {problem.problem}", (problem,))
        return code

    def _worths(self) -> Worths:
        """Return what outcomes are worth under every policy there was."""
        first_receipts, versions = self._policies()
        policies = {version: self._policy(version) for version in np.unique(versions).tolist()}
        return Worths(
            by_version={
                version: np.array(worth_vector(policy)) for version, policy in policies.items()
            },
            first_receipts=first_receipts,
            versions=versions,
            watch_caps={version: watch_caps(policy) for version, policy in policies.items()},
        )

    def _policies(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first receipt of every policy version, ascending, and the versions."""
        policies = self._sources.records.policies(self._sources.community.id)[::-1]
        versions = [record.policy.version for record in policies]
        end = self._sources.log.receipt_next()
        first = [
            bisect_left(range(end), version, key=self._version_of) if index else 0
            for index, version in enumerate(versions)
        ]
        return np.array(first, np.int64), np.array(versions, np.int64)

    def _version_of(self, sequence: int) -> int:
        """Return the policy version a receipt was decided under; versions only grow."""
        parts = self._sources.log.receipt(sequence)
        assert parts is not None
        return decode(parts.what, -1).policy_version

    def _policy_on(self, day: int) -> Policy:
        """Return the policy in force at a day's end."""
        sources = self._sources
        for record in sources.records.policies(sources.community.id):  # newest first
            if sources.community.days.of(record.created) <= day:
                return record.policy
        return self._policy(1)

    def _days_of(self, times: Ints) -> Ints:
        return np.array(
            [self._sources.community.days.of(Instant(time)) for time in times.tolist()], np.int64
        )

    def _policy(self, version: int) -> Policy:
        return self._sources.records.policy(self._sources.community.id, version).policy


def _day(text: str, field: str) -> int:
    try:
        return int(np.datetime64(text, "D").astype(np.int64))
    except ValueError as error:
        problem = Problem(field, "must be a date such as 2026-03-01")
        raise InvalidError("span_invalid", f"{field} {problem.problem}", (problem,)) from error
