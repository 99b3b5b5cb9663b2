"""Reported comments wait beside reported posts: counted once, hidden or left, and appealed against by who wrote them."""

import pytest

from tests.worlds.comment_world import BELOW, listed, say, talk
from tests.worlds.comment_world import ids as comments
from tests.worlds.reported import appeal, decide, waiting
from tests.worlds.world import opened, run


async def reported(world, *reports):
    await talk(world)
    await say(world, "c1", text="buy my tea")
    await say(world, "c2", author="p1")
    for person, reason in reports:
        path = f"{BELOW}/c1/reports/{person}"
        await world.put(path, {"reason": reason}, status=204)


def test_a_reported_comment_waits_with_its_words_and_is_counted_once_however_often_it_is_read(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p2", "spam"), ("p3", "fraud"))
            await world.events(world.event("report", person="p4", item_id="i0"))
            first = await waiting(world)
            await world.put(f"{BELOW}/c1/reports/p2", {"reason": "other"}, status=204)
            return first, await waiting(world)

    first, again = run(scenario)
    assert first == again
    assert {(review["subject"]["kind"], review["subject"]["comment_id"]): review["reporters"] for review in first} == {
        ("item", None): 1, ("comment", "c1"): 2,
    }  # fmt: skip
    comment = next(review for review in first if review["subject"]["kind"] == "comment")
    assert (comment["text"], comment["author_id"], comment["subject"]["id"]) == (
        "buy my tea", "p0", "i0",
    )  # fmt: skip
    assert comment["reasons"] == {"spam": 1, "fraud": 1}


def test_a_hidden_comment_is_shown_to_nobody_until_its_authors_appeal_is_granted(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p2", "spam"))
            (review,) = await waiting(world)
            unfit = await decide(world, review, "warn", status=409)
            before = comments(await listed(world))
            await decide(world, review, "hide")
            hidden = comments(await listed(world))
            answer = await appeal(world, review, "p0")
            stranger = await appeal(world, review, "a0", status=404)
            await decide(world, review, "dismiss")
            item = await world.ask("GET", "/v1/items/i0", status=200)
            after = comments(await listed(world))
            return unfit, before, hidden, answer, stranger, after, item["ruling"]

    unfit, before, hidden, answer, stranger, after, ruling = run(scenario)
    assert unfit["error"]["code"] == "decision_unfit"
    assert (set(before), hidden, set(after)) == ({"c1", "c2"}, ["c2"], {"c1", "c2"})
    assert (answer["text"], answer["subject"]["comment_id"]) == ("buy my tea", "c1")
    assert stranger["error"]["code"] == "review_unknown"
    assert ruling is None


@pytest.mark.parametrize("gone", ["p0", "p2"])
def test_an_erasure_of_either_takes_the_review_of_a_comment_along(tmp_path, gone):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p2", "spam"))
            await waiting(world)
            await world.ask("DELETE", f"/v1/people/{gone}", status=204)
            return await waiting(world, "?state=any")

    assert run(scenario) == []
