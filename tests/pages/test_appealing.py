"""An author reads what moderators decided of a post of theirs, and appeals once, in a real browser."""

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def as_app(serving, method, path, body):
    headers = {"Authorization": f"Bearer {serving.key}"}
    answer = httpx.request(method, f"{serving.base}{path}", json=body, headers=headers, timeout=30)
    assert answer.is_success, answer.text
    return answer.json()


def test_an_author_reads_what_was_decided_and_appeals_once(visit, serving):
    now = as_app(serving, "GET", "/v1/communities/c", None)["now"]
    event = {
        "id": "r1",
        "type": "report",
        "time": now,
        "person_id": "v1",
        "item_id": "i4",
        "reason": "spam",
    }
    as_app(serving, "POST", "/v1/events", {"events": [event]})
    (review,) = as_app(serving, "GET", "/v1/reviews?item_id=i4", None)["data"]
    path = f"/v1/reviews/{review['id']}"
    as_app(serving, "POST", f"{path}/decide", {"decision": "hide", "note": "an advertisement"})

    page = visit("/reviews", person="a4", lang="zh", wait=False)
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("已隐藏：这条内容不再展示给任何人。")
    expect(box).to_contain_text("an advertisement")
    box.get_by_role("textbox").fill("这不是广告。")
    box.get_by_role("button", name="申诉").click()
    expect(box).to_contain_text("你的申诉正在等待答复。")
    expect(box.get_by_role("textbox")).to_have_count(0)

    appealed = as_app(serving, "GET", path, None)
    assert (appealed["state"], appealed["appeal"]["text"]) == ("appealed", "这不是广告。")
