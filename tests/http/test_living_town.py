"""The living town replays to the bit, may be left and taken up again, and tells nothing of what only it knows."""

import asyncio
import hashlib
from dataclasses import fields

import msgspec
import pytest

from lodestone.base.chance import Streams
from lodestone.town import OtherLifeError
from lodestone.town.people.population import settle
from lodestone.town.truth import Makers, People, Posts, Ties
from lodestone.traffic.codec import decode
from lodestone.traffic.presets import preset
from tests.worlds.town import lived

SMALL = {"seed": 5, "people": 60, "days": 2}
BEFORE_ADS = "ca419867a759b7610dc8b5cc46c330c8"
"""Of `SMALL`, taken before the town bought ads. What changes decisions without ads, or what the town does, changes it too:
then take it anew, in the commit that means to."""
PERSON = {"id", "name", "language", "created_at", "home", "profession", "minor", "consent", "interests"}  # fmt: skip
ITEM = {"id", "kind", "author_id", "text", "language", "tags", "channels", "created_at", "position", "professions",
        "duration_seconds"}  # fmt: skip
EVENT = {"id", "type", "time", "person_id", "item_id", "author_id", "beacon", "visible_seconds", "watch_seconds",
         "completed", "position", "surface"}  # fmt: skip
FEED = {"viewer", "surface", "domain_id", "position", "slots", "cursor"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return asyncio.run(lived(tmp_path_factory.mktemp("whole"), **SMALL))


def decided(receipt):
    """Return what was decided: not the chances, whose last bit is another where a processor multiplies otherwise."""
    made = decode(receipt, 0)
    return (
        made.sequence, made.time, made.surface, made.slots, made.candidate.tolist(), made.reason.tolist(),
        made.pool.item.tolist(), made.pool.source.tolist(), made.choice.pool_index.tolist(), made.paid is None,
    )  # fmt: skip


def test_a_life_without_ads_is_the_one_it_was_before_there_were_any(whole):
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr(whole[1]).encode())
    for receipt in whole[2]:
        digest.update(repr(decided(receipt)).encode())

    assert digest.hexdigest() == BEFORE_ADS


def test_two_lives_of_one_plan_leave_the_same_log_and_the_same_receipts(whole, tmp_path):
    figures, facts, receipts, _ = asyncio.run(lived(tmp_path, **SMALL))

    assert facts == whole[1]
    assert receipts == whole[2]
    assert figures == whole[0]
    assert len(receipts) > 100


@pytest.mark.parametrize("stops", [(1,), (30, 19), (48, 47)])
def test_a_life_left_and_taken_up_again_is_the_life_lived_through(whole, tmp_path, stops):
    figures, facts, receipts, _ = asyncio.run(lived(tmp_path, stop_after=stops, **SMALL))

    assert receipts == whole[2]
    assert facts == whole[1]
    assert figures == whole[0]


def test_what_is_sent_holds_fields_an_app_would_know_and_no_others(whole):
    rows = {"/v1/people:bulk": PERSON, "/v1/items:bulk": ITEM}
    seen = {path: set() for path in (*rows, "/v1/events", "/v1/feeds")}
    for method, path, body in whole[3]:
        if path in rows:
            for line in body.splitlines():
                seen[path] |= set(msgspec.json.decode(line))
        elif path == "/v1/events" and method == "POST":
            for event in msgspec.json.decode(body)["events"]:
                seen[path] |= set(event)
        elif path == "/v1/feeds":
            seen[path] |= set(msgspec.json.decode(body))

    assert seen["/v1/people:bulk"] == PERSON
    assert seen["/v1/items:bulk"] == ITEM
    assert seen["/v1/events"] <= EVENT
    assert seen["/v1/feeds"] == FEED


def test_no_name_and_no_number_of_the_truth_is_in_anything_sent(whole):
    truth = settle(Streams(SMALL["seed"]), SMALL["people"])
    told = {"latitude", "longitude", "minor", "profession", "created", "kind", "person", "seconds", "open", "channel",
            "day", "follows", "work_latitude", "work_longitude", "topic", "small", "rate", "count", "trade", "born",
            "views", "gone", "hour", "shop", "voice", "maker", "quarter", "work", "step"}  # fmt: skip
    hidden = {each.name for group in (People, Makers, Posts, Ties) for each in fields(group)} - told
    numbers = {
        repr(round(value, 6))[:8].encode()
        for column in (truth.people.taste.ravel(), truth.makers.talent, truth.people.habit)
        for value in column.tolist()
        if 0.001 < value < 0.999
    }

    sent = b"\n".join(body for _, _, body in whole[3])

    assert {name for name in hidden if f'"{name}"'.encode() in sent} == set()
    assert {number for number in numbers if number in sent} == set()
    assert len(hidden) > 15
    assert len(numbers) > 1000


def test_stated_interests_are_words_without_a_measure(whole):
    weights, people, stating = set(), 0, 0
    for _, path, body in whole[3]:
        if path == "/v1/people:bulk":
            for line in body.splitlines():
                row = msgspec.json.decode(line)
                people += 1
                stating += "interests" in row
                weights |= set(row.get("interests", {}).values())

    assert weights == {1.0}
    assert 0.3 < stating / people < 0.7


def test_the_engine_refused_nothing(whole):
    assert whole[0]["refused"] == 0
    assert whole[0]["impressions"] > 500


def test_a_folder_that_holds_another_life_is_left_alone(tmp_path):
    asyncio.run(lived(tmp_path, seed=6, people=50, days=1))
    before = {path.name: path.read_bytes() for path in (tmp_path / "life").iterdir()}

    with pytest.raises(OtherLifeError, match="here lives"):
        asyncio.run(lived(tmp_path, seed=7, people=50, days=1))

    assert {path.name: path.read_bytes() for path in (tmp_path / "life").iterdir()} == before


def test_a_life_goes_on_for_more_days_than_were_first_asked_for(whole, tmp_path):
    asyncio.run(lived(tmp_path, seed=5, people=60, days=1))

    figures, _, receipts, _ = asyncio.run(lived(tmp_path, **SMALL))

    assert receipts == whole[2]
    assert figures == whole[0]


def test_the_engine_counts_the_looks_that_the_town_saw(whole):
    figures = whole[0]

    assert figures["engine_says"]["impressions"] == figures["impressions"]
    # What comes from no slot (a visit to a shop within a day of its card, an order in a sale) the engine credits to the last
    # impression; it stands in no look of the diary.
    worths, counts = preset("balanced").worths, figures["trade"]["counts"]
    thousands = figures["impressions"] / 1000
    looked = figures["value_per_thousand"] * thousands
    besides = figures["engine_says"]["efficiency_micros"] * thousands - looked
    besides -= counts.get("visits_credited", 0) * worths["shop_visit"]
    orders = round(besides / worths["order"])
    assert besides == pytest.approx(orders * worths["order"], abs=0.001 * looked)
    assert 0 <= orders <= counts["paid"]
    assert 0 < figures["regret"] < 1
