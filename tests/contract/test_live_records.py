"""Live rooms and webhooks in the records, on both databases: what is written is whole and told once."""

import threading
from dataclasses import replace

import pytest

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, UnknownError
from lodestone.commerce.live import RoomIn, end, heard, published, unpublished
from lodestone.commerce.webhooks import Attempt, Fate, Standing, Stream, WebhookIn
from lodestone.people import PersonIn
from lodestone.stores.live.types import Heard
from records_world import NOW, raised

SECOND = 1_000_000
ROOM = RoomIn(owner_id="mei", title="Fish sauce", silence_seconds=60)
HOOK = WebhookIn(url="https://app.example/hook")


@pytest.fixture
def held(records):
    """Records with somebody who opens rooms."""
    records.put_person("town", "mei", PersonIn(name="Mei"), now=NOW)
    return records


def later(seconds):
    return Instant(NOW + seconds * SECOND)


def opened(records, name="room", **fields):
    given = RoomIn(owner_id="mei", title="Fish sauce", silence_seconds=60, state="live", **fields)
    return records.put_room("town", name, given, now=NOW)


def standing(records, name="room"):
    return records.room("town", name).standing


def test_a_room_is_stored_with_its_item_and_comes_back_the_same(held, place):
    new, changes = held.put_room("town", "room", ROOM, now=NOW)
    held.close()
    again = place.open()

    found = again.room("town", "room")
    assert new
    assert [change.app_id for change in changes] == ["room"]
    assert found.given == ROOM
    assert (found.stream, found.standing.state, found.viewers, found.plays) == (
        "room",
        "draft",
        0,
        0,
    )
    assert again.item("town", "room").given.state == "draft"
    again.close()


def test_a_room_belongs_to_one_community(held):
    opened(held)
    opened(held, "another")
    assert held.rooms_of("town", "mei") == ["another", "room"]
    assert held.rooms_of("town", "nobody") == held.rooms_of("other", "mei") == []

    raised(UnknownError, "room_unknown", held.room, "other", "room")
    assert held.hear("other", Heard("room", lambda room: room.standing), now=NOW) == (None, [])


def test_what_is_heard_moves_the_room_and_its_item_in_one_commit(held):
    held.put_room("town", "room", ROOM, now=NOW)
    begin = Heard("room", lambda room: published(room.standing, "one", later(1), 60))

    before, changes = held.hear("town", begin, now=later(1))

    assert before.standing.state == "draft"
    assert [change.row.state for change in changes] == [1]
    assert held.item("town", "room").given.state == "live"
    found = standing(held)
    assert (found.state, found.started, found.publishers) == ("live", later(1), ("one",))
    assert held.hear("town", begin, now=later(2))[1] == []
    assert held.room_event("town", 1).state == "live"
    raised(UnknownError, "event_unknown", held.room_event, "town", 2)


def test_a_move_that_is_refused_leaves_everything_as_it_was(held, dump):
    opened(held)
    before = dump()

    def refuse(room):
        raise ConflictError("room_ended", "no")

    raised(ConflictError, "room_ended", held.hear, "town", Heard("room", refuse, "a"), now=NOW)
    raised(ConflictError, "room_live", held.put_room, "town", "room",
           RoomIn(owner_id="mei", title="x", state="draft"), now=NOW)  # fmt: skip
    raised(UnknownError, "product_unknown", held.put_room, "town", "room",
           RoomIn(owner_id="mei", title="x", products=("none",)), now=NOW)  # fmt: skip
    raised(ConflictError, "stream_taken", held.put_room, "town", "second",
           RoomIn(owner_id="mei", title="x", stream="room"), now=NOW)  # fmt: skip

    assert dump() == before


def test_silence_ends_a_room_once(held):
    opened(held)
    assert held.silent_rooms("town", now=later(59)) == []

    (change,) = held.end_silent("town", ["room"], now=later(60))

    assert (change.app_id, change.row.state) == ("room", 2)
    assert held.end_silent("town", ["room"], now=later(600)) == []
    assert standing(held).ended == later(60)
    assert held.room_event("town", 2).state == "ended"


def test_players_are_counted_and_forgotten_at_the_end(held):
    opened(held)

    def stay(room):
        return heard(room.standing, later(1), 60)

    for player, plays in (("a", True), ("a", True), ("b", True), ("b", False), ("b", True)):
        held.hear("town", Heard("room", stay, player, plays), now=later(1))
    found = held.room("town", "room")
    assert (found.viewers, found.plays) == (1, 2)
    held.hear("town", Heard("room", lambda room: end(room.standing, later(2))), now=later(2))

    found = held.room("town", "room")
    assert (found.viewers, found.plays) == (0, 2)


def test_callbacks_at_once_start_a_room_once(held):
    held.put_room("town", "room", ROOM, now=NOW)
    told = []

    def say(client):
        begin = Heard("room", lambda room: published(room.standing, client, NOW, 60))
        stop = Heard("room", lambda room: unpublished(room.standing, client, NOW, 60))
        told.append([len(held.hear("town", one, now=NOW)[1]) for one in (begin, begin, stop)])

    threads = [threading.Thread(target=say, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(map(sum, told)) == 1
    assert (standing(held).state, standing(held).publishers) == ("live", ())
    raised(UnknownError, "event_unknown", held.room_event, "town", 2)


def test_a_webhook_is_told_what_happens_after_it_was_set(held):
    opened(held, "before")
    assert held.put_webhook("town", "app", HOOK, now=NOW)
    assert not held.put_webhook("town", "app", HOOK, now=NOW)
    opened(held, "after")

    assert held.fan_out("town", "app", now=later(1)) == 1
    assert held.fan_out("town", "app", now=later(2)) == 0

    (one,) = held.due_deliveries("town", "app", now=later(2), limit=10)
    assert (one.number, one.stream, one.event, one.type, one.subject) == (
        1, Stream.ROOMS, 2, "live.started", "after",
    )  # fmt: skip
    assert (one.fate, one.next, one.attempts) == (Fate.PENDING, later(1), ())
    raised(UnknownError, "webhook_unknown", held.webhook, "other", "app")
    raised(UnknownError, "webhook_unknown", held.fan_out, "town", "none", now=NOW)


def rooms_that_ended(records, *names):
    for name in names:
        opened(records, name)
    for name in names:
        given = RoomIn(owner_id="mei", title="Fish sauce", state="ended")
        records.put_room("town", name, given, now=later(1))


def test_of_each_subject_the_first_that_is_pending_is_due(held, place):
    held.put_webhook("town", "app", HOOK, now=NOW)
    rooms_that_ended(held, "a", "b")
    assert held.fan_out("town", "app", now=NOW, limit=3) == 3
    assert held.fan_out("town", "app", now=NOW, limit=3) == 1

    def due(records, now=NOW):
        found = records.due_deliveries("town", "app", now=now, limit=10)
        return [(one.subject, one.type) for one in found]

    assert due(held) == [("a", "live.started"), ("b", "live.started")]
    failed = (Attempt(NOW, 500, "answered 500"),)
    wait = Standing(Fate.PENDING, later(5))
    taken = (Attempt(NOW, 200, None),)
    held.attempted("town", [(1, failed, wait), (2, taken, Standing(Fate.DELIVERED, None))])
    assert due(held) == [("b", "live.ended")]
    held.close()
    again = place.open()
    assert due(again) == [("b", "live.ended")]
    assert due(again, later(5)) == [("b", "live.ended"), ("a", "live.started")]
    gone = (*failed, Attempt(later(5), None, "not reached"))
    again.attempted("town", [(1, gone, Standing(Fate.FAILED, None))])

    assert due(again, later(5)) == [("a", "live.ended"), ("b", "live.ended")]
    found = again.deliveries("town", "app", limit=10)
    assert [(one.number, one.fate) for one in found] == [
        (4, Fate.PENDING), (3, Fate.PENDING), (2, Fate.DELIVERED), (1, Fate.FAILED),
    ]  # fmt: skip
    assert found[-1].attempts == gone
    assert [one.number for one in again.deliveries("town", "app", limit=2, before=4)] == [3, 2]
    assert again.deliveries_left("town", "app") == (2, 1)
    again.close()


def test_a_delivery_is_due_once_more_however_it_stands_and_keeps_its_attempts(held):
    held.put_webhook("town", "app", HOOK, now=NOW)
    held.put_webhook("town", "other", HOOK, now=NOW)
    rooms_that_ended(held, "a")
    held.fan_out("town", "app", now=NOW)
    failed = (Attempt(NOW, 500, "answered 500"),)
    held.attempted("town", [(1, failed, Standing(Fate.FAILED, None))])

    resent = held.resend_delivery("town", "app", 1, now=later(3))

    assert (resent.number, resent.fate, resent.next, resent.attempts) == (
        1, Fate.PENDING, later(3), failed,
    )  # fmt: skip
    due = held.due_deliveries("town", "app", now=later(3), limit=9)
    assert [one.number for one in due] == [1]
    for hook, number in (("other", 1), ("app", 99)):
        with pytest.raises(UnknownError):
            held.resend_delivery("town", hook, number, now=NOW)


def test_what_is_decided_is_dropped_in_time_and_what_is_pending_never(held):
    held.put_webhook("town", "app", HOOK, now=NOW)
    rooms_that_ended(held, "a")
    held.fan_out("town", "app", now=NOW)
    held.attempted("town", [(1, (Attempt(NOW, 200, None),), Standing(Fate.DELIVERED, None))])

    assert held.purge_deliveries("town", before=NOW) == 0
    assert held.purge_deliveries("town", before=later(1)) == 1

    assert [one.number for one in held.deliveries("town", "app", limit=9)] == [2]


def test_fanning_out_from_two_sides_makes_each_delivery_once(held, place):
    held.put_webhook("town", "app", HOOK, now=NOW)
    rooms_that_ended(held, *"abcdef")
    other = place.open()
    looked = []

    def take(records):
        while count := records.fan_out("town", "app", now=NOW, limit=1):
            looked.append(count)

    threads = [threading.Thread(target=take, args=(one,)) for one in (held, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()

    found = held.deliveries("town", "app", limit=100)
    assert sorted(one.event for one in found) == list(range(1, 13))
    assert sorted(one.number for one in found) == list(range(1, 13))


def test_a_new_secret_keeps_the_one_before_until_it_ends(held):
    held.put_webhook("town", "app", HOOK, now=NOW)
    first = held.webhook("town", "app")
    held.renew_webhook("town", "app", until=later(60))
    second = held.webhook("town", "app")

    assert (first.salt_before, first.before_until) == (None, None)
    assert (second.salt_before, second.before_until) == (first.salt, later(60))
    assert second.salt != first.salt
    assert replace(second, salt=b"", salt_before=None, before_until=None) == replace(
        first, salt=b""
    )


def test_an_erased_owners_room_is_ended_and_nothing_of_it_is_left(held, dump):
    given = RoomIn(owner_id="mei", title="xyzzy", text="plugh", state="live")
    held.put_room("town", "room", given, now=NOW)
    held.erase_person("town", "mei", now=later(1))

    found = held.room("town", "room")
    assert (found.given.owner_id, found.given.title, found.standing.state) == (
        "",
        "closed",
        "ended",
    )
    assert not any("xyzzy" in row for rows in dump().values() for row in rows)
    assert held.room_event("town", 2).state == "ended"
