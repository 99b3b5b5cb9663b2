"""Reports, promises and policies as an operator reads them over HTTP: one figure, one definition."""

from tests.worlds.world import NOON, TOWN, opened, run

DAY = NOON.date().isoformat()


async def shown(world, viewers=6, slots=8, *also):
    """Let some people be shown their feeds, and like or follow what they see first."""
    pages = []
    for n in range(viewers):
        feed = await world.feed(f"p{n}", slots=slots)
        pages.append(feed)
        events = [world.event("impression", slot, f"p{n}") for slot in feed["slots"]]
        for kind in also:
            more = {"author_id": feed["slots"][0]["author_id"]} if kind == "follow" else {}
            events.append(world.event(kind, feed["slots"][0], f"p{n}", **more))
        await world.events(*events)
    return pages


async def step(world):
    world.later(seconds=61)
    await world.engine.tick()


def test_the_reports_gini_is_the_promises_gini(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await world.items(60, authors=25)
            await shown(world)
            await step(world)
            table = (await world.ask("GET", "/v1/promises", status=200))["data"]
            report = await world.ask("GET", "/v1/reports/exposure", status=200)
            return next(row for row in table if row["kind"] == "gini"), report

    promise, report = run(scenario())
    assert report["gini"] == promise["delivered"] > 0
    assert report["target"] == promise["target"]
    assert 0 < report["noise_floor"] < 1
    assert report["creators"] == 25
    assert report["impressions"] == report["impressions_counted"] == 48
    assert report["lorenz"][0] == {"creators": 0.0, "impressions": 0.0}
    assert report["lorenz"][-1] == {"creators": 1.0, "impressions": 1.0}


def test_steps_of_the_prices_are_made_of_stretches_that_meet(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await world.items(30)
            steps = []
            for _ in range(3):
                await shown(world)
                await step(world)
                steps.append((await world.ask("GET", "/v1/promises", status=200))["step"])
            await step(world)  # nothing was decided since: no step
            steps.append((await world.ask("GET", "/v1/promises", status=200))["step"])
            return steps

    first, second, third, idle = run(scenario())
    assert (first["receipts_from"], first["receipts_before"]) == (0, 6)
    assert (second["receipts_from"], second["receipts_before"]) == (6, 12)
    assert third["facts_from"] == second["facts_before"] > first["facts_before"]
    assert third["version"] == 3
    assert idle == third


def test_an_outcome_is_worth_what_its_receipts_policy_says_even_within_one_second(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await world.items(40)
            worth = {}
            for micros in (1_000, 5_000):  # the clock stands still between the two
                body = {"policy": {"worths": {"like": micros}, "exploration_share": 0.0}}
                await world.put("/v1/policy", body, status=200)
                (page,) = await shown(world, 1, 4)
                worth[micros] = page
            await world.events(*(world.event("like", page["slots"][1]) for page in worth.values()))
            path = f"/v1/reports/liu?from={DAY}&to={DAY}"
            return (await world.ask("GET", path, status=200))["liu"]["days"]

    days = run(scenario())
    assert sum(row["value_micros"] for row in days) == 6_000
    assert all(row["provisional"] for row in days)


def test_a_crossing_is_worth_what_its_receipts_policy_says_and_is_told_by_domain(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await world.items(4, authors=1)
            for n, micros in enumerate((1_000, 5_000)):
                body = {"policy": {"worths": {"follow": micros}, "exploration_share": 0.0}}
                await world.put("/v1/policy", body, status=200)
                feed = await world.feed(f"p{n}", slots=4)
                await world.events(
                    *(world.event("impression", slot, f"p{n}") for slot in feed["slots"])
                )
            world.later(minutes=1)
            for n in range(2):
                await world.put(f"/v1/people/p{n}/follows/a0")
            told = {}
            for domain in ("public", "middle", "private"):
                path = f"/v1/reports/flow?domain={domain}"
                told[domain] = (await world.ask("GET", path, status=200))["borders"]
            refused = await world.ask("GET", "/v1/reports/flow?domain=nowhere", status=400)
            return told, refused

    told, refused = run(scenario())
    assert [(b["source"], b["target"], b["value_micros"]) for b in told["public"]] == [
        ("public", "private", 6_000)
    ]
    assert told["private"] == told["public"]
    assert told["middle"] == []
    assert refused["error"]["details"][0]["field"] == "domain"


def test_who_joins_a_place_after_its_posts_in_public_has_crossed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)  # nobody is anywhere: the post reaches them in public
            body = {"kind": "place", "centre": TOWN, "radius_km": 10}
            await world.put("/v1/domains/town", body, status=201)
            await world.items(4, position=TOWN)
            await shown(world, 1, 4)
            world.later(minutes=1)
            await world.put("/v1/domains/town/members/p0")
            return await world.ask("GET", "/v1/reports/flow", status=200)

    flow = run(scenario())
    assert [(b["source"], b["target"], b["by"], b["people"]) for b in flow["borders"]] == [
        ("public", "middle", "join", 1)
    ]
    assert [(c["count"], c["people"]) for c in flow["cohorts"]] == [(1, 1)]
    assert flow["unexplained"] == 0


def test_followers_are_told_by_the_domain_that_won_them(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(4, home=TOWN)
            await world.items(10, position=TOWN)
            await shown(world, 3, 4, "follow")
            told = {}
            for word in ("public", "middle", "private"):
                path = f"/v1/reports/liu?from={DAY}&to={DAY}&domain={word}"
                liu = (await world.ask("GET", path, status=200))["liu"]
                told[word] = [cohort["count"] for cohort in liu["retained"]["followers"]]
            return told

    assert run(scenario()) == {"public": [], "middle": [3], "private": []}


async def a_day_of(world, *, feeds=400):
    await world.people(40, home=TOWN)
    await world.items(60, authors=30, tags=["tea"], position=TOWN)
    await world.items(
        60, authors=30, first=60, tags=["rice"], position={"latitude": 27.5, "longitude": 108.08}
    )
    for n in range(feeds):
        await world.feed(f"p{n % 40}", slots=5)
        world.later(minutes=3)
        if n % 20 == 0:
            await world.engine.tick()


async def proposed(world, **changed):
    policy = (await world.ask("GET", "/v1/policy", status=200))["policy"]
    body = {"policy": {**policy, **changed}}
    return await world.ask("POST", "/v1/policy/dry-run", body, status=200)


def test_a_dry_run_says_what_a_proposal_would_change_and_changes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_day_of(world)
            policy = (await world.ask("GET", "/v1/policy", status=200))["policy"]
            off = [{**row, "enabled": False} for row in policy["promises"]]
            rice = {
                "id": "rice", "kind": "share", "target": 0.8, "field": "tag", "equals": "rice",
                "price_cap": 4.0,
            }  # fmt: skip
            before = world.engine.log.end(), world.engine.prices.version
            same = await proposed(world)
            narrow = await proposed(world, author_max=1, exploration_share=0.02)
            without = await proposed(world, promises=off)
            riced = await proposed(world, promises=[*policy["promises"], rice])
            after = world.engine.log.end(), world.engine.prices.version
            assert before == after
            assert (await world.ask("GET", "/v1/policy", status=200))["policy"] == policy
            return same, narrow, without, riced

    same, narrow, without, riced = run(scenario())
    assert (same["receipts"], same["receipts_of_day"]) == (400, 400)
    assert (same["changed_slates"], same["changed_slots"]) == (0, 0)
    assert same["value_before_micros"] == same["value_after_micros"]
    assert all(row["before"] == row["after"] for row in same["promises"])
    assert narrow["slots"] == 2_000
    assert without["promises"] == []
    assert without["value_after_micros"] >= without["value_before_micros"]
    row = next(row for row in riced["promises"] if row["id"] == "rice")
    assert row["price_before_micros"] == 0 < row["price_after_micros"]
    assert row["before"] < row["after"]
    assert riced["changed_slates"] > 0


def test_a_dry_run_leaves_out_what_is_older_than_a_day(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(20)
            await world.feed(slots=3)
            world.later(hours=25)
            await world.feed(slots=3)
            return await proposed(world)

    told = run(scenario())
    assert (told["receipts"], told["receipts_of_day"], told["slots"]) == (1, 1, 3)


def test_a_rollback_puts_an_older_policy_into_force_under_a_new_version(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            first = await world.ask("GET", "/v1/policy", status=200)
            await world.put("/v1/policy", {"preset": "commerce"}, status=200)
            back = await world.ask("POST", "/v1/policy/rollback", {"version": 1}, status=200)
            versions = (await world.ask("GET", "/v1/policies", status=200))["data"]
            return first, back, [one["version"] for one in versions]

    first, back, versions = run(scenario())
    assert back["version"] == 3
    assert versions == [3, 2, 1]
    assert {**back["policy"], "version": 1} == first["policy"]


def test_who_came_on_a_past_day_is_followed_through_the_days_after_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(3)
            await world.items(6)
            await shown(world, viewers=3, slots=2)
            world.later(days=1)
            await shown(world, viewers=2, slots=2)
            world.later(days=1)

            told = await world.ask("GET", f"/v1/reports/liu?from={DAY}&to={DAY}", status=200)

            (cohort,) = told["liu"]["retained"]["active"]
            assert (cohort["count"], cohort["kept"]) == (
                3, {"day_1": 2, "day_7": None, "day_30": None},
            )  # fmt: skip

    run(scenario())
