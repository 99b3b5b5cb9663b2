"""A community of nine people, worked out on paper before it was asked: every report, on the day and five weeks later.

Days are days of Shanghai. What is under PAPER was written first; nothing in it was read from an answer.
"""

import itertools
import json

import pytest

from tests.oracles.story import figure, told
from tests.worlds.world import run

ZONE = "Asia/Shanghai"
FIRST_DAY = """
2026-03-01 08:00  the operator sets worths to {"like": 1000, "follow": 50000, "watch": 100, "order": 300000, "share": 500}
2026-03-01 08:00  the operator sets watch_caps to {"film": 10800, "live": 3600}
2026-03-01 08:00  the operator sets promises to [{"id": "early", "kind": "first_impressions", "target": 1.0}]
2026-03-01 08:00  channel market opens
2026-03-01 09:00  cai posts video tea of 1200 s
2026-03-01 09:00  dan posts live rice
2026-03-01 09:00  eve posts salt in market
2026-03-01 10:00  ann sees tea
2026-03-01 10:01  ann likes tea
2026-03-01 10:05  ann watches tea for 180 s
2026-03-01 10:30  bob sees tea
2026-03-01 10:31  bob follows cai from tea
2026-03-01 11:00  bob sees rice
2026-03-01 11:04  bob watches rice for 180 s
2026-03-01 11:30  gus sees tea
2026-03-01 11:31  gus follows cai
2026-03-01 12:00  gus sees salt
2026-03-01 12:04  gus watches salt for 180 s
2026-03-01 13:00  gus joins market
2026-03-01 14:00  ivy follows dan
2026-03-01 23:59  hal sees tea
2026-03-02 00:00  nothing happens
"""
SECOND_DAY = """
2026-03-02 00:01  ann unlikes tea
2026-03-02 08:00  the operator sets promises to [{"id": "late", "kind": "first_impressions", "target": 1.0}]
2026-03-02 08:00  the operator sets worths.like to 7
2026-03-02 09:00  cai withdraws tea
2026-03-02 10:00  hal is erased
2026-03-02 11:00  bob unfollows cai
2026-03-02 12:00  gus leaves market
2026-03-02 13:00  gus joins market
2026-03-03 00:01  nothing happens
"""
ONE, TWO = "from=2026-03-01&to=2026-03-01", "from=2026-03-02&to=2026-03-02"
PUBLIC = "liu.days[domain=public]"

# One minute after midnight. Impressions: ann 1, bob 2, gus 2, hal 1 = 6, by four people. Value: ann's like 1,000 and 180 s
# of a film 18,000; bob's follow 50,000 and 180 s of a live room 18,000; gus's follow by route 50,000, his join 50,000, and of
# his 180 s of text the 60 that count 6,000. ivy was shown nothing, so her follow is worth nothing and explained by nothing.
# 19,000 + 68,000 + 106,000 = 193,000. Of tea 4 impressions, of rice 1, of salt 1: gini (-2 x 1 + 0 x 1 + 2 x 4) / (3 x 6) = 1/3.
PAPER_FIRST = {
    f"liu?{ONE}": {
        f"{PUBLIC}.impressions": 6, f"{PUBLIC}.people": 4, f"{PUBLIC}.value_micros": 193_000.0,
        f"{PUBLIC}.efficiency_micros": 32_166_666.667, f"{PUBLIC}.partial": False,
        "liu.retained.active[0].count": 5, "liu.retained.active[0].kept.day_1": None,
        "liu.retained.active[0].could.day_1": None, "liu.retained.followers[0].count": 3,
        "liu.retained.customers": [],
    },
    f"exposure?{ONE}": {
        "impressions": 6, "creators": 3, "impressions_counted": 6, "gini": 0.333333, "top_share": 0.666667,
    },
    f"flow?{ONE}": {
        "borders.length": 2, "unexplained": 1,
        "borders[by=follow].source": "public", "borders[by=follow].target": "private",
        "borders[by=follow].crossings": 2, "borders[by=follow].value_micros": 100_000.0,
        "borders[by=join].target": "middle", "borders[by=join].value_micros": 50_000.0,
    },
}  # fmt: skip

# A day later. ann's like is taken back (-1,000), bob's follow (-50,000), gus's first join (-50,000, a new run begins on the
# second day): 92,000. The crossings were made and stay; what was taken back of them is worth nothing. Of the five who came,
# hal is gone: of four gus alone did something on the second day, leaving and joining; ann's unlike and bob's unfollow are deeds too.
# Of three follows two stand. The exposure stays as it was.
PAPER_SECOND = {
    f"liu?{ONE}": {
        f"{PUBLIC}.impressions": 6, f"{PUBLIC}.people": 4, f"{PUBLIC}.value_micros": 92_000.0,
        "liu.retained.active[0].count": 5, "liu.retained.active[0].kept.day_1": 3,
        "liu.retained.active[0].could.day_1": 4, "liu.retained.active[0].kept.day_7": None,
        "liu.retained.followers[0].kept.day_1": 2, "liu.retained.followers[0].could.day_1": 3,
    },
    f"exposure?{ONE}": PAPER_FIRST[f"exposure?{ONE}"],
    f"flow?{ONE}": {
        "borders.length": 2, "borders[by=follow].crossings": 2,
        "borders[by=follow].value_micros": 50_000.0, "borders[by=join].value_micros": 0.0,
        "unexplained": 1,
    },
    # The second day has no impression. gus's return is credited to salt, which he saw the day before: 50,000 of its policy.
    f"liu?{TWO}": {
        f"{PUBLIC}.impressions": 0, f"{PUBLIC}.value_micros": 50_000.0, f"{PUBLIC}.efficiency_micros": None,
    },
    # tea was live on the second day until nine.
    f"exposure?{TWO}": {"impressions": 0, "creators": 3, "gini": 0.0},
    f"flow?{TWO}": {
        "borders.length": 3, "borders[by=unfollow].move": "leave", "borders[by=unfollow].source": "private",
        "borders[by=leave].value_micros": 0.0, "borders[by=join].move": "return",
        "borders[by=join].value_micros": 50_000.0,
    },
}  # fmt: skip


async def asked(story, paper, base="reports/"):
    for path, expected in paper.items():
        answer = await story.world.ask("GET", f"/v1/{base}{path}", status=200)
        assert {name: figure(answer, name) for name in expected} == expected, path


def test_every_report_is_what_the_paper_says_and_stays_so(tmp_path):
    async def scenario():
        async with told(tmp_path, zone=ZONE) as story:
            await story.live(FIRST_DAY)
            await asked(story, PAPER_FIRST)
            await story.live(SECOND_DAY)
            await asked(story, PAPER_SECOND)
            await story.live("2026-04-07 09:00  nothing happens")
            later = json.loads(json.dumps(PAPER_SECOND))
            later[f"liu?{ONE}"]["liu.retained.active[0].kept.day_7"] = 0
            await asked(story, later)
        # A restart builds the state anew from the log.
        for snapshot in tmp_path.rglob("*.snapshot"):
            snapshot.unlink()
        async with told(tmp_path, "2026-04-07", zone=ZONE) as story:
            await asked(story, later)

    run(scenario())


def test_an_authors_session_reads_a_trace_under_the_policy_that_decided(tmp_path):
    """Four pages held tea, all four were looked at, and all under `early`; today the promise is called `late`."""

    async def scenario():
        async with told(tmp_path, zone=ZONE) as story:
            await story.live(FIRST_DAY + SECOND_DAY)
            made = await story.world.ask("POST", "/v1/sessions", {"viewer": "cai"}, status=201)
            page = {"Authorization": f"Bearer {made['token']}"}
            return await story.world.ask("GET", "/v1/items/tea/trace", headers=page, status=200)

    trace = run(scenario())
    assert (trace["receipts"], trace["receipts_in_all"]) == (4, 4)
    assert (trace["served"]["total"], trace["impressions"]["total"]) == (4, 4)
    assert trace["considered"] == 4
    assert trace["by_reason"] == {}
    assert set(trace["served"]["by_promise"]) == {"early"}
    assert trace["counters"]["like"] == 0  # taken back a minute after midnight
    assert trace["counters"]["follow"] == 0  # bob's; gus's names no post
    assert trace["counters"]["watch_seconds"] == 180


# dan sells pots and pans. ann sees pot and buys it, 300,000, and later pan, of which she saw nothing: worth nothing, and she was
# inside already, so is her follow, which is credited to pot: 50,000. bob sees pot, buys it and has half back: 150,000. gus sees pan,
# buys it and has all of it back in two halves: he was never a customer and never crossed.
SHOPPING = """
2026-03-01 08:00  the operator sets worths to {"follow": 50000, "order": 300000}
2026-03-01 08:00  dan opens the shop kitchen
2026-03-01 08:30  kitchen sells pot for 100
2026-03-01 08:30  kitchen sells pan for 50
2026-03-01 10:00  ann sees pot
2026-03-01 10:10  ann buys pot
2026-03-01 10:20  ann buys pan
2026-03-01 10:30  ann follows dan
2026-03-01 11:00  bob sees pot
2026-03-01 11:10  bob buys pot
2026-03-01 12:00  gus sees pan
2026-03-01 12:10  gus buys pan
2026-03-02 09:00  the shop refunds 0.5 of pot to bob
2026-03-02 10:00  the shop refunds 0.5 of pan to gus
2026-03-02 11:00  the shop refunds 0.50 of pan to gus
2026-03-03 00:01  nothing happens
"""
PAPER_SHOPPING = {
    f"liu?{ONE}": {
        f"{PUBLIC}.impressions": 3, f"{PUBLIC}.value_micros": 500_000.0,
        "liu.retained.customers[0].count": 2, "liu.retained.customers[0].kept.day_1": 0,
        "liu.retained.customers[0].could.day_1": 2,
    },
    f"flow?{ONE}": {
        "borders.length": 1, "borders[0].by": "order", "borders[0].crossings": 2, "borders[0].people": 2,
        "borders[0].value_micros": 450_000.0, "unexplained": 0,
    },
    f"flow?{TWO}": {"borders.length": 0},
}  # fmt: skip


def test_refunds_second_products_and_a_follow_of_the_owner_count_as_on_paper(tmp_path):
    async def scenario():
        async with told(tmp_path, zone=ZONE) as story:
            await story.live(SHOPPING)
            await asked(story, PAPER_SHOPPING)

    run(scenario())


@pytest.mark.parametrize("shown", [19, 30])
def test_the_merit_gate_leaves_nobody_out_of_a_tiny_community(tmp_path, shown):
    """Of four creators one in twenty is nobody, whatever is known of them, and impressions add up."""

    async def scenario():
        async with told(tmp_path, zone=ZONE) as story:
            for who, what in (("cai", "tea"), ("dan", "rice"), ("eve", "salt"), ("fay", "milk")):
                await story.live(f"2026-03-01 09:00  {who} posts {what}")
            for n in range(shown):
                await story.live(f"2026-03-01 10:00  p{n} sees tea")
            for n in range(3):
                await story.live(f"2026-03-01 10:00  p{n} sees rice")
                await story.live(f"2026-03-01 10:00  p{n} likes rice")
            await story.live("2026-03-01 10:00  p0 sees salt")
            return await story.world.ask("GET", f"/v1/reports/exposure?{ONE}", status=200)

    report = run(scenario())
    assert (report["creators"], report["impressions"]) == (4, shown + 4)
    assert report["impressions_counted"] == shown + 4
    # In ascending order 0, 1, 3 and those of tea: (-1 x 1 + 1 x 3 + 3 x shown) / (4 x sum).
    assert report["gini"] == round((-1 + 3 + 3 * shown) / (4 * (shown + 4)), 6)


# ann likes, unlikes and likes again what she sees, all of one slot; she follows its author, takes it back and follows again from the
# same slot: the like 1,000 and the second follow 50,000 stand, once. bob's like stands, though he took an earlier one back after
# midnight: the one that stands is of the second day, 1,000, and so is the longest of his watches, 5,900; hal likes and takes it back.
AGAIN = """
2026-03-01 08:00  the operator sets worths to {"like": 1000, "follow": 50000, "watch": 100}
2026-03-01 09:00  cai posts tea
2026-03-01 10:00  ann sees tea
2026-03-01 10:01  ann likes tea
2026-03-01 10:02  ann unlikes tea
2026-03-01 10:03  ann likes tea
2026-03-01 10:04  ann likes tea
2026-03-01 10:05  ann follows cai from tea
2026-03-01 10:06  ann unfollows cai
2026-03-01 10:07  ann follows cai from tea
2026-03-01 11:00  hal sees tea
2026-03-01 11:01  hal likes tea
2026-03-01 11:02  hal unlikes tea
2026-03-01 11:03  hal likes tea
2026-03-01 11:04  hal unlikes tea
2026-03-01 23:58  bob sees tea
2026-03-01 23:59  bob likes tea
2026-03-01 23:59  bob watches tea for 50 s
2026-03-02 00:01  bob watches tea for 59 s
2026-03-02 00:02  bob unlikes tea
2026-03-02 00:03  bob likes tea
"""
PAPER_AGAIN = {
    f"reports/liu?{ONE}": {f"{PUBLIC}.impressions": 3, f"{PUBLIC}.value_micros": 51_000.0},
    f"reports/liu?{TWO}": {f"{PUBLIC}.impressions": 0, f"{PUBLIC}.value_micros": 6_900.0},
    f"reports/flow?{ONE}": {
        "borders.length": 3, "borders[move=enter].value_micros": 0.0, "borders[move=leave].crossings": 1,
        "borders[move=return].value_micros": 50_000.0,
    },
    "items/tea": {
        "counters.like": 2, "counters.follow": 1, "counters.watch_seconds": 59, "counters.impressions": 3,
    },
    "items/tea/trace": {"counters.like": 2, "counters.follow": 1, "impressions.total": 3},
}  # fmt: skip


def test_what_is_done_taken_back_and_done_again_of_one_slot_stands_once(tmp_path):
    async def scenario():
        async with told(tmp_path, zone=ZONE) as story:
            await story.live(AGAIN)
            await asked(story, PAPER_AGAIN, base="")
        async with told(tmp_path, "2026-03-03", zone=ZONE) as story:
            await asked(story, PAPER_AGAIN, base="")
            story.people.add("ann")
            story.world.numbers = itertools.count(1000)  # ids that the first life has not used
            await story.live("2026-03-03 09:00  ann unlikes tea")
            await asked(story, {"items/tea": {"counters.like": 1}}, base="")

    run(scenario())
