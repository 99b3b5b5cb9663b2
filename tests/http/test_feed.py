"""What an app sees of a decision: the feed, its receipt, the next one that knows what happened."""

from dataclasses import fields, replace

import pytest
from numba import types

from lodestone.base.errors import UnavailableError
from lodestone.services.feed.pipeline import Decider
from lodestone.services.feed.sources import Sources
from lodestone.traffic.kernels import COMPILED
from tests.worlds.world import TOWN, opened, run


class Down:
    """An index and a predictor that do not answer."""

    version = "down"

    def search(self, vector, count):
        raise UnavailableError("index_down", "the index does not answer")

    def chances(self, state, asked, rows):
        raise UnavailableError("predictor_down", "the predictor does not answer")


async def settled(world, *, people=3, items=40, **fields):
    await world.people(people, home=TOWN)
    await world.items(items, **fields)


def test_a_feed_fills_its_slots_and_its_receipt_replays(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)

            feed = await world.feed(slots=10, explain=True)
            receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}", status=200)
            replay = await world.ask(
                "POST", f"/v1/receipts/{feed['receipt_id']}/replay", status=200
            )

        assert [slot["slot"] for slot in feed["slots"]] == list(range(1, 11))
        assert [slot["item_id"] for slot in feed["slots"]] == [
            c["item_id"] for c in receipt["slate"]
        ]
        assert replay == {"identical": True, "differences": []}
        names = [stage["name"] for stage in feed["explain"]["stages"]]
        assert names == ["hydrate", "sources", "filters", "values", "prices", "slots", "receipt"]
        considered = receipt["candidates"]
        assert sum(receipt["dropped"].values()) + len(feed["slots"]) == considered

    run(scenario())


def test_the_very_next_feed_knows_what_was_seen_hidden_and_followed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world, items=30)
            first = await world.feed(slots=5)
            seen, hidden, followed = first["slots"][0], first["slots"][1], first["slots"][2]

            world.later(minutes=11)  # beyond what is held back as served
            verdicts = await world.events(
                world.event("impression", seen),
                world.event("hide", hidden),
                world.event("follow", followed, author_id=followed["author_id"]),
            )
            second = await world.feed(slots=20)

        shown = {slot["item_id"]: slot for slot in second["slots"]}
        assert verdicts == {"accepted": 3, "duplicates": 0, "refused": []}
        assert seen["item_id"] not in shown
        assert hidden["item_id"] not in shown
        private = [s for s in second["slots"] if s["author_id"] == followed["author_id"]]
        assert private
        assert {slot["domain"] for slot in private} == {"private"}

    run(scenario())


def test_pages_do_not_repeat_and_a_dry_pool_ends_them(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world, items=24, people=1)
            shown, cursor, pages = [], None, 0
            while True:
                page = await world.feed(slots=10, cursor=cursor)
                shown += [slot["item_id"] for slot in page["slots"]]
                pages, cursor = pages + 1, page["next_cursor"]
                if cursor is None:
                    break

        assert len(shown) == len(set(shown)) == 24
        assert pages == 3

    run(scenario())


def test_a_cursor_of_another_viewer_is_refused(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            page = await world.feed("p0")

            told = await world.ask(
                "POST", "/v1/feeds", {"viewer": "p1", "cursor": page["next_cursor"]}, status=400
            )

        assert told["error"]["code"] == "cursor_invalid"

    run(scenario())


@pytest.mark.parametrize(("label", "shown"), [("drop", False), ("warn", True)])
def test_a_label_holds_until_it_expires(tmp_path, label, shown):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world, items=1, people=1)
            until = world.now.replace(hour=14).isoformat()
            body = {"kind": "text", "author_id": "a0",
                    "labels": [{"label": label, "rule": "r", "expires_at": until}]}  # fmt: skip
            await world.put("/v1/items/i0", body, status=200)

            now = await world.feed()
            world.later(hours=3)
            await world.engine.tick()
            after = await world.feed()

        assert [slot.get("label") for slot in now["slots"]] == ([label] if shown else [])
        assert [slot.get("label") for slot in after["slots"]] == [None]

    run(scenario())


def test_without_consent_only_place_language_and_popularity_decide(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            body = {"home": TOWN, "consent": {"personalisation": False}, "interests": {"tea": 1}}
            await world.put("/v1/people/p0", body, status=200)

            feed = await world.feed(explain=True)
            receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}")

        assert feed["personalised"] is False
        assert receipt["personalised"] is False
        assert not {c["source"] for c in receipt["pool"]} & {"taste", "followed", "channel"}

    run(scenario())


def test_a_childs_account_gets_no_neighbourhood_by_position(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world, position=TOWN)
            await world.put("/v1/people/p0", {"home": TOWN, "minor": True}, status=200)

            feed = await world.feed(explain=True)
            receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}")

        assert "neighbours" not in {c["source"] for c in receipt["pool"]}
        assert "middle" not in {slot["domain"] for slot in feed["slots"]}

    run(scenario())


def test_a_childs_position_opens_no_place_and_earns_no_local_bonus(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world, position=TOWN)
            body = {"kind": "place", "centre": TOWN, "radius_km": 10}
            await world.put("/v1/domains/town", body, status=201)
            await world.put("/v1/people/p0", {"home": TOWN, "minor": True}, status=200)

            asked = {"viewer": "p0", "surface": "place", "position": TOWN}
            told = await world.ask("POST", "/v1/feeds", asked, status=400)
            named = await world.feed(surface="place", domain_id="town")
            held = {}
            for viewer in ("p0", "p1"):
                feed = await world.feed(viewer)
                receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}")
                held[viewer] = {name for one in receipt["pool"] for name in one["promises"]}
            return told["error"], named["slots"], held

    error, named, held = run(scenario())
    assert error["details"] == [{"field": "domain_id", "problem": "name the domain to look at"}]
    assert len(named) == 10
    assert "local_share" in held["p1"]
    assert "local_share" not in held["p0"]


def test_one_is_resident_at_home_wherever_one_is_present(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            body = {"kind": "place", "centre": TOWN, "radius_km": 10}
            await world.put("/v1/domains/town", body, status=201)
            await settled(world, items=5, position=TOWN)

            feed = await world.feed(position={"latitude": 40.0, "longitude": 116.0})
            return {(slot["domain"], slot["domain_id"]) for slot in feed["slots"]}

    assert run(scenario()) == {("middle", "town")}


def test_a_place_shows_what_lies_within_ten_kilometres_exactly(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1, home=TOWN)
            near = {"latitude": 26.38 + 9.9 / 111.195, "longitude": 108.08}
            far = {"latitude": 26.38 + 10.1 / 111.195, "longitude": 108.08}
            await world.items(5, authors=5, position=near)
            await world.items(5, authors=5, first=5, position=far)

            feed = await world.feed(surface="place")

        assert {slot["item_id"] for slot in feed["slots"]} == {f"i{n}" for n in range(5)}
        assert {slot["domain"] for slot in feed["slots"]} == {"middle"}

    run(scenario())


def test_a_feed_thins_when_index_and_predictor_are_down_and_says_so(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            await world.put("/v1/people/p0", {"home": TOWN, "interests": {"tea": 1}}, status=200)
            parts = world.engine.parts
            sources = Sources(parts.state, parts.postings, Down(), parts.kernels)
            decider = Decider(parts.state, sources, Down(), parts.fallback, parts.kernels)
            world.engine.parts = replace(parts, decider=decider)

            feed = await world.feed(slots=5)
            replay = await world.ask("POST", f"/v1/receipts/{feed['receipt_id']}/replay")

        assert feed["degraded"] == ["taste", "predictor"]
        assert len(feed["slots"]) == 5
        assert replay["identical"]

    run(scenario())


def test_when_receipts_cannot_be_stored_nothing_is_shown(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            await world.engine.log.close()

            told = await world.http.post("/v1/feeds", json={"viewer": "p0"})

            assert told.status_code == 503
            assert int(told.headers["retry-after"]) >= 1

    with pytest.raises(UnavailableError):  # the log closed on purpose cannot be closed again
        run(scenario())


def test_nobody_signed_in_gets_a_feed_too(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)

            feed = await world.ask(
                "POST", "/v1/feeds", {"viewer": None, "session": "s1"}, status=200
            )
            stranger = await world.feed("nobody-we-know")

        assert len(feed["slots"]) == len(stranger["slots"]) == 10

    run(scenario())


def test_facts_without_a_receipt_move_no_exposure(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)

            await world.events(world.event("impression", item_id="i0"))

            state = world.engine.state
            return int(state.impressions_day.sum()), int(state.item_ring[0].sum(axis=0)[13])

    assert run(scenario()) == (0, 1)


def test_the_latest_receipts_are_listed_newest_first_and_name_nobody(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            feeds = [await world.feed(viewer) for viewer in ("p0", "p1", None, "p0", "p2")]
            first = await world.ask("GET", "/v1/receipts?limit=3", status=200)
            rest = await world.ask("GET", f"/v1/receipts?cursor={first['next_cursor']}", status=200)
            shown = await world.ask("GET", f"/v1/receipts/{feeds[4]['receipt_id']}", status=200)
            await world.ask("DELETE", "/v1/people/p0")
            later = await world.ask("GET", "/v1/receipts", status=200)
            history = await world.ask("GET", "/v1/promises/history", status=200)
        return feeds, first, rest, shown, later, history

    feeds, first, rest, shown, later, history = run(scenario)
    lines = [*first["data"], *rest["data"]]
    assert [line["receipt_id"] for line in lines] == [f["receipt_id"] for f in feeds[::-1]]
    assert rest["next_cursor"] is None
    two, zero, nobody, one, zero_again = [line["viewer"] for line in lines]
    assert nobody is None
    assert zero == zero_again
    assert len({two, zero, one}) == 3
    assert not {"p0", "p1", "p2"} & {two, zero, one}
    assert lines[0]["filled"] == len(shown["slate"]) == 10
    assert lines[0]["candidates"] == shown["candidates"]
    assert [line["erased"] for line in later["data"]] == [False, True, False, False, True]
    assert [one["id"] for one in history["data"]] == [
        "first_impressions", "local_share", "gini", "exploration",
    ]  # fmt: skip


def test_what_is_kept_of_compiled_kernels_names_no_class_of_ours(tmp_path):
    """Numba reads the classes of a call's arguments before it looks whether the kernel has changed."""

    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            await world.feed()

    run(scenario)

    kernels = [
        function
        for module in (getattr(COMPILED, field.name) for field in fields(COMPILED))
        for function in vars(module).values()
        if hasattr(function, "signatures")
    ]
    named = [
        (kernel.__name__, argument)
        for kernel in kernels
        for signature in kernel.signatures
        for argument in signature
        if isinstance(argument, types.BaseNamedTuple)
    ]
    assert not named
    assert any(kernel.signatures for kernel in kernels)
