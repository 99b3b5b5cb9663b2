"""The demo at its full size, from nothing: a fortnight lived, with trade, retention and statements, and nothing empty on a first screen."""

import asyncio
from collections import Counter

import pytest

from lodestone.town.demo import DEMO_DAYS, DEMO_PEOPLE, DemoPlan
from lodestone.town.people.topics import PROFESSIONS
from tests.http.test_demo_town import NOW, everything, living

pytestmark = pytest.mark.soak
SPAN = "from=2026-11-15&to=2026-11-30"
"""From the first day of the life to the present one."""
FULL_DAYS = 14


async def asked_of(client):
    """Return what an app and an operator would first look at."""
    answers = {name: await everything(client, name) for name in ("people", "items", "orders", "accounts")}  # fmt: skip
    residents = [one for one in answers["people"] if one["home"]["latitude"] < 27]
    first = {trade: [one["id"] for one in residents if one["profession"] == trade][:3] for trade in PROFESSIONS}  # fmt: skip
    answers["feeds"] = {
        (surface, trade, person): (await client.feed(person, surface, slots=8)).slots
        for trade, people in first.items()
        for person in people
        for surface in ("discover", "profession")
    }
    answers["liu"] = (await client.ask("GET", f"/v1/reports/liu?{SPAN}"))["liu"]
    parties = {account["party"] for account in answers["accounts"]}
    answers["statements"] = [
        await client.ask("GET", f"/v1/statements/{party}?{SPAN}") for party in sorted(parties)
    ]
    return answers


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    plan = DemoPlan(1, DEMO_PEOPLE, DEMO_DAYS, NOW)
    return asyncio.run(living(tmp_path_factory.mktemp("home"), plan, say=asked_of))


def test_somebody_looked_on_every_day_of_a_fortnight(demo):
    days = {row["day"] for row in demo["liu"]["days"] if row["impressions"]}

    assert len(days) > FULL_DAYS


def test_people_came_back_a_day_and_a_week_after(demo):
    came_back = Counter()
    for cohort in demo["liu"]["retained"]["active"]:
        for after in ("day_1", "day_7"):
            came_back[after] += cohort["kept"][after] or 0

    assert came_back["day_1"] >= 10
    assert came_back["day_7"] >= 1


def test_orders_were_handed_over_and_stand_in_statements(demo):
    states = Counter(order["state"] for order in demo["orders"])
    written = [any(account["lines"] for account in one["accounts"]) for one in demo["statements"]]

    assert states["fulfilled"] >= 20
    assert sum(written) >= 10


def test_nobodys_first_screen_is_empty_and_every_trade_shows_its_work(demo):
    empty = [asked for asked, slots in demo["feeds"].items() if not slots]
    shown = {trade for (surface, trade, _), slots in demo["feeds"].items() if surface == "profession" and slots}  # fmt: skip

    assert [asked for asked in empty if asked[0] == "discover"] == []
    # Somebody of a small trade may have seen all of it in a fortnight.
    assert len(empty) <= 3
    assert shown == set(PROFESSIONS)


def test_no_ending_is_heard_again_and_again(demo):
    endings = Counter(item["text"].rstrip("。").rsplit("。", 1)[-1] for item in demo["items"])

    assert max(endings.values()) <= 0.01 * len(demo["items"]) + 1
