"""The operator's page of incomes: what the report says in words, and its tables as files; hidden cells stay hidden."""

import csv
import io
import re

import pytest

from tests.http.test_income_report import earned
from tests.worlds.acts import Operator
from tests.worlds.trade_world import market
from tests.worlds.world import opened, run

ANSWER = re.compile(r'<h1 id="income-answer">([^<]*)</h1>')


def scene(tmp_path, path, *, fill=True):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await market(world)
            if fill:
                await earned(world)
            operator = await Operator(world).arrive()
            return (await operator.browser.ask("GET", path)).text.replace("\u202f", " ")

    return run(scenario)


def test_the_page_says_what_the_report_says(tmp_path):
    text = scene(tmp_path, "/operator/income?lang=en&living=2&target=90")

    assert ANSWER.search(text).group(1) == "7 people earned ¥28: 82 % of all that was earned here."
    assert "The community itself earned ¥6." in text
    assert "The target of 90 % for people is not reached." in text
    assert "At least 5 earned ¥2 or more" in text
    assert "sales of an own shop" in text
    assert "too few" in text


def test_the_page_speaks_chinese(tmp_path):
    text = scene(tmp_path, "/operator/income?lang=zh")

    assert "7 人挣到了" in text
    assert "人数太少" in text


def test_where_nobody_earned_the_page_says_what_will_appear(tmp_path):
    text = scene(tmp_path, "/operator/income?lang=en&living=x&target=-1", fill=False)

    assert "Fewer than five people earned anything in these days." in text
    assert "will appear here once five of them" in text


@pytest.mark.parametrize(
    ("name", "head"),
    [("income-kinds", "Kind"), ("income-audiences", "Followers"), ("income-regions", "Region"), ("income-chain", "Region")],
)  # fmt: skip
def test_each_table_is_a_file(tmp_path, name, head):
    rows = list(csv.reader(io.StringIO(scene(tmp_path, f"/operator/tables/{name}?lang=en"))))

    assert rows[0][0] == head
    assert len(rows) >= 2
