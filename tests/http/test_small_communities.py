"""Ten people and thirty items: the right order is written first, and the engine is asked for it over its public routes.

Each case is laid out by several seeds (identifiers, the order in which things came, minutes of the day); exploration is
off, so that nothing but the engine's own judgement orders a page.
"""

import pytest

from tests.worlds.seeds import fresh
from tests.worlds.small_worlds import FAR, HERE, ITEMS, Small, in_small, order_of, put
from tests.worlds.world import run

SEEDS = pytest.mark.parametrize("seed", [1, 2, fresh()], ids=["one", "two", "fresh"])


def ask(home, small, seed, viewer, **asked):
    """Return what a viewer is shown before any item lists are made."""
    return run(in_small(home, small, seed, lambda world: order_of(world, viewer, **asked)))


def ask_twice(home, small, seed, viewer, *, prepare=None, **asked):
    """Return what a viewer is shown before item lists are made and with them."""

    async def tell(world):
        if prepare is not None:
            await prepare(world)
        first = await order_of(world, viewer, **asked)
        await made(world)
        return first, await order_of(world, viewer, **asked)

    return run(in_small(home, small, seed, tell))


async def made(world):
    """Make item lists, and wait until what was served may come again."""
    lists = await world.ask("POST", "/v1/item-lists", status=200)
    assert lists["version"] == 1
    world.later(minutes=11)


def before(shown, *names):
    """Say whether items stand in this order."""
    places = [shown.index(name) for name in names]
    return places == sorted(places)


# One person with three likes of one tag.
#
#   both tags, liked by four     1st
#   both tags, liked by nobody   \  before
#   one tag,   liked by four     /  the same tag, liked by nobody
#   other tag, liked by four        before other tags, liked by nobody


def of_one_tag():
    small = Small()
    for name in ("mine0", "mine1", "mine2", "both-liked", "both"):
        small.item(name, "fishing", "river")
    for name in ("one-liked", "one"):
        small.item(name, "fishing")
    for name in ("tea-liked", "tea"):
        small.item(name, "tea")
    small.fill()
    small.did("p0", "mine0", "mine1", "mine2")
    for n in range(1, 5):
        small.did(f"p{n}", "both-liked", "one-liked", "tea-liked")
    for n in range(5, 10):
        small.did(f"p{n}", "other0", "other1")
    return small


@SEEDS
def test_what_shares_the_most_tags_and_is_liked_by_others_comes_first(tmp_path, seed):
    for shown in ask_twice(tmp_path, of_one_tag(), seed, "p0"):
        assert shown[0] == "both-liked"
        assert before(shown, "both", "one")
        assert before(shown, "one-liked", "one")
        assert before(shown, "tea-liked", "tea")
        assert before(shown, "one-liked", "tea-liked")
        assert before(shown, "both", "tea")
        assert len(shown) == ITEMS - 3


# A stranger: popular here and now, near them, in their language, various.
#
#   liked yesterday by six       before   liked two months ago by six    before   liked by nobody
#   near, liked by three         before   130 km away, liked by three
#   in their language, by three  before   in another language, by three
#   no topic twice in a row, no author more than twice, in the first page


def for_a_stranger():
    small = Small()
    for name, likes, days in (("now", 6, 1), ("long-ago", 6, 60)):
        small.item(name, name, position=HERE, language="zh")
        for n in range(likes):
            small.did(f"p{n}", name, days=days)
    for name, where, language in (
        ("near", HERE, "zh"), ("far", FAR, "zh"), ("spoken", HERE, "zh"), ("foreign", HERE, "en"),
    ):  # fmt: skip
        small.item(name, name, position=where, language=language)
        for n in range(1, 4):
            small.did(f"p{n}", name)
    for n in range(8):
        small.item(f"sport{n}", "sport", position=HERE, language="zh", author_id="by-sport")
        for m in range(4, 9):
            small.did(f"p{m}", f"sport{n}")
    small.fill(language="zh")
    small.people["stranger"] = {"home": HERE, "language": "zh"}
    return small


@SEEDS
def test_a_stranger_gets_what_is_popular_here_and_now_in_their_language_and_various(tmp_path, seed):
    async def prepare(world):
        place = {"kind": "place", "name": "Kaili", "centre": HERE, "radius_km": 20}
        await put(world, "/v1/domains/kaili", place)

    for shown in ask_twice(tmp_path, for_a_stranger(), seed, "stranger", prepare=prepare):
        assert before(shown, "now", "long-ago", "other0")
        assert before(shown, "near", "far")
        assert before(shown, "spoken", "foreign")
        assert "now" in shown[:3]
        topics = [name.rstrip("0123456789") for name in shown[:10]]
        assert topics.count("sport") <= 3
        assert len(shown) == ITEMS


# A stranger who said what they like, and nothing else: both tags, then one, then other things.


@SEEDS
def test_what_a_stranger_said_they_like_comes_before_other_things_as_popular(tmp_path, seed):
    small = of_one_tag()
    small.people["stranger"] = {"interests": {"fishing": 1.0}}
    shown = ask(tmp_path, small, seed, "stranger")

    assert before(shown, "one-liked", "tea-liked")
    assert before(shown, "one", "tea")
    assert shown[0] in {"one-liked", "both-liked"}


# A new item without a deed: before everything else that nobody took to, for those whose likes it
# resembles, by tags or by words; and behind the like of it for the others.


def with_new_items():
    small = Small()
    for n in range(4):
        small.item(f"fish{n}", "fishing", text="how to catch carp in the river at dawn")
        small.item(f"chess{n}", "chess", text="an opening with the queen's pawn")
    small.fill()
    for n in range(5):
        small.did(f"p{n}", "fish0", "fish1", "fish2")
        small.did(f"p{n + 5}", "chess0", "chess1", "chess2")
    return small


NEW = {
    "new-fish": {"tags": ["fishing"], "text": ""},
    "new-chess": {"tags": ["chess"], "text": ""},
    "said-fish": {"tags": [], "text": "catch carp in the river"},
    "said-chess": {"tags": [], "text": "the queen's pawn opening"},
}


@SEEDS
def test_a_new_item_is_shown_to_those_whose_likes_it_resembles(tmp_path, seed):
    async def prepare(world):
        for name, fields in NEW.items():
            await put(world, f"/v1/people/by-{name}", {})
            await put(
                world, f"/v1/items/{name}", {"kind": "text", "author_id": f"by-{name}", **fields}
            )

    async def tell(world):
        await prepare(world)
        first = [await order_of(world, viewer, slots=8) for viewer in ("p2", "p7")]
        await made(world)
        return first, [await order_of(world, viewer, slots=8) for viewer in ("p2", "p7")]

    for fisher, player in run(in_small(tmp_path, with_new_items(), seed, tell)):
        for shown, mine, other in ((fisher, "fish", "chess"), (player, "chess", "fish")):
            assert f"new-{mine}" in shown[:4]
            assert before(shown, f"new-{mine}", f"new-{other}")
            assert before(shown, f"said-{mine}", f"said-{other}")
            assert before(shown, f"{mine}3", f"{other}3")


# Everything seen, or all but five: pages end, nothing repeats.


@SEEDS
@pytest.mark.parametrize("left", [0, 1, 5])
def test_pages_end_and_nothing_repeats_when_all_but_a_few_were_seen(tmp_path, seed, left):
    small = Small()
    small.fill()
    small.did("p0", *list(small.items)[left:], kind="impression")
    shown = ask(tmp_path, small, seed, "p0", slots=4)

    assert sorted(shown) == sorted(list(small.items)[:left])


# One item liked by everybody, two circles of five with six posts each: whoever took to two posts of a circle, and to what
# everybody took to, gets the circle's other posts before the other circle's.


def with_a_favourite():
    small = Small()
    small.item("favourite", "all")
    for n in range(6):
        small.item(f"left{n}", "all")
        small.item(f"right{n}", "all")
    small.fill()
    for n in range(8):
        side = "left" if n < 4 else "right"
        small.did(f"p{n}", "favourite", *(f"{side}{(n + k) % 6}" for k in range(5)))
    small.people |= {"new": {}, "newer": {}, "newest": {}}
    small.did("new", "favourite", "left0", "left1")
    small.did("newer", "left0", "left1")
    small.did("newest", "favourite")
    return small


@SEEDS
def test_one_item_liked_by_everybody_does_not_make_everybody_alike(tmp_path, seed):
    async def tell(world):
        await made(world)
        return {name: await order_of(world, name) for name in ("new", "newer", "newest")}

    shown = run(in_small(tmp_path, with_a_favourite(), seed, tell))

    for name in ("new", "newer"):
        left = [shown[name].index(f"left{n}") for n in range(2, 6)]
        right = [shown[name].index(f"right{n}") for n in range(6)]
        assert max(left) < min(right)
    assert "favourite" not in shown["new"]
    assert shown["newer"].index("favourite") <= 4
    # Whoever took to nothing but what everybody took to gets both circles.
    sides = {name.rstrip("0123456789") for name in shown["newest"][:5]}
    assert {"left", "right"} <= sides
    assert not any(name.startswith("other") for name in shown["newest"][:8])


# Positives alone, impressions alone, both, neither.


def of_all_tags(small, *names):
    for name in names:
        small.item(name, name)


@SEEDS
def test_positives_alone_rank_by_what_was_done(tmp_path, seed):
    small = Small()
    of_all_tags(small, "eight", "five", "two", "clicked")
    small.fill()
    for name, count in (("eight", 8), ("five", 5), ("two", 2)):
        for n in range(count):
            small.did(f"p{n}", name)
    for n in range(8):
        small.did(f"p{n}", "clicked", kind="click")
    for shown in ask_twice(tmp_path, small, seed, "p9"):
        assert shown[:2] == ["eight", "five"]
        assert before(shown, "eight", "clicked", "other0")
        assert before(shown, "two", "other0")
        assert len(shown) == ITEMS


@SEEDS
def test_impressions_alone_let_what_was_passed_by_sink(tmp_path, seed):
    small = Small()
    of_all_tags(small, "passed-by-all", "passed-by-two", "passed-by-none")
    small.fill()
    for n in range(9):
        small.did(f"p{n}", *["passed-by-all"] * 4, kind="impression")
    for n in range(2):
        small.did(f"p{n}", "passed-by-two", kind="impression")
    shown = ask(tmp_path, small, seed, "p9")

    assert before(shown, "passed-by-none", "passed-by-two", "passed-by-all")
    assert len(shown) == ITEMS


@SEEDS
def test_with_both_a_rate_says_more_than_likes_elsewhere_and_those_more_than_nothing(
    tmp_path, seed
):
    small = Small()
    of_all_tags(small, "shown-and-liked", "shown-and-passed-by", "liked-elsewhere")
    small.fill()
    for n in range(8):
        small.did(f"p{n}", "shown-and-liked", "shown-and-passed-by", kind="impression")
    for n in range(6):
        small.did(f"p{n}", "shown-and-liked")
    for n in range(4):
        small.did(f"p{n}", "liked-elsewhere")
    for n in range(3, 9):
        small.did(f"p{n}", "other0", "other1", kind="click")
    for shown in ask_twice(tmp_path, small, seed, "p9"):
        assert before(shown, "shown-and-liked", "liked-elsewhere", "other7", "shown-and-passed-by")
        assert len(shown) == ITEMS


@SEEDS
def test_an_empty_community_shows_everything_once_and_various(tmp_path, seed):
    small = Small()
    for n in range(ITEMS):
        small.item(f"post{n}", f"topic{n % 5}", author_id=f"by-{n % 6}")
    shown = ask(tmp_path, small, seed, "p0")

    assert sorted(shown) == sorted(small.items)
    first = [small.items[name] for name in shown[:10]]
    assert len({one["author_id"] for one in first}) >= 5
    # Of posts of one value the search for a slate finds some spread of topics, not the widest.
    assert len({one["tags"][0] for one in first}) >= 3
