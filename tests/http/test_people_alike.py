"""People alike over the public routes: lists made in a child process, a source and a term, versions named and kept."""

import math
from datetime import timedelta

import numpy as np
import pytest

from lodestone.events.outcomes import FactKind
from lodestone.stores.files import item_lists
from lodestone.stores.log.port import Offset
from tests.worlds.world import opened, run

GROUPS, EACH, ITEMS = 3, 12, 18
"""People of a group like items of their own row only: person n the items n % GROUPS, + GROUPS, + 2 GROUPS, ..."""


async def community(world):
    """Bring people and items of three tastes that nothing but likes tells apart."""
    await world.people(GROUPS * EACH + 2)
    await world.items(GROUPS * ITEMS, authors=GROUPS * ITEMS, tags=["all"], text="one text")
    likes = [
        like(world, person, person % GROUPS + GROUPS * n, minutes=(7 * n + 5 * person) % ITEMS)
        for person in range(GROUPS * EACH)
        for n in range(ITEMS)
        if (person // GROUPS + n) % 3  # everybody has left out a third, not the same one
    ]
    for first in range(0, len(likes), 400):
        told = await world.events(*likes[first : first + 400])
        assert not told["refused"]


def like(world, person, item, *, minutes=0, kind="like"):
    at = (world.now - timedelta(hours=5) + timedelta(minutes=minutes)).isoformat()
    return world.event(kind, person=f"p{person}", item_id=f"i{item}", time=at)


async def without_chance(world):
    """Put a policy that explores nothing into force, so that slates are known."""
    policy = (await world.ask("GET", "/v1/policy"))["policy"]
    promises = [one for one in policy["promises"] if one["kind"] != "exploration"]
    calm = {**policy, "promises": promises, "exploration_share": 0.0}
    await world.put("/v1/policy", {"policy": calm}, status=200)


def group_of(slot):
    return int(slot["item_id"][1:]) % GROUPS


def everybody_alike(world):
    """Return of each person the groups of those whose posts people alike took to."""
    engine, directory = world.engine, world.engine.directory
    authors = {directory.ordinal(directory.person_row(f"a{n}")): n for n in range(GROUPS * ITEMS)}
    rows = [directory.person_row(f"p{n}") for n in range(GROUPS * EACH)]
    owners = [engine.alike.owners(engine.state, row) for row in rows]
    return [[authors[ordinal] % GROUPS for ordinal in sorted(of)] for of in owners]


async def read_again(world, feed):
    path = f"/v1/receipts/{feed['receipt_id']}"
    return await world.ask("GET", path), await world.ask("POST", f"{path}/replay")


async def why(world, feed):
    """Ask why the first slot of a feed holds what it holds."""
    return await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}/why/1", status=200)


async def whys(world, feed):
    """Ask why again after new lists, after the post that was liked is gone, and without consent."""
    newcomer, told = f"/v1/people/p{GROUPS * EACH}", {}
    told["why_by_the_version_before"] = await why(world, feed)
    withdrawn = {"kind": "video", "author_id": "a1", "text": "one text", "state": "withdrawn"}
    await world.put("/v1/items/i1", withdrawn, status=200)
    told["why_without_the_post"] = await why(world, feed)
    await world.put(newcomer, {"consent": {"personalisation": False}}, status=200)
    told["why_without_consent"] = await why(world, feed)
    await world.put(newcomer, {}, status=200)
    return told


def likeness(reasons):
    return next(term for term in reasons["terms"] if term["term"] == "alike")


async def made(world):
    return await world.ask("POST", "/v1/item-lists", status=200)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """One life, read by the tests: its child process is slow to start."""
    home, told = tmp_path_factory.mktemp("alike") / "home", {}

    async def first():
        async with opened(home) as world:
            await community(world)
            await without_chance(world)
            told["before"] = await world.feed("p30", slots=6)
            told["none"] = await world.ask("GET", "/v1/item-lists")
            told["lists"], told["alike_to"] = await made(world), everybody_alike(world)
            told["again"] = await made(world)
            told["slots"] = {
                n: (await world.feed(f"p{n}", slots=6))["slots"] for n in range(GROUPS)
            }
            told["receipt"] = await world.feed("p3", slots=4)
            newcomer = f"p{GROUPS * EACH}"
            told["stranger"] = await world.feed(newcomer, slots=6)
            await world.events(like(world, GROUPS * EACH, 1, minutes=250))
            told["very_next"] = await world.feed(newcomer, slots=6, explain=True)
            told["why"] = await why(world, told["very_next"])
            told["impersonal"] = await world.feed(
                newcomer, slots=6, personalised=False, explain=True
            )
            told["shown"], told["replay"] = await read_again(world, told["receipt"])
            told["facts"] = [
                int(fact["target"])
                for batch in world.engine.log.read(Offset(0))
                for fact in batch.facts
                if fact["kind"] == FactKind.ITEM_LISTS
            ]
            told["folder"] = world.app.home.community("c") / "lists"
            told["columns"] = {
                name: np.array(column)
                for name, column in item_lists.read(told["folder"], 1)[0].items()
            }

    async def second():
        async with opened(home) as world:
            told["restarted"] = await world.ask("GET", "/v1/item-lists")
            feed = await world.feed("p1", slots=4)
            told["after_restart"] = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}")
            world.engine.parts.drop_snapshots()
            alike = world.engine.parts.decider.alike
            ordinal = world.engine.directory.ordinal(world.engine.directory.person_row("p2"))
            told["known"] = int((alike.table.best[alike.profile_of(ordinal)] >= 0).sum())
            await world.ask("DELETE", "/v1/people/p2")
            columns = item_lists.read(told["folder"], 1)[0]
            at = int(np.searchsorted(columns["person"], ordinal))
            told["erased"] = np.array(columns["best"][at])
            told["erased_deeds"] = columns["deed_item"][slice(*columns["deed_start"][at : at + 2])]

    async def third():
        async with opened(home) as world:  # from the log alone: the erasure dropped every snapshot
            told["rebuilt"] = await world.ask("GET", "/v1/item-lists")
            for person in range(20):
                await world.events(like(world, 37, person, minutes=280))
            told["second_version"] = await made(world)
            told["versions"] = item_lists.versions(told["folder"])
            told.update(await whys(world, told["very_next"]))

    async def fourth():
        item_lists.prune(told["folder"], ())
        async with opened(home) as world:
            told["missing"] = await world.feed("p1", slots=4)
            told["why_without_files"] = await why(world, told["very_next"])
            told["failures"] = [one.kind for one in world.engine.failures.standing()]

    for part in (first, second, third, fourth):
        run(part())
    return told


def test_before_lists_are_made_there_are_none(story):
    assert story["none"]["version"] == 0
    assert story["none"]["method"] == "none"


def test_lists_of_likes_alone_bring_each_what_people_alike_took_to(story):
    for group, slots in story["slots"].items():
        # Six of the eighteen were left out by this person; those are what people alike can still bring.
        assert [group_of(slot) for slot in slots] == [group] * 6


def test_people_are_alike_to_those_who_took_to_posts_of_their_own_taste_and_no_other(story):
    groups = [set(owners) for owners in story["alike_to"]]
    assert groups == [{person % GROUPS} for person in range(GROUPS * EACH)]
    assert min(len(owners) for owners in story["alike_to"]) >= 3  # of six that each has left out


def test_what_was_liked_does_not_come_again(story):
    for person, slots in story["slots"].items():
        liked = {
            f"i{person % GROUPS + GROUPS * n}" for n in range(ITEMS) if (person // GROUPS + n) % 3
        }
        assert not liked & {slot["item_id"] for slot in slots}


def test_the_very_next_feed_after_a_like_holds_its_neighbours(story):
    slots = story["very_next"]["slots"]

    assert [group_of(slot) for slot in slots] == [1] * 6
    assert "i1" not in {slot["item_id"] for slot in slots}
    assert {group_of(slot) for slot in story["stranger"]["slots"]} != {1}


def test_a_form_that_is_not_personal_knows_nothing_of_the_like(story):
    assert {group_of(slot) for slot in story["impersonal"]["slots"]} != {1}


def test_an_explained_page_names_the_deed_behind_likeness_and_what_that_is_worth(story):
    for note in story["very_next"]["explain"]["slots"]:
        terms = {term["term"]: term for term in note["terms"]}
        worth = [abs(term["micros"]) for term in note["terms"]]

        assert worth == sorted(worth, reverse=True)
        assert terms["alike"]["micros"] > 0
        assert terms["alike"]["logits"]["like"] > 0
        assert terms["alike"]["deeds"] == [{"item_id": "i1", "did": "like", "part": 1.0}]
        chances = 1 / (1 + math.exp(-sum(term["logits"].get("like", 0) for term in note["terms"])))
        assert chances == pytest.approx(note["chances"]["like"], rel=0.01)


def test_a_receipt_says_later_what_its_page_said_and_what_has_moved_since(story):
    page = story["very_next"]["explain"]["slots"][0]
    then, now = likeness(page), likeness(story["why"])

    assert story["why"]["item_id"] == page["item_id"]
    assert now["logits"] == then["logits"]
    assert now["micros"] == pytest.approx(then["micros"])
    assert now["deeds"] == then["deeds"]
    assert story["why"]["untold"] is None
    whole = sum(term["logits"].get("like", 0) for term in story["why"]["terms"])
    assert 1 / (1 + math.exp(-whole)) == pytest.approx(page["chances"]["like"], rel=1e-3)
    assert "since" in {term["term"] for term in story["why"]["terms"]}


def test_a_receipt_is_explained_by_the_version_it_names_while_that_is_there(story):
    assert likeness(story["why_by_the_version_before"]) == likeness(story["why"])
    assert story["why_without_files"]["terms"] == []
    assert story["why_without_files"]["untold"] == "item_lists"
    assert story["why_without_files"]["parts"] == story["why"]["parts"]


def test_a_post_that_is_gone_is_not_named_and_likeness_is_told_without_it(story):
    gone = likeness(story["why_without_the_post"])

    assert gone["deeds"] == []
    assert gone["micros"] == likeness(story["why"])["micros"]


def test_whoever_has_withdrawn_consent_is_told_nothing_from_their_deeds(story):
    assert story["why_without_consent"]["terms"] == []
    assert story["why_without_consent"]["untold"] == "personalisation"


def test_an_explained_page_that_is_not_personal_names_no_deed(story):
    terms = [term for note in story["impersonal"]["explain"]["slots"] for term in note["terms"]]

    assert terms
    assert "alike" not in {term["term"] for term in terms}
    assert not any(term["deeds"] for term in terms)


def test_the_receipt_names_the_version_and_replays(story):
    assert story["shown"]["predictor_version"].endswith("+alike-1")
    assert "alike" in {candidate["source"] for candidate in story["shown"]["slate"]}
    assert story["replay"]["identical"]


def test_the_swap_is_a_fact_that_names_the_version(story):
    assert story["facts"] == [1]
    assert story["lists"]["version"] == 1


def test_a_log_that_has_not_grown_is_not_learned_from_again(story):
    assert story["again"] == story["lists"]


def test_likeness_weighs_what_was_learned_and_nothing_for_what_is_unwelcome(story):
    weights = story["lists"]["weights"]

    assert weights[FactKind.LIKE] > 0.5
    assert weights[FactKind.HIDE] == weights[FactKind.REPORT] == 0


def test_a_restart_goes_on_with_the_version_in_force(story):
    assert story["restarted"] == story["lists"]
    assert story["after_restart"]["predictor_version"].endswith("+alike-1")


def test_a_rebuild_from_the_log_alone_uses_the_version_the_log_names(story):
    assert story["rebuilt"]["version"] == 1


def test_an_erasure_overwrites_the_profile_in_the_file(story):
    assert story["known"] > 0
    assert (story["erased"] == -1).all()
    assert story["erased_deeds"].size
    assert (story["erased_deeds"] == -1).all()


def test_the_last_two_versions_are_kept(story):
    assert story["second_version"]["version"] == 2
    assert story["versions"] == [1, 2]


def test_without_its_files_a_community_decides_without_likeness_and_says_so(story):
    assert story["missing"]["slots"]
    assert "item_lists_missing" in story["failures"]


def test_profiles_hold_nothing_that_was_acted_on(story):
    columns = story["columns"]

    assert columns["person"].size == GROUPS * EACH
    assert (np.diff(columns["person"]) > 0).all()
    assert (columns["total"] > 0).all()


def test_how_long_what_was_liked_stays_away_is_policy(tmp_path):
    async def scenario():
        async with opened(tmp_path / "home") as world:
            await world.people(1)
            await world.items(3)
            await world.events(like(world, 0, 0, minutes=1))
            away = await world.feed("p0", slots=3)
            policy = (await world.ask("GET", "/v1/policy"))["policy"]
            await world.put("/v1/policy", {"policy": {**policy, "liked_days": 1}}, status=200)
            still = await world.feed("p0", slots=3)
            world.later(days=2)
            back = await world.feed("p0", slots=3)
            return [{slot["item_id"] for slot in feed["slots"]} for feed in (away, still, back)]

    away, still, back = run(scenario())

    assert "i0" not in away | still
    assert "i0" in back
