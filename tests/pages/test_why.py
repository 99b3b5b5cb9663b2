"""Why this, in words: what somebody liked is named on the page in both languages, by the largest terms of the value."""

import re

import pytest

from tests.pages.conftest import CURRENT, DESK, PHONE, Serving
from tests.worlds.world import TOWN

GROUPS, EACH, ITEMS = 3, 12, 18
SHEET = {"en": "Why this?", "zh": "为什么是它"}


def dish(number):
    return f"第{number}碗酸汤鱼"


async def tastes(world):
    """Bring in people of three tastes, told apart by likes alone, and two newcomers of the second taste."""
    looks = {"home": TOWN, "language": "zh"}
    for number in range(GROUPS * EACH):
        await world.put(f"/v1/people/p{number}", looks, status=201)
    for number in (0, 1):
        await world.put(f"/v1/people/new{number}", {"name": f"新来的{number}", **looks}, status=201)
    for number in range(GROUPS * ITEMS):
        body = {"kind": "text", "author_id": f"a{number}", "language": "zh", "tags": ["吃"]}
        await world.put(f"/v1/items/i{number}", {**body, "text": dish(number)}, status=201)
    likes = [
        world.event("like", person=f"p{person}", item_id=f"i{person % GROUPS + GROUPS * n}")
        for person in range(GROUPS * EACH)
        for n in range(ITEMS)
        if (person // GROUPS + n) % 3
    ]
    await world.events(*likes)
    policy = (await world.ask("GET", "/v1/policy"))["policy"]
    promises = [one for one in policy["promises"] if one["kind"] != "exploration"]
    calm = {**policy, "promises": promises, "exploration_share": 0.0}
    await world.put("/v1/policy", {"policy": calm}, status=200)
    await world.ask("POST", "/v1/item-lists", status=200)
    world.later(minutes=1)
    for person in ("new0", "new1"):
        await world.events(*[world.event("like", person=person, item_id=f"i{n}") for n in (1, 4)])


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    serving = Serving(tmp_path_factory.mktemp("home"), fill=tastes)
    serving.start()
    assert serving.ready.wait(300)
    yield serving
    serving.stop()


@pytest.mark.parametrize(
    ("lang", "person", "viewport", "words"),
    [
        ("en", "new0", PHONE, ("it is here because you liked {0} and {1}.", "Because you liked {0} and {1}")),
        ("zh", "new1", DESK, ("推荐给你，是因为你喜欢过{0}和{1}。", "因为你喜欢过{0}和{1}")),
    ],
)  # fmt: skip
def test_the_page_names_what_somebody_liked(visit, serving, lang, person, viewport, words):
    page = visit(person=person, lang=lang, viewport=viewport)
    page.locator(CURRENT).get_by_role("button", name=SHEET[lang]).first.click()
    sheet = page.get_by_role("dialog", name=SHEET[lang])
    sheet.locator(".sentence").wait_for()

    ways = [[f"“{dish(one)}”" for one in pair] for pair in ((1, 4), (4, 1))]
    sentence, first = sheet.locator(".sentence").inner_text(), sheet.locator(".because .what").first
    assert any(words[0].format(*way) in sentence for way in ways), sentence
    assert any(words[1].format(*way) in first.inner_text() for way in ways)
    receipt = sheet.locator("code").text_content()
    why = serving.ask(f"/v1/receipts/{receipt}/why/1")
    alike = next(term for term in why["terms"] if term["term"] == "alike")
    assert {deed["item_id"] for deed in alike["deeds"]} == {"i1", "i4"}
    # Micros an impression are thousandths of the currency a thousand impressions.
    shown = re.sub(r"[^\d.]", "", sheet.locator(".because .money").first.inner_text())
    assert float(shown) == pytest.approx(alike["micros"] / 1000, rel=0.01)
