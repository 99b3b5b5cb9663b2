"""A post in another language is shown in the reader's, says that it is translated, and gives its own words back."""

import pytest

from tests.pages.conftest import CURRENT

pytestmark = pytest.mark.browser
ZH, EN = (
    "石板路上的早市，热气腾腾的豆腐刚出锅。",
    "The early market on the flagstones, tofu fresh from the pot.",
)


@pytest.fixture(scope="module")
def posts(serving):
    """Put two posts with a translation, one of them without a picture, and one author with a name in English."""
    serving.put("/v1/people/wu", {"name": "吴秀英", "translations": {"en": {"name": "Wu Xiuying"}}})
    body = {"author_id": "wu", "language": "zh", "text": ZH, "translations": {"en": {"text": EN}}}
    media = serving.ask("/v1/items/i1")["media"]
    serving.put("/v1/items/told", {**body, "kind": "picture", "media": media})
    serving.put("/v1/items/written", {**body, "kind": "text"})


@pytest.mark.parametrize("item", ["told", "written"])
def test_a_reader_of_another_language_is_shown_the_translation_and_can_see_the_original(
    visit, posts, item
):
    page = visit(f"/p/{item}", lang="en")
    post = page.locator(CURRENT)
    words = post.locator(".caption, .post-words")
    mark = post.get_by_role("button", name="Translated · see the original")

    assert post.get_attribute("data-item") == item
    assert {text.inner_text() for text in words.all()} == {EN}
    assert post.get_by_text("Wu Xiuying").count()
    mark.click()
    assert {(text.inner_text(), text.get_attribute("lang")) for text in words.all()} == {(ZH, "zh")}
    post.get_by_role("button", name="Original · see the translation").click()
    assert {text.inner_text() for text in words.all()} == {EN}


def test_a_reader_of_its_own_language_is_shown_the_words_themselves_and_no_mark(visit, posts):
    page = visit("/p/told", lang="zh")
    post = page.locator(CURRENT)

    assert post.locator(".caption").inner_text() == ZH
    assert post.get_by_text("吴秀英").count()
    assert post.locator(".translated").count() == 0
