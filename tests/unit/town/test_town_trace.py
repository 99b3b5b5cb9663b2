"""A recorded day asks again what was asked, and does at the new page's places what was done at the old one's."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bench.town_trace import Trace, done

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def noted(trace, path, body, answer=None, method="POST"):
    trace.note(method, path, msgspec.json.encode(body), msgspec.json.encode(answer or {}))


def page(*items, more=None):
    slots = [{"slot": n, "item_id": item, "author_id": f"of-{item}", "beacon": f"b-{item}"} for n, item in enumerate(items, 1)]  # fmt: skip
    return {"slots": slots, "next_cursor": more}


def wish(cursor=None):
    return {"viewer": "p1", "surface": "discover", "domain_id": None, "position": None, "slots": 2, "cursor": cursor}  # fmt: skip


def event(name, beacon=None, after=0.0, **more):
    at = (NOON + timedelta(seconds=after)).isoformat()
    about = {"item_id": beacon[2:], "beacon": beacon} if beacon else {}
    return {"id": name, "type": "click", "time": at, "person_id": "p1", **about, **more}


@pytest.fixture
def trace():
    trace = Trace(NOON)
    noted(trace, "/v1/feeds", wish(), page("i1", "i2", more="next"))
    noted(trace, "/v1/feeds", wish(), page("i8", "i9"))
    noted(trace, "/v1/feeds", wish("next"), page("i3", "i4"))
    told = [
        event("one", "b-i2", 4.5),
        event("two", "b-i3", 60, author_id="of-i3"),
        event("three", after=1),
    ]
    noted(trace, "/v1/events", {"events": told})
    noted(trace, "/v1/reports/liu", {}, method="GET")
    noted(trace, "/v1/clock", {"instant": (NOON + timedelta(minutes=30)).isoformat()}, method="PUT")
    noted(trace, "/v1/items:bulk", {})
    return trace


def test_pages_of_a_visit_stand_behind_each_other_and_the_rest_with_its_half_hour(trace):
    first, second = trace.steps

    assert [len(visit) for visit in first.visits] == [2, 1]
    assert (trace.pages, trace.left_out) == (3, 1)
    assert first.visits[0][1].wish == {name: one for name, one in wish().items() if name != "cursor"}  # fmt: skip
    assert [(path, len(msgspec.json.decode(body)["events"])) for _, path, body in first.loose] == [("/v1/events", 1)]  # fmt: skip
    assert [path for _, path, _ in second.loose] == ["/v1/clock", "/v1/items:bulk"]


def test_what_was_done_at_a_place_is_done_at_that_place_of_the_new_page(trace):
    later = NOON + timedelta(hours=5)
    one, two = (done(asked, page("i7", "i6"), later) for asked in trace.steps[0].visits[0])

    assert one == [
        {
            "id": "one", "type": "click", "time": (later + timedelta(seconds=4.5)).isoformat(),
            "person_id": "p1", "item_id": "i6", "beacon": "b-i6",
        }
    ]  # fmt: skip
    assert [(event["item_id"], event["author_id"]) for event in two] == [("i7", "of-i7")]


def test_what_was_done_at_a_place_that_the_new_page_has_not_is_left_out(trace):
    assert done(trace.steps[0].visits[0][0], page("i7"), NOON) == []
