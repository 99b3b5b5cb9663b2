"""Reports reach the moderators once, whatever happens between; a decision is obeyed by the next feed, and recorded."""

import shutil

import pytest

from lodestone.features.snapshot import digest
from lodestone.stores.records.reviews_port import ReviewFilter
from tests.worlds.moderated import ids, session
from tests.worlds.reported import appeal, decide, report, reported, summary, waiting
from tests.worlds.world import opened, run

FIRST = (("p0", "i1", "spam"), ("p1", "i1", "fraud"), ("p1", "i2", None))


def test_reports_wait_as_one_review_a_post_with_how_many_and_why(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, *FIRST)
            again = [report(world, "p0", "i1", "spam") for _ in range(2)]
            verdicts = await world.events(*again, again[0])
            page = await world.ask("GET", "/v1/reviews?limit=1", status=200)
            rest = await world.ask("GET", f"/v1/reviews?cursor={page['next_cursor']}", status=200)
            return verdicts, page["data"] + rest["data"], rest["next_cursor"], world.now

    verdicts, reviews, last, now = run(scenario)
    assert (verdicts["accepted"], verdicts["duplicates"], last) == (2, 1, None)
    assert summary(reviews) == [
        ("i1", 2, {"spam": 1, "fraud": 1}), ("i2", 1, {"unstated": 1}),
    ]  # fmt: skip
    assert {review["state"] for review in reviews} == {"open"}
    assert (reviews[0]["author_id"], reviews[0]["decision"], reviews[0]["appeal"]) == (
        "a1", None, None,
    )  # fmt: skip
    assert reviews[0]["first_at"] == now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_reason_that_is_none_of_ours_is_refused_and_an_event_without_one_taken(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world)
            odd = report(world, "p0", "i1", "boring")
            plain = {**report(world, "p1", "i1"), "reason": None}
            like = world.event("like", person="p2", item_id="i1", reason="spam")
            answer = await world.events(odd, plain, like)
            events = await world.ask("GET", "/v1/events", status=200)
            return answer, summary(await waiting(world)), events["data"]

    answer, reviews, events = run(scenario)
    assert (answer["accepted"], [refusal["code"] for refusal in answer["refused"]]) == (
        2,
        ["malformed"],
    )
    assert reviews == [("i1", 1, {"unstated": 1})]
    assert [(event["type"], event["reason"]) for event in events] == [
        ("report", None),
        ("like", None),
    ]


def test_an_export_brings_a_reports_reason_and_no_seconds(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "privacy"))
            events = await world.ask("GET", "/v1/events", status=200)
            return events["data"], await world.ask("GET", "/v1/people/p0/export", status=200)

    events, export = run(scenario)
    assert [(event["reason"], event["visible_seconds"]) for event in events] == [("privacy", None)]
    assert [(fact["type"], fact["reason"], fact["seconds"]) for fact in export["facts"]][-1:] == [
        ("report", "privacy", 0.0)
    ]


def test_what_an_import_brings_is_reported_nowhere(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world)
            body = {"events": [report(world, "p0", "i1", "spam")]}
            await world.ask("POST", "/v1/events?history=true", body, status=200)
            return await waiting(world)

    assert run(scenario) == []


def test_reports_survive_a_kill_before_they_were_written_and_count_once_after_a_rebuild(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, *FIRST)
            written = world.engine.parts.records.reports_upto
            before = await world.engine.parts.records.threads.read(written, "c")
        async with opened(tmp_path) as world:
            await world.engine.tick()
            first = summary(await waiting(world))
            await world.events(report(world, "p2", "i1", "spam", id="later"))
            second = summary(await waiting(world))
        for folder in tmp_path.glob("communities/*/snapshots*"):
            shutil.rmtree(folder)
        async with opened(tmp_path) as world:
            await world.engine.tick()
            return before, first, second, summary(await waiting(world))

    before, first, second, rebuilt = run(scenario)
    assert before == 0
    assert first == [("i1", 2, {"spam": 1, "fraud": 1}), ("i2", 1, {"unstated": 1})]
    assert second == [("i1", 3, {"spam": 2, "fraud": 1}), ("i2", 1, {"unstated": 1})]
    assert rebuilt == second


def test_a_clocks_tick_brings_reports_in_without_anybody_asking(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world)
            await world.engine.tick()
            await world.events(report(world, "p0", "i1", "spam"))
            await world.engine.tick()
            records = world.engine.parts.records
            return await records.threads.read(records.reviews, "c", ReviewFilter(), limit=9)

    (review,) = run(scenario)
    assert (review.item_id, review.reporters) == ("i1", 1)


def test_reports_are_not_lost_while_the_records_do_not_take_them(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world)
            await world.engine.tick()
            records = world.engine.parts.records
            with monkeypatch.context() as broken:
                broken.setattr(records, "take_reports", None)
                await world.events(report(world, "p0", "i1", "spam"))
                await world.engine.tick()
                failing = [failure.job for failure in world.engine.failures.standing()]
            world.later(minutes=10)
            await world.engine.tick()
            return failing, summary(await waiting(world)), world.engine.failures.standing()

    failing, reviews, after = run(scenario)
    assert failing == ["reports"]
    assert (reviews, after) == ([("i1", 1, {"spam": 1})], [])


def test_a_hidden_post_is_in_no_feed_from_the_next_decision_on_until_the_appeal_is_granted(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, *FIRST)
            before = ids(await world.feed("p3", slots=10))
            (review, _) = await waiting(world)
            hidden = await decide(world, review, "hide", note="an advertisement")
            feed = await world.feed("p4", slots=10, explain=True)
            item = await world.ask("GET", "/v1/items/i1", status=200)
            own = await world.ask("GET", "/v1/page/reviews", **await session(world, "a1"))
            appealed = await appeal(world, review, "a1")
            queue = await waiting(world)
            granted = await decide(world, review, "dismiss", note="you are right")
            last = await world.ask("GET", "/v1/page/reviews", **await session(world, "a1"))
            after = ids(await world.feed("p5", slots=10))
            return before, hidden, feed, item, own["data"], appealed, queue, granted, last, after

    before, hidden, feed, item, own, appealed, queue, granted, last, after = run(scenario)
    assert "i1" in before
    assert "i1" not in ids(feed)
    assert feed["explain"]["dropped"] == {"label_drop": 1}
    assert (hidden["state"], hidden["decision"], item["ruling"]) == ("decided", "hide", "hide")
    assert hidden["decided_by"]["key_id"].startswith("key_")
    assert [(ruling["decision"], ruling["note"], ruling["may_appeal"]) for ruling in own] == [
        ("hide", "an advertisement", True)
    ]
    assert own[0]["text"] == "a cup of tea"
    assert "reporters" not in own[0]
    assert (appealed["may_appeal"], appealed["appeal"]["text"]) == (False, "it sells nothing")
    assert [(review["subject"]["id"], review["state"]) for review in queue] == [
        ("i1", "appealed"), ("i2", "open"),
    ]  # fmt: skip
    assert granted["state"] == "closed"
    assert [(row["decision"], row["answered"], row["note"]) for row in last["data"]] == [
        ("dismiss", True, "you are right")
    ]
    assert "i1" in after


def test_a_post_that_is_warned_of_is_shown_with_its_warning_whatever_its_app_writes(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "violence"))
            (review,) = await waiting(world)
            await decide(world, review, "warn")
            await world.put("/v1/items/i1", {"kind": "video", "author_id": "a1"}, status=200)
            feed = await world.feed("p3", slots=10)
            state = digest(world.engine.state)
        async with opened(tmp_path) as world:
            return feed, state == digest(world.engine.state)

    feed, same = run(scenario)
    assert {slot["item_id"]: slot["label"] for slot in feed["slots"] if slot.get("label")} == {
        "i1": "warn"
    }
    assert same


REFUSED = [
    ("decide", {"decision": "burn"}, 400, "malformed"),
    ("decide", {"decision": "hide", "note": "x" * 501}, 400, "malformed"),
    ("decide", {"decision": "hide", "until": 3}, 400, "malformed"),
    ("decide", {"decision": "warn"}, 409, "review_decided"),
    ("appeal", {"text": ""}, 400, "malformed"),
    ("appeal", {"text": "x" * 1001}, 400, "malformed"),
]


@pytest.mark.parametrize(("act", "body", "status", "code"), REFUSED)
def test_what_does_not_fit_is_refused_by_name(tmp_path, act, body, status, code):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "spam"))
            (review,) = await waiting(world)
            await decide(world, review, "hide")
            path = f"/v1/reviews/{review['id']}/{act}"
            return await world.ask("POST", path, body, status=status)

    assert run(scenario)["error"]["code"] == code


def test_only_those_who_review_read_the_queue_and_only_an_author_appeals(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "spam"))
            (review,) = await waiting(world)
            await decide(world, review, "hide")
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            path, scopes = "/v1/communities/c/keys", ["read", "write", "policy"]
            made = await world.ask("POST", path, {"name": "k", "scopes": scopes}, headers=operator)
            key = {"headers": {"Authorization": f"Bearer {made['key']}"}}
            mine = await session(world, "p0")
            codes = [
                (await world.ask(method, path, body, **who))["error"]["code"]
                for who in (key, mine)
                for method, path, body in (
                    ("GET", "/v1/reviews", None),
                    ("POST", f"/v1/reviews/{review['id']}/decide", {"decision": "dismiss"}),
                    ("POST", f"/v1/reviews/{review['id']}/appeal", {"text": "why"}),
                )
            ]
            unknown = await world.ask("GET", f"/v1/reviews/rev_{'0' * 32}", status=404)
            return codes, unknown["error"]["code"]

    codes, unknown = run(scenario)
    assert codes == ["scope_missing"] * 5 + ["review_unknown"]
    assert unknown == "review_unknown"


def test_erasing_the_author_or_the_reporter_leaves_nothing_of_theirs_in_the_queue(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, *FIRST)
            reviews = await waiting(world)
            await decide(world, reviews[0], "hide", note="an advertisement")
            await world.ask("DELETE", "/v1/people/a1", status=204)
            await world.ask("DELETE", "/v1/people/p1", status=204)
            return await waiting(world, "?state=any")

    assert run(scenario) == []
