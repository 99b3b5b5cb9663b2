"""Page after page until the end shows every eligible post exactly once, whatever is followed or asked for."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.services.feed.cursor import PAGES_MAX, ROWS_MAX, Chain, decode_cursor, encode_cursor
from tests.worlds.world import TOWN, opened, run


async def pages(world, viewer="p0", **asked):
    """Ask page after page until there is no next; return what each showed."""
    shown, cursor = [], None
    while True:
        page = await world.feed(viewer, cursor=cursor, **asked)
        shown.append([slot["item_id"] for slot in page["slots"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return shown


def full_and_whole(shown, wanted, slots):
    """Every page but the last is full, none is empty where there was anything, and each post stands once."""
    flat = [item for page in shown for item in page]
    assert sorted(flat) == sorted(wanted)
    assert [len(page) for page in shown[:-1]] == [slots] * (len(shown) - 1)
    assert shown[-1] or not wanted


async def follow(world, authors, posts, *, viewer="p0"):
    await world.people(1)
    await world.items(authors * posts, authors=authors)
    for first in range(0, authors, 50):
        named = range(first, min(first + 50, authors))
        await asyncio.gather(*(world.put(f"/v1/people/{viewer}/follows/a{n}") for n in named))


@pytest.mark.parametrize(
    ("authors", "posts", "slots"), [(1, 12, 10), (2, 5, 10), (1, 40, 7), (10, 11, 25)]
)
def test_a_follower_reaches_every_post_of_whom_they_follow(tmp_path, authors, posts, slots):
    async def scenario():
        async with opened(tmp_path) as world:
            await follow(world, authors, posts)
            await world.items(5, authors=1, first=9_000, author_id="stranger")
            return await pages(world, surface="following", slots=slots)

    full_and_whole(run(scenario()), [f"i{n}" for n in range(authors * posts)], slots)


def test_a_thousand_followed_authors_are_read_to_the_end(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await follow(world, 1_000, 1)
            return await pages(world, surface="following", slots=50)

    full_and_whole(run(scenario()), [f"i{n}" for n in range(1_000)], 50)


def test_a_channel_of_one_author_is_read_beyond_the_newest_that_lists_keep(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.put("/v1/domains/food", {"kind": "channel"})
            await world.items(300, authors=1, channels=["food"])
            await world.items(20, authors=2, first=1_000)
            return await pages(world, surface="channel", domain_id="food", slots=50)

    full_and_whole(run(scenario()), [f"i{n}" for n in range(300)], 50)


@pytest.mark.parametrize("posts", [3, 150])
def test_a_place_is_read_to_the_end_though_all_its_posts_lie_in_one_cell(tmp_path, posts):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1, home=TOWN)
            await world.items(posts, authors=2, position=TOWN)
            return await pages(world, surface="place", slots=20)

    full_and_whole(run(scenario()), [f"i{n}" for n in range(posts)], 20)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_page_of_a_small_community_but_the_last_is_full(tmp_path_factory, data):
    """Five people, some posts each, some followed, some blocked, some in the channel, some seen before."""
    posts = data.draw(st.lists(st.integers(0, 30), min_size=5, max_size=5), label="posts")
    follows = data.draw(st.sets(st.integers(1, 4)), label="follows")
    blocks = data.draw(st.sets(st.integers(1, 4), max_size=1), label="blocks")
    channel = data.draw(st.sets(st.integers(0, 4)), label="channel")
    slots = data.draw(st.integers(1, 12), label="slots")
    seen = data.draw(st.integers(0, 5), label="seen")
    surface = data.draw(st.sampled_from(["discover", "following", "channel"]), label="surface")

    async def scenario():
        async with opened(tmp_path_factory.mktemp("home")) as world:
            await world.people(5)
            await world.put("/v1/domains/food", {"kind": "channel"}, status=201)
            for n, count in enumerate(posts):
                inside = {"channels": ["food"]} if n in channel else {}
                if count:
                    await world.items(count, first=n * 100, author_id=f"p{n}", **inside)
            for n in follows:
                await world.put(f"/v1/people/p0/follows/p{n}")
            for n in blocks:
                await world.put(f"/v1/people/p0/blocks/p{n}")
            within = {"discover": {1, 2, 3, 4}, "following": follows, "channel": channel - {0}}
            owners = within[surface] - blocks
            wanted = [f"i{n * 100 + k}" for n in owners for k in range(posts[n])]
            gone = wanted[:seen]
            await world.events(*(world.event("impression", item_id=item) for item in gone))
            asked = {"surface": surface, "slots": slots}
            if surface == "channel":
                asked["domain_id"] = "food"
            return await pages(world, **asked), wanted[len(gone) :]

    shown, wanted = run(scenario())
    full_and_whole(shown, wanted, slots)


def test_what_gave_way_stands_in_the_receipt_and_it_replays(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await follow(world, 2, 5)
            feed = await world.feed(surface="following", slots=10, explain=True)
            receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}", status=200)
            replay = await world.ask("POST", f"/v1/receipts/{feed['receipt_id']}/replay")
            return feed, receipt, replay

    feed, receipt, replay = run(scenario())
    assert len(feed["slots"]) == 10
    assert feed["next_cursor"] is None
    assert receipt["relaxed"] == feed["explain"]["relaxed"] == {"author_gap": 1, "author_max": 5}
    assert (receipt["slate_rules"], receipt["last"]) == (2, True)
    assert replay == {"identical": True, "differences": []}
    authors = [slot["author_id"] for slot in feed["slots"]]
    if receipt["explored_slot"] is None:
        assert authors == authors[:2] * 5
    for told in (receipt, feed["explain"]):
        assert abs(told["objective_micros"]) < 1e9
        assert told["objective_micros"] <= told["bound_micros"] < 1e9


def test_what_an_impression_was_reported_of_stays_away_and_what_was_not_comes_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await follow(world, 1, 12)
            page = await world.feed(surface="following", slots=10)
            await world.events(*(world.event("impression", slot) for slot in page["slots"][:4]))
            soon = await world.feed(surface="following", slots=12)
            world.later(minutes=11)
            later = await world.feed(surface="following", slots=12)
            world.later(days=15)
            at_last = await world.feed(surface="following", slots=12)
            return [len(one["slots"]) for one in (page, soon, later, at_last)]

    assert run(scenario()) == [10, 2, 8, 12]


def test_a_long_chain_reads_back_and_stays_short():
    rows = tuple(range(7, 7 + 230 * ROWS_MAX, 230))  # of a million posts
    chain = Chain()
    for first in range(0, ROWS_MAX, 8):
        chain = chain.then(1_000 + first * 40, rows[first : first + 8][::-1])

    cursor = encode_cursor(b"secret", "p0/", chain)
    back = decode_cursor(b"secret", "p0/", cursor)

    assert (set(back.rows), back.sequences) == (set(rows), chain.sequences)
    assert len(chain.sequences) == PAGES_MAX
    assert len(cursor) < 32_768
    assert encode_cursor(b"secret", "p0/", chain.then(10**6, (10**6,))) is None
