"""An ad on the viewer's page says that it is one, and why it is there."""

import pytest

from tests.pages.conftest import CURRENT, Serving, after, shown
from tests.worlds.advertised import advertise

pytestmark = pytest.mark.browser
WARE = "ware"


async def advertised(world):
    """Run an ad of somebody who has nothing else."""
    ware = {"kind": "text", "author_id": "firm", "text": "Tea for sale", "language": "en"}
    await world.put(f"/v1/items/{WARE}", ware, status=201)
    advertise(world, "ad", WARE, bid=10**9)


@pytest.fixture(scope="module")
def serving(tmp_path_factory, settled):
    serving = Serving(tmp_path_factory.mktemp("home"), fill=advertised, settled=settled)
    serving.start()
    assert serving.ready.wait(300)
    yield serving
    serving.stop()


def test_an_ad_is_labelled_and_says_why_it_is_there(visit):
    page = visit()
    labels = {}
    for _ in range(10):
        item = shown(page)
        marks = page.locator(CURRENT).locator(".ad").all_text_contents()
        labels[item] = "Ad" in marks
        if item == WARE:
            break
        page.locator(CURRENT).get_by_role("button", name="Next").click()
        after(page, item)

    assert [item for item, is_ad in labels.items() if is_ad] == [WARE]
    page.locator(CURRENT).get_by_role("button", name="Why this?").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_text("This is an ad: somebody pays for this place.").wait_for()
    assert "Somebody pays for this place." in sheet.inner_text()
