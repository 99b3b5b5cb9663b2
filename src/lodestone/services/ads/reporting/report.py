"""The report of ads: slots of a span of days, grouped by object and part, with what came of them and what they cost.

Every figure of a slot stands on the day it was served, whenever it came: so what was spent and what that brought stand
in one row, and days add up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import asdict

from lodestone.ads.attribution import RULES
from lodestone.ads.billing import RULES as BILLING
from lodestone.ads.invalid_traffic import RULES as INVALID
from lodestone.ads.report import (
    AdFigures,
    AdReport,
    AdReportRow,
    Attribution,
    Impressions,
    Level,
    OrganicFigures,
    OutcomeCosts,
    OutcomeCounts,
    Part,
)
from lodestone.base.arrays import Ints
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.events.outcomes import FactKind
from lodestone.features.view import DirectoryView, StateView
from lodestone.services.ads.reporting.facts import AdFacts, Conversion, read_ad_facts, read_organic
from lodestone.services.ads.reporting.objects import Objects
from lodestone.services.ads.reporting.order_values import OrderValues
from lodestone.services.ads.reporting.outcomes import (
    OF_SLOT,
    OUTCOMES,
    Counted,
    Organic,
    counted,
    organic,
    outcomes_of,
)
from lodestone.services.ads.reporting.pages import UNKNOWN, Page, Pages
from lodestone.services.ledger.statements import day_text
from lodestone.services.support.ports import Clock
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records

_NAMES: Final = [kind.name.lower() for kind in OUTCOMES]


class Question(NamedTuple):
    """What a report is asked for."""

    level: Level
    by: tuple[Part, ...]
    first: int
    """The first day on which slots were served, days since the epoch."""
    last: int
    """The last one."""
    advertiser_id: str | None = None
    campaign_id: str | None = None


class Earnings(NamedTuple):
    """What the slots of some days earned."""

    by_day: dict[str, int]
    """By the day on which they were served: charges less what was given back, micros; days without slots are left out."""
    settled_before: str
    """The first day on which more may still be charged."""


class _Key(NamedTuple):
    """What a row is of; None where rows are not divided by it."""

    id: str | None
    day: int | None
    place: str | None
    domain: str | None
    creative: int | None


@dataclass(slots=True)
class _Sums:
    """Figures of some slots while they are added up."""

    gross: int = 0
    invalid: int = 0
    viewable: int = 0
    known: int = 0
    """Net impressions of people who are known."""
    people: set[int] = field(default_factory=set)
    outcomes: Ints = field(default_factory=lambda: np.zeros(len(OUTCOMES), np.int64))
    value: int = 0
    charges: int = 0
    spent: int = 0

    def add(self, slot: Counted, values: dict[int, int]) -> None:
        """Add one slot."""
        history = slot.history
        seen = FactKind.IMPRESSION in history.times
        self.gross += seen
        self.invalid += seen and not slot.valid
        self.viewable += FactKind.VIEWABLE in slot.kinds
        if slot.valid and history.slot.person >= 0:
            self.known += 1
            self.people.add(history.slot.person)
        self.outcomes += outcomes_of(slot.kinds, slot.conversions)
        self.value += _value(slot.conversions, values)
        self.charges += history.billed
        self.spent += history.spent


@dataclass(slots=True)
class _OrganicSums:
    impressions: int = 0
    outcomes: Ints = field(default_factory=lambda: np.zeros(len(OUTCOMES), np.int64))
    value: int = 0

    def add(self, slot: Organic, values: dict[int, int]) -> None:
        """Add one slot."""
        self.impressions += 1
        seen = slot.times[FactKind.IMPRESSION]
        kinds = [kind for kind in OF_SLOT if slot.times.get(kind, -1) >= seen]
        self.outcomes += outcomes_of(kinds, slot.conversions)
        self.value += _value(slot.conversions, values)


class AdReports:
    """Reports of one community's ads; reads log and records, so it is called in a thread."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        state: StateView,
        directory: DirectoryView,
        log: Log,
        records: Records,
    ) -> None:
        self._community, self._clock = community, clock
        self._state, self._directory = state, directory
        self._log, self._records = log, records

    def run(self, asked: Question, facts: AdFacts | None = None) -> AdReport:
        """Return a report over the slots served on some days.

        Args:
            asked: What it is of.
            facts: The log's, where they are read already.

        Raises:
            UnknownError, GoneError: There is no such advertiser or campaign.
        """
        objects = Objects(
            self._community.id, self._records,
            advertiser_id=asked.advertiser_id, campaign_id=asked.campaign_id,
        )  # fmt: skip
        facts = read_ad_facts(self._log) if facts is None else facts
        slots = counted(facts, self._state)
        chosen = [slot for slot in slots.values() if self._is_asked(asked, objects, slot)]
        beside = self._organic(asked, facts, slots, chosen)
        conversions = [conversion for slot in chosen for conversion in slot.conversions]
        conversions += [conversion for slot in beside for conversion in slot.conversions]
        values = OrderValues(
            self._community.id, self._community.secret, self._records, self._directory
        ).of(conversions, facts.refunds)
        return self._report(asked, objects, chosen, beside, values)

    def earnings(self, first: int, last: int) -> Earnings:
        """Return what the slots earned that were served on some days, days since the epoch, both included."""
        by_day: dict[str, int] = {}
        for history in read_ad_facts(self._log).slots.values():
            if first <= history.slot.day <= last:
                day = day_text(history.slot.day)
                by_day[day] = by_day.get(day, 0) + history.spent
        return Earnings(by_day, self._settled_before())

    def _is_asked(self, asked: Question, objects: Objects, slot: Counted) -> bool:
        served = slot.history.slot
        return (
            asked.first <= served.day <= asked.last
            and objects.campaign(served.campaign) is not None
        )

    def _organic(
        self,
        asked: Question,
        facts: AdFacts,
        slots: dict[int, Counted],
        chosen: Sequence[Counted],
    ) -> list[Organic]:
        """Return the slots that nobody paid for of the posts that were shown, of the same days."""
        items = {slot.history.slot.item for slot in chosen}
        sellers = {int(self._state.items["author"][item]) for item in items}
        read = read_organic(self._log, self._state, sellers)
        return [
            slot
            for slot in organic(read, facts, slots, self._state)
            if slot.item in items and asked.first <= self._day(slot) <= asked.last
        ]

    def _day(self, slot: Organic) -> int:
        served = slot.served * SECOND_MICROS or slot.times[FactKind.IMPRESSION]
        return self._community.days.of(Instant(served))

    def _report(
        self,
        asked: Question,
        objects: Objects,
        chosen: Sequence[Counted],
        beside: Sequence[Organic],
        values: dict[int, int],
    ) -> AdReport:
        grouped = _Grouping(asked, objects, Pages(self._log, self._state, self._directory))
        total, organic_total = _Sums(), _OrganicSums()
        for slot in chosen:
            grouped.take(slot, values)
            total.add(slot, values)
        for rest in beside:
            grouped.beside(rest, self._day(rest), values)
            organic_total.add(rest, values)
        names = objects.names(asked.level, {key.id for key in grouped.rows})
        return AdReport(
            level=asked.level,
            by=list(asked.by),
            first=day_text(asked.first),
            last=day_text(asked.last),
            settled_before=self._settled_before(),
            attribution=Attribution(
                model=RULES.model,
                version=RULES.version,
                billing_version=BILLING.version,
                invalid_version=INVALID.version,
            ),
            rows=[
                self._row(key, names[key.id], *grouped.rows[key])
                for key in sorted(grouped.rows, key=_order)
            ],
            total=self._figures(total, organic_total),
        )

    def _settled_before(self) -> str:
        """Return the first day of whose slots more may still be charged, or put down to them."""
        longest = BILLING.outcome_age + BILLING.after_click + BILLING.grace
        settled = self._clock.now() - longest
        return day_text(self._community.days.of(Instant(settled)))

    def _row(self, key: _Key, name: str, sums: _Sums, beside: _OrganicSums) -> AdReportRow:
        return AdReportRow(
            id=key.id,
            name=name,
            day=None if key.day is None else day_text(key.day),
            place=key.place,
            domain=key.domain,
            creative=None if key.creative is None else self._directory.item_id(key.creative),
            **asdict(self._figures(sums, beside)),
        )

    def _figures(self, sums: _Sums, beside: _OrganicSums) -> AdFigures:
        net = sums.gross - sums.invalid
        reach = len(sums.people)
        counts = dict(zip(_NAMES, sums.outcomes.tolist(), strict=True))
        return AdFigures(
            impressions=Impressions(gross=sums.gross, invalid=sums.invalid, net=net),
            viewable=sums.viewable,
            reach=reach,
            frequency=round(sums.known / reach, 3) if reach else None,
            outcomes=OutcomeCounts(**counts),
            order_value=self._money(sums.value),
            charges=sums.charges,
            spend=self._money(sums.spent),
            cost_per=OutcomeCosts(
                **{
                    name: self._each(sums.spent, count)
                    for name, count in {"viewable": sums.viewable, **counts}.items()
                }
            ),
            organic=OrganicFigures(
                impressions=beside.impressions,
                outcomes=OutcomeCounts(**dict(zip(_NAMES, beside.outcomes.tolist(), strict=True))),
                order_value=self._money(beside.value),
            ),
        )

    def _each(self, spent: int, count: int) -> Money | None:
        return self._money((2 * spent + count) // (2 * count)) if count else None

    def _money(self, micros: int) -> Money:
        return Money(Micros(micros), self._community.currency)


class _Grouping:
    """Adds slots up by row."""

    def __init__(self, asked: Question, objects: Objects, pages: Pages) -> None:
        self._asked, self._objects, self._pages = asked, objects, pages
        self._loaded: set[str] = set()
        self._items: dict[int, set[str | None]] = {}
        """By item: the objects whose slots have shown it."""
        self.rows: dict[_Key, tuple[_Sums, _OrganicSums]] = {}

    def take(self, slot: Counted, values: dict[int, int]) -> None:
        """Add a paid slot."""
        served, asked = slot.history.slot, self._asked
        campaign = self._objects.campaign(served.campaign)
        assert campaign is not None
        of_ad = asked.level in ("ad", "ad_group")
        if of_ad and campaign not in self._loaded:
            self._loaded.add(campaign)
            self._objects.load_ads([campaign])
        page = self._page(served.receipt, also=of_ad)
        ad = page.ads[served.ad] if served.ad < len(page.ads) else None
        name = self._objects.id_of(asked.level, campaign, ad)
        self._items.setdefault(served.item, set()).add(name)
        key = self._key(name, served.day, page, served.item)
        self.rows.setdefault(key, (_Sums(), _OrganicSums()))[0].add(slot, values)

    def beside(self, slot: Organic, day: int, values: dict[int, int]) -> None:
        """Add a slot that nobody paid for to every row that it stands beside; after all paid ones."""
        page = self._page(slot.receipt, also=False)
        for name in self._items.get(slot.item, ()):
            row = self.rows.get(self._key(name, day, page, slot.item))
            if row is not None:
                row[1].add(slot, values)

    def _page(self, receipt: int, *, also: bool) -> Page:
        """Return a slot's page, where something of it is asked for."""
        asks = also or "place" in self._asked.by or "domain" in self._asked.by
        return self._pages.page(receipt) if asks else UNKNOWN

    def _key(self, name: str | None, day: int, page: Page, item: int) -> _Key:
        by = self._asked.by
        return _Key(
            name,
            day if "day" in by else None,
            page.place if "place" in by else None,
            page.domain if "domain" in by else None,
            item if "creative" in by else None,
        )


def _order(key: _Key) -> tuple[str, int, str, str, int]:
    return key.id or "", key.day or 0, key.place or "", key.domain or "", key.creative or 0


def _value(conversions: Iterable[Conversion], values: dict[int, int]) -> int:
    return sum(values.get(conversion.key, 0) for conversion in conversions)
