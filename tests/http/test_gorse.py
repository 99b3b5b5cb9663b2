"""Gorse's routes: recommending is deciding, and users, items and lists are those of this community."""

import re
from datetime import timedelta

import pytest

from lodestone.events.facts import FLAG_DECISION
from lodestone.events.outcomes import FactKind
from lodestone.serve.gorse.shapes import duration_micros
from tests.docs.blocks import ROOT
from tests.worlds.gorse_world import facts, row, story


def test_a_recommendation_is_a_decision_and_what_is_written_back_is_a_fact_about_it(tmp_path):
    async def tell(world):
        path = "/api/recommend/ann?n=3&write-back-type=read&write-back-delay=0h4m30s"
        answer = await world.http.get(path)
        receipt = await world.ask("GET", f"/v1/receipts/{answer.headers['x-receipt-id']}")
        plain, scored = answer.json(), (
            await world.http.get("/api/recommend/ann?n=3", headers={"X-API-Version": "2"})
        ).json()  # fmt: skip
        late = await world.ask(
            "GET", "/api/recommend/ann?write-back-type=read&write-back-delay=10m", status=400
        )
        return receipt, plain, scored, late, await facts(world, FactKind.IMPRESSION), world.now

    receipt, plain, scored, late, seen, now = story(tell)(tmp_path)
    assert [one["item_id"] for one in receipt["slate"]] == plain
    assert receipt["viewer"] == "ann"
    assert [int(fact["slot"]) for fact in seen] == [1, 2, 3]
    assert all(fact["flags"] & FLAG_DECISION for fact in seen)
    written = now + timedelta(minutes=4, seconds=30)
    assert {int(fact["time"]) for fact in seen} == {int(written.timestamp() * 1_000_000)}
    assert {one["Id"] for one in scored} == {f"i{n}" for n in range(6)} - set(plain)  # read now
    assert all(one["Score"] > 0 for one in scored)
    assert late["error"]["code"] == "write_back_late"


def test_asking_twice_uses_nothing_up_and_what_was_written_back_stays_away(tmp_path):
    async def tell(world):
        await world.ask("POST", "/api/items", [{"ItemId": f"m{n}"} for n in range(14)])
        policy = (await world.ask("GET", "/v1/policy"))["policy"]
        del policy["version"]
        kept = [one for one in policy["promises"] if one["kind"] != "exploration"]
        calm = {"policy": {**policy, "promises": kept, "exploration_share": 0.0}}
        await world.put("/v1/policy", calm, status=200)
        plain = [await world.ask("GET", "/api/recommend/ann?n=10") for _ in range(3)]
        rest = await world.ask("GET", "/api/recommend/ann?n=20&offset=10")
        beyond = await world.ask("GET", "/api/recommend/ann?n=5&offset=40")
        unread = await facts(world, FactKind.IMPRESSION)
        back = "/api/recommend/ann?n=4&offset=3&write-back-type=read"
        read = await world.ask("GET", back)
        left = await world.ask("GET", "/api/recommend/ann?n=20")
        return plain, rest, beyond, len(unread), read, left

    plain, rest, beyond, unread, read, left = story(tell)(tmp_path)
    everything = {f"i{n}" for n in range(6)} | {f"m{n}" for n in range(14)}
    assert plain[0] == plain[1] == plain[2]
    assert len(plain[0]) == 10
    assert set(plain[0]) | set(rest) == everything
    assert len(rest) == 10
    assert (beyond, unread) == ([], 0)
    assert read == plain[0][3:7]
    assert set(left) == everything - set(read)


def test_a_long_recommendation_is_as_many_decisions_as_it_takes(tmp_path):
    async def tell(world):
        await world.ask("POST", "/api/items", [{"ItemId": f"m{n}"} for n in range(114)])
        answer = await world.http.get("/api/recommend/ann?n=120")
        return answer.json(), answer.headers["x-receipt-id"].split(",")

    items, receipts = story(tell)(tmp_path)
    assert len(items) == len(set(items)) == 120
    assert len(receipts) == 3


def test_a_category_is_a_channel_a_place_or_a_profession(tmp_path):
    async def tell(world):
        await world.put("/v1/domains/smiths", {"kind": "profession"})
        body = {"kind": "text", "author_id": "bob", "professions": ["smiths"]}
        await world.put("/v1/items/anvil", body, status=201)
        asked = ["ann/smiths", "ann/cats", "ann?category=cats", "ann/nothing", "stranger/smiths"]
        told = {one: await world.ask("GET", f"/api/recommend/{one}", status=200) for one in asked}
        two = await world.ask("GET", "/api/recommend/ann?category=cats&category=dogs", status=400)
        return told, two

    told, two = story(tell)(tmp_path)
    assert told["ann/smiths"] == told["stranger/smiths"] == ["anvil"]
    assert len(told["ann/cats"]) == 6
    assert set(told["ann?category=cats"]) == set(told["ann/cats"])
    assert told["ann/nothing"] == []
    assert two["error"]["code"] == "category_several"


def test_an_item_may_name_its_author_and_keeps_what_gorse_has_no_word_for(tmp_path):
    async def tell(world):
        labels = {"author": "bob", "topic": ["tea", "pot"], "size": 3, "tags": {"more": "cup"}}
        await world.ask("POST", "/api/item", {"ItemId": "x", "Labels": labels}, status=200)
        body = {"kind": "video", "author_id": "bob", "language": "zh", "tags": ["old"]}
        await world.put("/v1/items/x", body, status=200)
        await world.ask("PATCH", "/api/item/x", {"Labels": ["tea"], "Comment": "hot"}, status=200)
        await world.put("/api/item/x/category/cats", status=200)
        await world.put("/api/item/x/category/dogs", status=200)
        await world.ask("DELETE", "/api/item/x/category/cats", status=200)
        home = {"latitude": 26.38, "longitude": 108.08}
        await world.put("/v1/people/ann", {"home": home, "interests": {"tea": 3}})
        await world.ask("PATCH", "/api/user/ann", {"Comment": "Ann"}, status=200)
        return (
            await world.ask("GET", "/v1/items/x"), await world.ask("GET", "/api/item/x"),
            await world.ask("GET", "/v1/people/ann"),
        )  # fmt: skip

    ours, theirs, ann = story(tell)(tmp_path)
    assert (ours["kind"], ours["language"], ours["author_id"]) == ("video", "zh", "bob")
    assert (ours["tags"], ours["channels"], ours["text"]) == (["tea"], ["dogs"], "hot")
    assert theirs["Labels"] == {"author": "bob", "tags": ["tea"]}
    assert (ann["name"], ann["home"]["latitude"], ann["interests"]) == ("Ann", 26.38, {"tea": 3})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"Categories": list("abcde")}, "Categories"), ({"Timestamp": "soon"}, "Timestamp"),
        ({"Timestamp": "2026-03-05"}, "Timestamp"), ({"Categories": [""]}, "Categories"),
    ],
)  # fmt: skip
def test_an_item_that_does_not_fit_is_refused_in_gorses_words_and_none_of_its_batch_is_taken(
    tmp_path, body, field
):
    async def tell(world):
        rows = [{"ItemId": "good"}, {"ItemId": "bad", **body}]
        refused = await world.ask("POST", "/api/items", rows, status=400)
        await world.ask("GET", "/api/item/good", status=404)
        return refused["error"]

    assert field in story(tell)(tmp_path)["message"]


def test_lists_hold_what_is_shown_and_are_ordered_by_what_they_say(tmp_path):
    async def tell(world):
        for n, at in ((3, "2026-03-04T11:59:00Z"), (4, "2026-03-04T10:00:00Z")):
            await world.ask("PATCH", f"/api/item/i{n}", {"Timestamp": at}, status=200)
        await world.ask("PATCH", "/api/item/i5", {"IsHidden": True}, status=200)
        await world.ask("DELETE", "/api/item/i0", status=200)
        likes = [row(item="i2"), row(item="i2", user="bob"), row(item="i1"), row("read", item="i4")]
        await world.ask("POST", "/api/feedback", likes, status=200)
        paths = {
            "latest": "/api/latest", "latest of dogs": "/api/latest/dogs",
            "second": "/api/latest?n=1&offset=1", "unseen": "/api/latest?user-id=ann",
            "popular": "/api/popular?n=2", "trending": "/api/non-personalized/trending/?n=2",
            "popular cats": "/api/popular/cats?n=2", "newest": "/api/non-personalized/latest?n=1",
            "near": "/api/item-to-item/neighbors/i1?n=10",
        }  # fmt: skip
        told = {name: await world.ask("GET", path, status=200) for name, path in paths.items()}
        unknown = [
            await world.ask("GET", path, status=404)
            for path in ("/api/non-personalized/x", "/api/item-to-item/x/i1", "/api/item/x/neighbors")
        ]  # fmt: skip
        return told, [one["error"]["code"] for one in unknown]

    told, unknown = story(tell)(tmp_path)
    ids = {name: [one["Id"] for one in rows] for name, rows in told.items()}
    assert ids["latest"] == ["i3", "i1", "i2", "i4"]
    assert told["latest"][0]["Score"] == 1_772_625_540
    assert ids["second"] == ["i1"]
    assert ids["unseen"] == ["i3", "i1", "i2"]
    assert ids["latest of dogs"] == []
    assert ids["popular"] == ids["trending"] == ids["popular cats"] == ["i2", "i1"]
    assert [one["Score"] for one in told["popular"]] == [20_000, 10_000]
    assert ids["newest"] == ["i3"]
    assert sorted(ids["near"]) == ["i2", "i3", "i4"]
    assert unknown == ["list_unknown", "list_unknown", "item_unknown"]


def test_a_page_has_no_gorse_routes(tmp_path):
    async def tell(world):
        made = await world.ask("POST", "/v1/sessions", {"viewer": "ann"}, status=201)
        page = {"X-API-Key": made["token"]}
        paths = ["/api/recommend/ann", "/api/users", "/api/latest", "/api/user/ann/neighbors"]
        return [await world.ask("GET", path, headers=page, status=403) for path in paths]

    assert {one["error"]["code"] for one in story(tell)(tmp_path)} == {"scope_missing"}


PAGE = (ROOT / "docs" / "gorse.md").read_text()
ROUTES = re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/api/\S+)` \| (yes|no)", PAGE, re.MULTILINE)


def test_every_route_is_offered_or_not_as_its_page_says(tmp_path):
    async def tell(world):
        told = {}
        for method, path, _ in ROUTES:
            filled = path.replace("{name}", "neighbors" if "item-to" in path else "popular")
            filled = re.sub(r"\{feedback-type\}", "like", filled)
            filled = re.sub(r"\{item-id\}", "i1", re.sub(r"\{user-id\}", "ann", filled))
            body = [] if path.startswith(("/api/feedback", "/api/session")) else None
            sent = body if method in ("POST", "PUT") else None
            answer = await world.http.request(
                method, re.sub(r"\{category\}", "cats", filled), json=sent
            )
            told[method, path] = answer.status_code
        return told

    told = story(tell)(tmp_path)
    assert len(ROUTES) == 45
    for method, path, offered in ROUTES:
        assert (told[method, path] == 501) == (offered == "no"), (method, path)
        assert told[method, path] != 405, (method, path)
        assert told[method, path] < 500 or offered == "no", (method, path)


def test_gorses_health_needs_no_key(tmp_path):
    async def tell(world):
        world.http.headers.pop("Authorization")
        return [
            await world.ask("GET", f"/api/health/{one}", status=200) for one in ("live", "ready")
        ]

    assert [one["Ready"] for one in story(tell)(tmp_path)] == [True, True]


@pytest.mark.parametrize(
    ("text", "micros"),
    [("", 0), ("0", 0), ("10m", 600_000_000), ("1h30m", 5_400_000_000), ("1.5s", 1_500_000), ("250ms", 250_000)],
)  # fmt: skip
def test_lengths_of_time_are_read_as_go_writes_them(text, micros):
    assert duration_micros(text, "x") == micros
