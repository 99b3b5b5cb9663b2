"""The figures between two days, and every table of theirs as a file that no spreadsheet takes for a formula."""

import csv
import io
import re
from datetime import date
from gettext import NullTranslations

import pytest

from lodestone.console.charts import Table, readings_of
from lodestone.console.operator.span import picked
from lodestone.console.operator.tables import file_of
from lodestone.console.words import Words
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run

WORDS = Words("en", NullTranslations())
TODAY = (date(2026, 3, 4) - date(1970, 1, 1)).days


def rows_of(body):
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_two_dates_stand_in_the_address_and_the_last_may_be_left_out():
    span = picked({"from": "2026-02-01", "to": "2026-02-28", "domain": "public"}, TODAY, WORDS)
    open_end = picked({"from": "2026-03-01"}, TODAY, WORDS)

    assert (span.filter.days, span.filter.last, span.days, span.wrong) == (28, TODAY - 4, "", "")
    assert span.query() == "from=2026-02-01&to=2026-02-28&domain=public"
    assert (open_end.filter.days, open_end.filter.last) == (4, None)
    assert picked({"days": "28", "from": "2026-01-01"}, TODAY, WORDS).query() == "days=28"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "2026-03-04", "to": "2026-03-01"}, "must not come after"),
        ({"from": "2026-03-01", "to": "2026-03-05"}, "lies ahead"),
        ({"from": "2025-01-01", "to": "2026-03-04"}, "At most 400 days"),
        ({"from": "yesterday", "to": "2026-03-04"}, "Choose both days"),
        ({"from": "2026-02-30", "to": "2026-03-04"}, "Choose both days"),
        ({"to": "2026-03-04"}, "Choose both days"),
    ],
)
def test_dates_that_make_no_span_are_said_beside_the_picker_and_seven_days_are_shown(asked, said):
    span = picked(asked, TODAY, WORDS)

    assert said in span.wrong
    assert (span.filter.days, span.filter.last) == (7, None)


def test_a_file_has_plain_numbers_units_in_its_heading_and_no_formula():
    table = Table(
        ("Day", "Value", "Share", "Note"),
        (
            ("Mar 4", "¥1\u202f230", "12.3\u202f%", "=1+1"),
            ("Mar 3", "\u2212¥0.5", "\u2013", "@SUM(A1)"),
        ),
        ("2026-03-04", "2026-03-03"),
    )

    assert rows_of(file_of(table, bom=True)) == [
        ["Day", "Value (¥)", "Share (%)", "Note"],
        ["2026-03-04", "1230", "12.3", "'=1+1"],
        ["2026-03-03", "-0.5", "", "'@SUM(A1)"],
    ]


def test_readings_share_a_plots_width_without_gap_or_overlap():
    readings = readings_of([(80.0, "c"), (10.0, "a"), (40.0, "b"), (40.0, "")])

    assert [reading.text for reading in readings] == ["a", "b", "c"]
    edges = [(reading.start, round(reading.start + reading.width, 3)) for reading in readings]
    assert edges == [(0.0, 25.0), (25.0, 60.0), (60.0, 100.0)]


async def a_shown_day(world):
    await world.people(8)
    await world.items(30)
    for n in range(8):
        feed = await world.feed(f"p{n}", slots=5)
        seen = [world.event("impression", slot, f"p{n}") for slot in feed["slots"]]
        await world.events(*seen, world.event("like", feed["slots"][0], f"p{n}"))
    world.later(minutes=2)
    await world.engine.tick()


def test_every_table_of_the_window_is_a_file_with_the_same_rows(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_shown_day(world)
            operator = await Operator(world).arrive()
            page = (await operator.look("/operator?from=2026-03-03&to=2026-03-04")).text
            files = re.findall(r'href="(/operator/tables/[^"]+)"', page)
            answers = {}
            for address in files:
                answer = await operator.look(address.replace("&amp;", "&"))
                answers[address.partition("?")[0].rpartition("/")[2]] = answer
            bare = await operator.look("/operator/tables/receipts?days=7")
            none = await operator.look("/operator/tables/none")
            stranger = await Operator(world).look("/operator/tables/receipts")
            return page, files, answers, bare, none.status_code, stranger.status_code

    page, files, answers, bare, none, stranger = run(scenario)
    assert {"efficiency-by-day", "lorenz", "promise-table", "receipts", "retained-active"} <= set(answers)  # fmt: skip
    assert all("from=2026-03-03&amp;to=2026-03-04" in address for address in files)
    assert {answer.headers["content-type"] for answer in answers.values()} == {
        "text/csv; charset=utf-8"
    }
    for name in ("efficiency-by-day", "retained-active", "promise-table"):
        shown = re.search(rf'id="{name}".*?<tbody>(.*?)</tbody>', page, re.DOTALL).group(1)
        assert len(rows_of(answers[name].content)) == 1 + shown.count("<tr>")
    assert rows_of(answers["efficiency-by-day"].content)[1][0] == "2026-03-04"
    named = answers["receipts"].headers["content-disposition"]
    assert named.startswith('attachment; filename="c-receipts-2026-03-03-2026-03-04.csv"')
    assert len(rows_of(bare.content)) == 9
    assert not bare.content.startswith(b"\xef\xbb\xbf")
    assert (none, stranger) == (404, 303)


def test_days_before_anything_happened_show_nothing_and_say_so(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_shown_day(world)
            operator = await Operator(world).arrive()
            past = (await operator.look("/operator?from=2026-02-01&to=2026-02-10")).text
            wrong = await operator.look("/operator?from=2026-03-04&to=2026-03-01")
            return past, wrong

    past, wrong = run(scenario)
    assert "Nobody has been shown anything in these days" in past
    assert wrong.status_code == 200
    assert "The first day must not come after the last." in wrong.text


def test_the_tables_of_the_desks_other_pages_are_files_too(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_shown_day(world)
            await world.put("/v1/webhooks/till", {"url": "https://app.example/t"}, status=201)
            operator = await Operator(world).arrive()
            await operator.send(
                "/operator/policy", do="publish", reason="=why(1)", worth__like="0.05"
            )
            sent = await operator.send("/operator/policy", do="try", worth__like="0.5")
            trial = sent.headers["location"].partition("trial=")[2]
            while "data-ended" not in (await operator.look(sent.headers["location"])).text:
                pass
            answers = {
                name: await operator.look(f"/operator/tables/{name}?trial={trial}&webhook=till")
                for name in (
                    "acts", "keys", "webhooks", "deliveries", "policy-versions", "held-out",
                    "trial-outcomes", "trial-promises", "trial-domains",
                )
            }  # fmt: skip
            reader = await Operator(world, world.key).arrive()
            closed = (await reader.look("/operator/tables/keys")).status_code
            return answers, closed

    answers, closed = run(scenario)
    assert {answer.status_code for answer in answers.values()} == {200}
    rows = {name: rows_of(answer.content) for name, answer in answers.items()}
    assert rows["policy-versions"][1][4:] == ["'=why(1)", "A like: ¥0.05 instead of ¥0.01."]
    assert [row[0] for row in rows["webhooks"]] == ["Name", "till"]
    assert len(rows["trial-outcomes"]) == 14
    assert [len(row) for row in rows["trial-domains"]] == [3] * 4
    assert rows["keys"][1][0] == "app"
    assert rows["acts"][1][3] == "policy"
    assert closed == 403
