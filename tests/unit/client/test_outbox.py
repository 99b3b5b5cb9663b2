"""An outbox loses nothing it was not told to let go, sends nothing twice as two, and says what it did."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.client import Client, Event, Outbox, Retries
from lodestone.client.errors import RefusedError, UnreachableError
from lodestone.client.outbox import Flushed
from lodestone.client.shapes import Refused

AT = "2026-03-04T12:00:00Z"


def like(name):
    return {"id": name, "type": "like", "time": AT}


class Engine:
    """Takes events as the engine does: one id counts once. `say` decides what each request meets."""

    def __init__(self, say=lambda: "answer", *, whole=None):
        self.say, self.whole = say, whole
        self.seen = Counter()
        self.sizes = []

    def __call__(self, request):
        said = self.say()
        if said == "gone":
            raise httpx.ConnectError("gone")
        if said == "refuse":
            return httpx.Response(403, json={"error": {"code": "scope_missing", "message": "m"}})
        events = json.loads(request.content)["events"]
        self.sizes.append(len(events))
        fresh = sum(not self.seen[event["id"]] for event in events)
        self.seen.update(event["id"] for event in events)
        if said == "lose the answer":
            raise httpx.ReadTimeout("lost")
        if self.whole is not None:
            self.whole()
        refused = [
            {"index": n, "code": "item_unknown", "message": "m"}
            for n, event in enumerate(events)
            if event["id"] == "bad"
        ]
        told = {"accepted": fresh, "duplicates": len(events) - fresh, "refused": refused}
        return httpx.Response(200, json=told)

    def flush(self, outbox, *, tries=1):
        with httpx.Client(transport=httpx.MockTransport(self), base_url="http://x") as http:
            client = Client(http, "k", retries=Retries(tries), sleep=lambda _: None)
            return client.flush(outbox)


def test_what_cannot_be_sent_stays_and_is_sent_in_order_later():
    outbox, said = Outbox(), iter(["gone", "refuse", "answer"])
    engine = Engine(lambda: next(said))
    for name in "abc":
        outbox.add(like(name))

    with pytest.raises(UnreachableError):
        engine.flush(outbox)
    with pytest.raises(RefusedError):
        engine.flush(outbox)
    held = len(outbox)
    told = engine.flush(outbox)

    assert held == 3
    assert told == Flushed(accepted=3)
    assert list(engine.seen) == ["a", "b", "c"]
    assert len(outbox) == 0


def test_an_event_that_was_taken_although_its_answer_was_lost_counts_once():
    outbox, said = Outbox(), iter(["lose the answer", "answer"])
    engine = Engine(lambda: next(said))
    outbox.add(Event(type="like", time=AT, person_id="p", item_id="i"))

    told = engine.flush(outbox, tries=2)

    assert told == Flushed(accepted=0, duplicates=1)
    assert list(engine.seen.values()) == [2]


def test_a_refused_event_is_named_and_holds_nobody_up():
    outbox, engine = Outbox(), Engine()
    for name in ("good", "bad", "better"):
        outbox.add(like(name))

    told = engine.flush(outbox)

    assert told.refused == (("bad", Refused("item_unknown", "m", index=1)),)
    assert len(outbox) == 0


def test_an_event_held_already_is_held_once_and_one_without_id_is_known_by_what_it_says():
    outbox = Outbox()

    first = outbox.add(Event(type="like", time=AT, person_id="p", item_id="i"))
    again = outbox.add({"type": "like", "time": AT, "item_id": "i", "person_id": "p"})

    assert first == again
    assert len(outbox) == 1


@pytest.mark.parametrize("event", [{}, {"type": "like"}, {"time": AT}])
def test_an_event_without_type_or_time_is_not_held(event):
    outbox = Outbox()

    with pytest.raises(ValueError, match="has a `type` and a `time`"):
        outbox.add(event)

    assert len(outbox) == 0


def test_a_full_outbox_lets_the_oldest_go_counts_them_and_tells():
    told = []
    outbox = Outbox(capacity=3, on_lost=told.append)
    for name in "abcde":
        outbox.add(like(name))
    engine = Engine()

    engine.flush(outbox)

    assert (outbox.lost, told) == (2, [1, 1])
    assert list(engine.seen) == ["c", "d", "e"]


def test_those_let_go_while_they_were_under_way_are_not_lost():
    outbox = Outbox(capacity=2)
    more = iter("cde")
    engine = Engine(whole=lambda: outbox.add(like(next(more))) if not engine.sizes[1:] else None)
    outbox.add(like("a"))
    outbox.add(like("b"))

    engine.flush(outbox)

    assert outbox.lost == 0
    assert list(engine.seen) == ["a", "b", "c"]


def test_a_batch_holds_at_most_ten_thousand_events_and_eight_mebibytes():
    many, large = Outbox(), Outbox()
    for number in range(10_001):
        many.add(like(str(number)))
    for number in range(3):
        large.add({**like(str(number)), "query": "x" * 4_100_000})
    engine = Engine()

    engine.flush(many)
    engine.flush(large)

    assert engine.sizes == [10_000, 1, 2, 1]


def test_one_flush_at_a_time_sends():
    outbox = Outbox()
    outbox.add(like("a"))
    engine = Engine(whole=lambda: inner.append(Engine().flush(outbox)))
    inner = []

    assert engine.flush(outbox) == Flushed(accepted=1)
    assert inner == [Flushed()]


def test_on_disk_it_outlives_the_app_that_filled_it(tmp_path):
    path = tmp_path / "events.outbox"
    before = Outbox(path, capacity=2)
    for name in "abc":
        before.add(like(name))
    before.close()

    after = Outbox(path, capacity=2)
    engine = Engine()

    assert (len(after), after.lost) == (2, 1)
    assert engine.flush(after) == Flushed(accepted=2)
    after.close()
    assert len(Outbox(path)) == 0


KILLED = """
import os, signal, sys
from lodestone.client import Outbox
outbox = Outbox(sys.argv[1])
for number in range(500):
    outbox.add({"id": str(number), "type": "like", "time": "2026-03-04T12:00:00Z"})
    if number == 320:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_on_disk_it_holds_all_it_had_taken_when_its_app_is_killed(tmp_path):
    path = tmp_path / "events.outbox"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], env=environment, check=False)
    after, engine = Outbox(path), Engine()
    told = engine.flush(after)

    assert done.returncode == -signal.SIGKILL
    assert told == Flushed(accepted=321)
    assert list(engine.seen) == [str(number) for number in range(321)]


@given(
    st.lists(st.sampled_from(["add", "flush"]), max_size=40),
    st.lists(st.sampled_from(["answer", "gone", "lose the answer", "refuse"]), max_size=40),
    st.integers(1, 6),
)
def test_whatever_the_engine_does_each_event_is_counted_once_held_or_lost(steps, says, capacity):
    outbox, said, names = Outbox(capacity=capacity), iter(says), itertools.count()
    engine = Engine(lambda: next(said, "answer"))
    added, accepted = 0, 0

    for step in steps:
        if step == "add":
            outbox.add(like(str(next(names))))
            added += 1
        else:
            try:
                told = engine.flush(outbox)
            except (UnreachableError, RefusedError):
                continue
            assert told.refused == ()
            accepted += told.accepted + told.duplicates

    assert added == accepted + len(outbox) + outbox.lost
