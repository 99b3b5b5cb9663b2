"""Ads in feeds: labelled, behind the organic slate, explained, replayed, and never where they may not be."""

from dataclasses import replace

import pytest

from lodestone.events.beacon import open_beacon
from lodestone.events.facts import FLAG_EXPLORED, FLAG_PAID
from lodestone.events.outcomes import FactKind
from lodestone.services.community import recovery
from lodestone.services.feed.cursor import Chain
from lodestone.services.feed.messages import FeedRequest
from lodestone.services.feed.stages import Stages
from lodestone.services.support.ids import decision_seed
from lodestone.traffic.codec import encode, pack
from lodestone.traffic.pricer import PacingAccount
from tests.worlds.advertised import advertise, live, paid, pay_for, posts, row, town
from tests.worlds.world import opened, run


async def replayed(world, feed):
    path = f"/v1/receipts/{feed['receipt_id']}/replay"
    return (await world.ask("POST", path, status=200))["differences"]


async def policy(world, **turned):
    now = (await world.ask("GET", "/v1/policy"))["policy"]
    await world.put("/v1/policy", {"policy": {**now, **turned}}, status=200)


def decided(world, sequence=0):
    """Take the first decision once more, and return its receipt."""
    engine, request = world.engine, FeedRequest(viewer="p0")
    now, keeper = engine.now(), engine.housekeeper
    viewer = engine.hydrator.viewer(request, keeper.policy, now, gated=keeper.sweep.gated)
    setting = replace(
        engine.setting(request, now, Chain(), []),
        sequence=sequence, seed=decision_seed(engine.secret, sequence),
    )  # fmt: skip
    decision = engine.parts.decider.decide(viewer, setting, Stages(None), PacingAccount())
    return pack(encode(decision))


def test_an_ad_is_labelled_explained_and_replayed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world)
            feed = await world.feed(explain=True)
            receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}", status=200)
            slot = paid(feed)[0]["slot"]
            path = f"/v1/receipts/{feed['receipt_id']}/why"
            why = [await world.ask("GET", f"{path}/{n}", status=200) for n in (1, slot, slot + 1)]
            beacons = [open_beacon(world.engine.secret, slot["beacon"]) for slot in feed["slots"]]
            return feed, receipt, why, beacons, await replayed(world, feed)

    feed, receipt, why, beacons, differences = run(scenario)
    ads, notes = paid(feed), feed["explain"]["ads"]
    assert differences == []
    assert len(feed["slots"]) == 10
    assert [slot["slot"] for slot in feed["slots"]] == list(range(1, 11))
    assert {slot["ad_id"] for slot in ads} == {"ad0", "ad1"}
    assert {(slot["label"], slot["source"], slot["domain"]) for slot in ads} == {
        ("ad", "ad", "public")
    }
    assert all("ad_id" not in slot for slot in feed["slots"] if not slot["paid"])
    assert [(note["slot"], note["ad_id"], note["item_id"]) for note in notes] == [
        (slot["slot"], slot["ad_id"], slot["item_id"]) for slot in ads
    ]
    for note in notes:
        assert 0 <= note["payment"] <= note["bid"] == 50_000_000
        assert 0 < note["expected_action"] < 1
        assert note["due"] == pytest.approx(
            note["organic_loss"] + note["others_loss"] + note["own_cost"]
        )
        assert len(note["displaced"]) == 2
        assert note["steps"]
    assert receipt["ads"] == notes
    assert receipt["payment"] == sum(note["payment"] for note in notes)
    assert [slot["item_id"] for slot in receipt["slate"]] == posts(feed)
    reasons = {candidate["item_id"]: candidate["reason"] for candidate in receipt["pool"]}
    assert {reasons[item] for item in notes[0]["displaced"]} == {"displaced"}
    assert [(reason["item_id"], reason["ad"] is None) for reason in why] == [
        (feed["slots"][n["slot"] - 1]["item_id"], not feed["slots"][n["slot"] - 1]["paid"])
        for n in why
    ]
    for slot, beacon in zip(feed["slots"], beacons, strict=True):
        assert bool(beacon.flags & FLAG_PAID) == slot["paid"]
        assert beacon.slot == slot["slot"]
        if slot["paid"]:
            assert (beacon.promises, beacon.domain, beacon.flags & FLAG_EXPLORED) == (0, -1, 0)


def test_with_no_ad_live_a_decision_is_the_same_to_the_byte(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0)
            before = await world.feed()
            stored = [parts.what for parts in world.engine.log.receipts(0, 1)]
            advertise(world, "ad", "i1")
            live(world).drop("ad")
            return before, stored, decided(world)

    _, stored, again = run(scenario)
    assert stored == [again]


def test_what_competes_is_decided_before_any_bid_is_looked_at(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0)
            await policy(world, exploration_share=0.0, promises=[])
            alone = await world.feed("p0")
            advertise(world, "ad", "i59")
            return alone, await world.feed("p1")

    alone, feed = run(scenario)
    assert len(paid(feed)) in (0, 1)
    shown = posts(feed)
    assert shown == posts(alone)[: len(shown)]


@pytest.mark.parametrize(
    ("viewer", "asked", "ads", "come"),
    [
        ({"minor": True}, {}, {}, False),
        ({}, {}, {"contextual": False}, True),
        ({}, {"personalised": False}, {"contextual": False}, False),
        ({}, {"personalised": False}, {}, True),
        ({}, {"surface": "following"}, {}, False),
        ({}, {}, {"reserve": 1e12}, False),
        ({}, {}, {"hours": (0,) * 7}, False),
        ({}, {}, {"languages": (3_000,)}, False),
        ({}, {"slots": 3}, {}, False),
    ],
)  # fmt: skip
def test_ads_come_to_whom_they_may(tmp_path, viewer, asked, ads, come):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0, **viewer)
            await world.items(1, first=90, authors=100)
            advertise(world, "ad", "i90", **ads)
            return await world.feed(**asked)

    assert bool(paid(run(scenario))) == come


def test_what_the_viewer_refused_owns_or_has_on_the_page_is_not_advertised_to_them(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=1)
            first = await world.feed("p0")
            await world.events(world.event("hide", paid(first)[0]))
            advertise(world, "mine", "ware0")
            hidden, other = await world.feed("p0"), await world.feed("p1")
            live(world).drop("ad0")
            live(world).drop("mine")
            mine = {"author_id": "p2", "kind": "video", "text": "mine"}
            await world.put("/v1/items/q", mine, status=201)
            advertise(world, "self", "q")
            return first, hidden, other, await world.feed("p2"), await world.feed("p3")

    first, hidden, other, self_, stranger = run(scenario)
    assert [bool(paid(feed)) for feed in (first, hidden, other, self_, stranger)] == [True, False, True, False, True]  # fmt: skip


def test_pausing_and_spending_are_seen_by_the_very_next_page(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            ads = await town(world, ads=1)
            pages = [await world.feed()]
            live(world).spendable(ads[0].campaign_id, may=False)
            pages.append(await world.feed())
            live(world).spendable(ads[0].campaign_id, may=True)
            pages.append(await world.feed())
            live(world).drop("ad0")
            pages.append(await world.feed())
            advertise(world, "ad0", "ware0")
            world.engine.parts.decider.placer.spending = Broke()
            pages.append(await world.feed())
            return [len(paid(page)) for page in pages]

    assert run(scenario) == [1, 0, 1, 0, 0]


def test_campaigns_whose_money_is_gone_keep_no_other_from_the_page(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0)
            for number in range(40):
                ware = {"author_id": f"w{number}", "kind": "video", "text": "tea"}
                await world.put(f"/v1/items/w{number}", ware, status=201)
                rich = number > 0
                advertise(world, f"ad{number}", f"w{number}", bid=(50 if rich else 5) * 10**6)
                if rich:
                    pay_for(world, f"campaign of ad{number}", most=49 * 10**6)
            pages = [paid(await world.feed())]
            pay_for(world, "campaign of ad7")
            pages.append(paid(await world.feed("p1")))
            return [[slot["ad_id"] for slot in page] for page in pages]

    gone, back = run(scenario)
    assert gone == ["ad0"]
    assert back[0] == "ad7"


class Broke:
    """A till without money."""

    def refresh(self):
        pass

    def may_spend(self, campaign_id, most):
        return campaign_id is None or most < 0

    def campaign(self, number):
        return None

    def cold(self, share):
        return {}


def test_a_campaign_comes_as_often_as_it_may_and_again_when_its_days_are_over(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0)
            advertise(world, "ad", "i59", frequency=(2, 1))
            await world.put("/v1/items/i90", {"author_id": "a90", "kind": "video", "text": "tea"})
            live(world).drop("ad")
            advertise(world, "ad", "i90", frequency=(2, 1))
            counts = [len(paid(await world.feed())) for _ in range(4)]
            other = len(paid(await world.feed("p1")))
            world.clock.advance(seconds=86_401)
            return counts, other, len(paid(await world.feed()))

    assert run(scenario) == ([1, 1, 0, 0], 1, 1)


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_start_knows_how_often_a_campaign_was_shown_however_long_ago(tmp_path, monkeypatch, snapshot):  # fmt: skip
    """Two pages of p0 lie behind more receipts than a start looks through."""
    monkeypatch.setattr(recovery, "SERVED_BACK", 1)

    async def run_it(world):
        advertise(world, "ad", "i90", frequency=(2, 40))

    async def comes(world, viewer):
        """Say whether it comes on one of three pages: on one of them its post may stand unpaid."""
        return any([paid(await world.feed(viewer)) for _ in range(3)])

    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0)
            await world.put("/v1/items/i90", {"author_id": "a90", "kind": "video", "text": "tea"})
            await run_it(world)
            counts = [len(paid(await world.feed())) for _ in range(2)]
            await world.feed("p1")
            clock = world.clock
        clock.advance(seconds=35 * 86_400)
        if not snapshot:
            for file in tmp_path.rglob("*.snapshot"):
                file.unlink()
        async with opened(tmp_path, clock=clock) as world:
            await run_it(world)
            again = [await comes(world, viewer) for viewer in ("p0", "p1")]
            clock.advance(seconds=6 * 86_400)
            return counts, again, await comes(world, "p0")

    assert run(scenario) == ([1, 1], [False, True], True)


def test_a_post_pushed_off_by_an_ad_comes_on_the_next_page(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world)
            first = await world.feed(explain=True)
            second = await world.feed(cursor=first["next_cursor"], slots=20)
            return first, second

    first, second = run(scenario)
    displaced = first["explain"]["ads"][0]["displaced"]
    assert set(displaced) <= set(posts(second))
    assert not set(posts(first)) & set(posts(second))


def test_paid_slots_count_for_no_promise_and_no_exposure(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world)
            feed = await world.feed()
            state, engine = world.engine.state, world.engine
            rows = [row(world, slot["item_id"]) for slot in paid(feed)]
            authors = state.items["author"][rows]
            account = engine.housekeeper.account
            before = state.impressions_day.sum(), account.slots
            await world.events(*(world.event("impression", slot) for slot in feed["slots"]))
            return (
                len(posts(feed)), int(state.impressions_day.sum() - before[0]),
                state.author_exposure[authors].sum(), state.promise_delivered[0].sum(), account.slots,
                [state.item_ring[r, :, :].sum() for r in rows],
            )  # fmt: skip

    count, counted, exposure, _, weight, counters = run(scenario)
    assert counted == count == 8
    assert exposure == 0
    assert weight < sum(1 / (1 + 0.06 * slot) for slot in range(10))
    assert counters == [0, 0]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2])
def test_a_campaign_of_which_little_is_known_learns_within_the_policys_share_and_pays_by_the_auction(
    tmp_path, share
):
    async def scenario():
        async with opened(tmp_path) as world:
            await town(world, ads=0, items=120, authors=40)
            await policy(world, ad_exploration=share, ad_load=0.1)
            for name, bid in (("known", 50_000_000), ("new", 40_000_000)):
                ware = {
                    "author_id": f"firm {name}",
                    "kind": "video",
                    "text": "tea",
                    "tags": ["tea"],
                }
                await world.put(f"/v1/items/{name}", ware, status=201)
                ad = advertise(world, name, name, bid=bid)
            engine = world.engine
            number = engine.billing.numbers.number("campaign of known")
            for _ in range(400):  # what was expected of it came
                engine.state.budgets.calibration.note(
                    number, FactKind.CLICK, 0.5, happened=_ % 2 == 0, day=engine.ingest.day(engine.now())
                )  # fmt: skip
            notes, differences = [], []
            for page in range(60):
                feed = await world.feed(f"p{page % 4}", explain=True)
                notes += feed["explain"]["ads"]
                differences += await replayed(world, feed)
                today = engine.state.budgets.exploration.of(engine.money.today())
                assert today[0] <= share * today[1]
                if page % 4 == 3:
                    world.later(minutes=11)
            return notes, differences, ad.bid

    notes, differences, bid = run(scenario)
    new = [note for note in notes if note["ad_id"] == "new"]
    assert differences == []
    assert [note["explored"] for note in notes] == [note["ad_id"] == "new" for note in notes]
    assert all(note["rule"] == "vcg" and 0 < note["payment"] <= bid for note in new)
    assert (len(new) > 0) == (share > 0)
    assert len(new) <= share * len(notes)
