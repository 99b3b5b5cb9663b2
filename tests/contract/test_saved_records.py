"""The suite of the records port: posts that people have saved, their own and gone with them."""

import pytest

from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from records_world import ANN, NOW, SONG, raised


def people(records):
    records.put_person("town", "ann", ANN, now=NOW)
    records.put_person("town", "bob", ANN, now=NOW)
    for number in range(4):
        records.put_item("town", f"song{number}", SONG, now=NOW)


def saved(records, person="ann", community="town", **more):
    listed = records.saved_items(community, person, limit=more.pop("limit", 10), **more)
    return [post.item_id for post in listed]


def test_what_is_saved_last_stands_first_and_what_is_saved_again_stays_where_it_is(records):
    people(records)
    times = {"song0": 1, "song1": 3, "song2": 3, "song3": 2}
    fresh = [
        records.save_item("town", "ann", name, now=Instant(NOW + at)) for name, at in times.items()
    ]
    again = records.save_item("town", "ann", "song0", now=Instant(NOW + 9))

    assert (fresh, again) == ([True] * 4, False)
    assert saved(records) == ["song2", "song1", "song3", "song0"]


def test_pages_of_saved_posts_join_up_where_several_were_saved_at_once(records):
    people(records)
    for number in range(4):
        records.save_item("town", "ann", f"song{number}", now=NOW)
    first = records.saved_items("town", "ann", limit=2)
    rest = records.saved_items("town", "ann", limit=9, before=(first[-1].time, first[-1].row))

    assert [post.item_id for post in first + rest] == ["song3", "song2", "song1", "song0"]


def test_saving_is_ones_own_and_taken_back_once(records):
    people(records)
    records.save_item("town", "ann", "song0", now=NOW)

    assert (records.is_saved("town", "ann", "song0"), records.is_saved("town", "bob", "song0")) == (
        True,
        False,
    )
    assert saved(records, "bob") == []
    assert [records.unsave_item("town", "ann", "song0") for _ in range(2)] == [True, False]
    assert not records.is_saved("town", "ann", "song0")


@pytest.mark.parametrize(
    ("person", "item", "code"),
    [("zed", "song0", "person_unknown"), ("ann", "song9", "item_unknown")],
)
def test_nobody_saves_what_is_not_there(records, person, item, code):
    people(records)
    raised(UnknownError, code, records.save_item, "town", person, item, now=NOW)
    raised(UnknownError, code, records.unsave_item, "town", person, item)
    raised(UnknownError, code, records.is_saved, "town", person, item)


def test_an_erased_persons_saves_are_gone_and_others_stay(records):
    people(records)
    for person in ("ann", "bob"):
        records.save_item("town", person, "song0", now=NOW)
    records.erase_person("town", "ann", now=NOW)

    assert saved(records, "bob") == ["song0"]
    raised(UnknownError, "person_unknown", records.saved_items, "town", "ann", limit=9)
    records.put_person("town", "ann", ANN, now=NOW)
    assert saved(records, "ann") == []
