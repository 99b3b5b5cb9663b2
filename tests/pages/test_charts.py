"""Charts are placed right: scales hold their values, lines break where nothing is known, labels keep apart."""

import asyncio
from gettext import NullTranslations
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError
from lodestone.console.charts import (
    Line,
    Point,
    Scale,
    Series,
    draw,
    levels,
    number,
    sparse,
    spread_labels,
    wilson,
)
from lodestone.console.operator import figures
from lodestone.console.operator.efficiency import efficiency_chart
from lodestone.console.operator.exposure import exposure_section
from lodestone.console.operator.figures import FigureReader, Filter
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.insight.exposure import ExposureReport, LorenzPoint
from lodestone.insight.liu import DayEfficiency
from lodestone.services.support.failures import Failures
from lodestone.stores.sql.threads import DatabaseLimits, DatabaseThreads

FINITE = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(FINITE, min_size=1, max_size=20))
def test_a_scale_holds_every_value_and_zero_between_round_ticks(values):
    scale = levels(values)

    low, high = min([*values, 0]), max([*values, 0])
    nearly = 1e-6 * max(1, high - low)
    assert scale.ticks[0] <= low + nearly
    assert scale.ticks[-1] >= high - nearly
    assert 2 <= len(scale.ticks) <= 9
    assert all(0 <= scale(value) <= 100 for value in values)


def test_a_line_breaks_where_nothing_is_known():
    points = (Point(0, 1.0), Point(1, None), Point(2, 2.0), Point(3, 4.0))

    line = draw(Series("ink", "x", points), Scale(0, 3), Scale(0, 4, 100, 0))

    assert line.path == "M0 75M66.67 50L100 0"
    assert [mark.x for mark in line.marks] == [0, 66.67, 100]


def test_a_price_holds_until_its_next_step():
    points = (Point(0, 1.0), Point(1, 2.0))

    line = draw(Series("ink", "x", points, steps=True), Scale(0, 1), Scale(0, 2, 100, 0))

    assert line.path == "M0 50H100V0"


def test_a_band_runs_up_one_side_and_back_down_the_other():
    points = tuple(Point(n, 2.0, "", 1.0, 3.0) for n in (0, 1))

    line = draw(Series("ink", "x", points, whiskers=False), Scale(0, 1), Scale(0, 4, 100, 0))

    assert line.band == "M0 25L100 25L100 75L0 75Z"
    assert [mark.low for mark in line.marks] == [None, None]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_labels_keep_apart_keep_their_order_and_stay_on_the_plot(ends):
    lines = [Line("ink", "", str(n), end, end) for n, end in enumerate(ends)]

    places = [(line.end_y, line.label_y) for line in spread_labels(lines, gap=8)]

    ordered = [place for _, place in sorted(places)]
    assert all(b - a >= 7.97 for a, b in zip(sorted(ordered), sorted(ordered)[1:], strict=False))
    assert ordered == sorted(ordered)
    assert max(ordered) <= 100


def test_an_axis_names_the_last_place_and_no_more_than_fit():
    ticks = sparse([str(n) for n in range(30)], Scale(0, 29), 8)

    assert len(ticks) == 8
    assert (ticks[-1].text, ticks[-1].minor, ticks[-2].minor) == ("29", False, True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1234567.0, "1\u202f230\u202f000"), (999.9, "1\u202f000"), (0.000123, "0.000123"),
        (-0.5, "\u22120.5"), (float("nan"), "\u2013"), (float("inf"), "\u2013"),
    ],
)  # fmt: skip
def test_a_figure_has_three_significant_digits(value, text):
    assert number(value) == text


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_within_nought_and_one(pair):
    done, count = pair
    low, high = wilson(done, count)

    assert 0 <= low <= done / count <= high <= 1


def day(domain, micros, error, shown=1000):
    return DayEfficiency(
        day="2026-03-04", domain=domain, impressions=shown, value_micros=micros * shown / 1000,
        efficiency_micros=micros, error_micros=error, people=1, provisional=False, partial=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (1e4, "A thousand private impressions bring ¥2, public ones ¥1."),
        (1e6, "No domain is clearly ahead: public ¥1, private ¥2."),
    ],
)
def test_a_title_claims_no_more_than_chance_allows(error, title):
    speech = Speech(Words("en", NullTranslations()), ZoneInfo("UTC"), "CNY")
    rows = [day("public", 1e6, error), day("private", 2e6, error)]

    assert efficiency_chart(rows, speech).title == title


@pytest.mark.parametrize(
    ("gini", "words"),
    [
        (0.4949, "Gini 0.49, under its target of 0.50; chance"),
        (0.4951, "Gini 0.50, at its target; chance"),
        (0.5049, "Gini 0.50, at its target; chance"),
        (0.5051, "Gini 0.51, over its target of 0.50; chance"),
    ],
)
def test_a_gini_is_over_or_under_its_target_only_where_the_figures_shown_differ(gini, words):
    speech = Speech(Words("en", NullTranslations()), ZoneInfo("UTC"), "CNY")
    report = ExposureReport(
        impressions=100, creators=10, gini=gini, noise_floor=0.05, target=0.5, top_share=0.2,
        impressions_counted=100, left_out=[], partial=False,
        lorenz=[LorenzPoint(creators=0, impressions=0), LorenzPoint(creators=1, impressions=1)],
    )  # fmt: skip

    assert exposure_section(SimpleNamespace(exposure=report), speech).detail.startswith(words)


class Reading:
    """Counts readings of a community whose log grows when told, on a clock that moves when told."""

    def __init__(self):
        self.time, self.facts, self.read, self.took = 0.0, 0, [], 0.0
        self.log = SimpleNamespace(end=lambda: self.facts, receipt_next=lambda: 0)
        self.ingest = SimpleNamespace(day=lambda _: 7)
        self.community, self.now = SimpleNamespace(id="c"), lambda: 0
        self.good = True
        self.failures = Failures(lambda: Instant(0))
        threads = DatabaseThreads(DatabaseLimits())
        self.parts = SimpleNamespace(records=SimpleNamespace(threads=threads))
        self.reader = FigureReader(self.gather, lambda: self.time)

    def gather(self, engine, reports, wanted):
        if not self.good:
            raise InvalidError("domain_unknown", "no")
        self.time += self.took
        self.read.append((self.facts, wanted))
        return SimpleNamespace(stamp=figures.stamp_of(engine))

    async def ask(self, wanted=None):
        return await self.reader.read(self, None, wanted or Filter())


def test_figures_are_read_once_while_nothing_changes():
    async def scenario():
        reading = Reading()
        await asyncio.gather(*(reading.ask() for _ in range(5)))
        reading.time = 1e6
        await reading.ask()
        await reading.ask(Filter(28))
        return reading.read

    assert asyncio.run(scenario()) == [(0, Filter(7)), (0, Filter(28))]


def test_figures_that_are_slow_to_read_are_read_the_more_seldom():
    async def scenario():
        reading, read_at = Reading(), []
        reading.took = 1.0
        await reading.ask()
        for _ in range(40):
            reading.facts += 1
            reading.time += 1.0
            before = len(reading.read)
            await reading.ask()
            if len(reading.read) > before:
                read_at.append(reading.time)
        return read_at

    assert asyncio.run(scenario()) == [22.0, 43.0]


def test_of_a_long_log_the_figures_read_last_are_shown_while_new_ones_are_read():
    async def scenario():
        reading = Reading()
        reading.facts, reading.took = 30_000, 1.0
        first = await reading.ask()
        reading.facts, reading.time = 30_001, reading.time + 60
        second = await reading.ask()
        while (await reading.ask()).stamp[0] != 30_001:
            await asyncio.sleep(0)
        read = len(reading.read)
        reading.facts, reading.time = 30_002, reading.time + 3600
        third = await reading.ask()
        return first is second, read, third.stamp[0]

    assert asyncio.run(scenario()) == (True, 2, 30_002)


def test_a_reading_that_is_refused_is_not_kept():
    async def scenario():
        reading = Reading()
        reading.good = False
        with pytest.raises(InvalidError):
            await reading.ask()
        reading.good = True
        await reading.ask()
        return len(reading.read)

    assert asyncio.run(scenario()) == 1
