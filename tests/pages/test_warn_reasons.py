"""A moderator says why a post is warned of: one of a few reasons, in both languages, and a sentence of their own."""

import pytest

from lodestone.console.operator.warnings import OWN_MAX, REASONS
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run

ENGLISH, CHINESE = "What it claims is disputed or not proven.", "其中的说法有争议或未经证实。"


async def reported(world):
    await world.people(3)
    await world.items(1)
    author = (await world.ask("GET", "/v1/items/i0", status=200))["author_id"]
    await world.events(world.event("report", person="p1", item_id="i0"))
    (review,) = (await world.ask("GET", "/v1/reviews", status=200))["data"]
    made = await world.ask("POST", "/v1/sessions", {"viewer": author}, status=201)
    return review["id"], {"Authorization": f"Bearer {made['token']}"}


async def decided(world, **fields):
    """Decide the report of a post by the form; return the answer and what the post's author then reads."""
    review, author = await reported(world)
    operator = await Operator(world).arrive()
    answer = await operator.send(f"/operator/reports/{review}", "/operator/reports", **fields)
    return answer, (await world.ask("GET", "/v1/page/reviews", headers=author))["data"]


def test_there_are_four_to_six_reasons_and_the_form_offers_each_in_the_moderators_language(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world)
            operator = await Operator(world).arrive()
            return [(await operator.look(f"/operator/reports?lang={one}")).text for one in ("en", "zh")]  # fmt: skip

    english, chinese = run(scenario)
    assert 4 <= len(REASONS) <= 6
    assert ENGLISH in english
    assert CHINESE in chinese
    for name in REASONS:
        assert f'<option value="{name}">' in english


def test_the_author_reads_the_reason_in_both_languages_then_the_moderators_own_words(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            return await decided(
                world, decision="warn", reason="disputed", note="See the county's notice."
            )

    answer, (review,) = run(scenario)
    assert answer.status_code == 303
    assert review["note"] == f"{ENGLISH} {CHINESE}\nSee the county's notice."
    assert review["may_appeal"]


def test_another_decision_says_only_what_the_moderator_wrote(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            return await decided(
                world, decision="hide", reason="disputed", note="An advertisement."
            )

    assert run(scenario)[1][0]["note"] == "An advertisement."


@pytest.mark.parametrize("fields", [{"reason": "because"}, {"note": "x" * (OWN_MAX + 1)}])
def test_no_other_reason_and_no_longer_sentence_is_taken(tmp_path, fields):
    async def scenario():
        async with opened(tmp_path) as world:
            return await decided(world, decision="warn", **fields)

    answer, reviews = run(scenario)
    assert (answer.status_code, reviews) == (400, [])
