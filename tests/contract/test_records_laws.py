"""The suite of the records port: what holds of every call."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.base.errors import (
    InvalidError,
    LodestoneError,
    UnavailableError,
    UnknownError,
)
from lodestone.content import CommunityIn, ItemIn
from lodestone.people import PersonIn
from lodestone.stores.records.types import TermKind
from records_world import ANN, NOW, SONG, SQUARE, raised

CALLS = {
    "person": lambda r, c: r.person(c, "nobody"),
    "person_of": lambda r, c: r.person_of(c, 5),
    "erase_person": lambda r, c: r.erase_person(c, "nobody", now=NOW),
    "put_person": lambda r, c: r.put_person(c, "bad\n", PersonIn(interests={"new": 1.0}), now=NOW),
    "put_person_tag": lambda r, c: r.put_person(
        c, "p", PersonIn(interests={"n": 1, "\0": 1}), now=NOW
    ),
    "item": lambda r, c: r.item(c, "nothing"),
    "item_at": lambda r, c: r.item_at(c, 7),
    "put_item": lambda r, c: r.put_item(c, "i", ItemIn(kind="text", author_id=""), now=NOW),
    "put_item_tag": lambda r, c: r.put_item(
        c, "i", ItemIn(kind="text", author_id="new", tags=("fine", "b\0")), now=NOW
    ),
    "withdraw_item": lambda r, c: r.withdraw_item(c, "nothing", now=NOW),
    "domain": lambda r, c: r.domain(c, "nowhere"),
    "put_domain": lambda r, c: r.put_domain(c, "x" * 129, SQUARE, now=NOW),
    "delete_domain": lambda r, c: r.delete_domain(c, "nowhere"),
    "moderators": lambda r, c: r.moderators(c, "nowhere"),
    "policy": lambda r, c: r.policy(c, 9),
    "revoke_key": lambda r, c: r.revoke_key(c, "key_0", now=NOW),
    "create_key": lambda r, c: r.create_key(c, name="k", scopes=("two words",), now=NOW),
    "set_clock": lambda r, c: r.set_clock(c, NOW),
    "term": lambda r, c: r.term(c, TermKind.TAG, ""),
}


BY_ID = {
    "person": lambda r, i: r.person("town", i),
    "people": lambda r, i: r.people("town", limit=1, after=i),
    "put_person": lambda r, i: r.put_person("town", i, PersonIn(), now=NOW),
    "erase_person": lambda r, i: r.erase_person("town", i, now=NOW),
    "item": lambda r, i: r.item("town", i),
    "items": lambda r, i: r.items("town", limit=1, after=i),
    "items_by": lambda r, i: r.items("town", limit=1, author_id=i),
    "put_item": lambda r, i: r.put_item("town", i, ItemIn(kind="text", author_id="a"), now=NOW),
    "put_by": lambda r, i: r.put_item("town", "i", ItemIn(kind="text", author_id=i), now=NOW),
    "withdraw_item": lambda r, i: r.withdraw_item("town", i, now=NOW),
    "scrub_items": lambda r, i: r.scrub_items("town", i),
    "domain": lambda r, i: r.domain("town", i),
    "domains": lambda r, i: r.domains("town", limit=1, after=i),
    "put_domain": lambda r, i: r.put_domain("town", i, SQUARE, now=NOW),
    "delete_domain": lambda r, i: r.delete_domain("town", i),
    "moderators": lambda r, i: r.moderators("town", i),
    "community": lambda r, i: r.community(i),
    "create_community": lambda r, i: r.create_community(i, CommunityIn(), now=NOW),
    "keys": lambda r, i: r.keys(i),
    "revoke_key": lambda r, i: r.revoke_key("town", i, now=NOW),
}


@pytest.mark.parametrize("call", BY_ID.values(), ids=BY_ID)
def test_what_cannot_be_an_id_is_refused_as_such(records, call):
    for text in ("", "x" * 129, "a\0b", "a\n", "\ud800"):
        raised(InvalidError, "id_invalid", call, records, text)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_refusal_changes_nothing(records, dump, call):
    records.put_item("town", "song", SONG, now=NOW)
    before = dump()

    with pytest.raises(LodestoneError):
        call(records, "town")

    assert dump() == before


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_unknown_community_has_nothing(records, dump, call):
    before = dump()

    with pytest.raises(LodestoneError) as caught:
        call(records, "nowhere")

    assert isinstance(caught.value, UnknownError | InvalidError)
    assert dump() == before


def test_after_closing_nothing_answers(records):
    records.close()

    raised(UnavailableError, "records_closed", records.person, "town", "ann")
    raised(UnavailableError, "records_closed", records.put_person, "town", "a", ANN, now=NOW)


def test_threads_that_write_at_once_lose_nothing(records):
    def write(name):
        for n in range(10):
            item = ItemIn(kind="text", author_id=f"{name}{n % 2}", tags=(f"t{n}", name))
            records.put_item("town", f"{name}-{n}", item, now=NOW)
            records.people("town", limit=3)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(records.item_ids("town")) == sorted(f"{a}-{n}" for a in "abcd" for n in range(10))
    assert [row.row for _, row in records.item_rows("town")] == [*range(40)]
    assert sorted(records.terms("town", TermKind.TAG)) == [*range(14)]
    assert [one.id for one in records.pending_changes("town")] == [*range(1, 49)]


def test_two_processes_that_write_at_once_agree(records, place):
    again = place.open()

    def write(store, name):
        for n in range(10):
            item = ItemIn(kind="text", author_id=f"{name}{n % 2}", tags=(f"t{n}", name))
            store.put_item("town", f"{name}-{n}", item, now=NOW)

    threads = [threading.Thread(target=write, args=pair) for pair in ((records, "a"), (again, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.row for _, row in records.item_rows("town")] == [*range(20)]
    assert sorted(again.terms("town", TermKind.TAG)) == [*range(12)]
    assert [one.id for one in again.pending_changes("town")] == [*range(1, 25)]
    again.close()


NAMES = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["town", "other"]),
        st.sampled_from(["put", "post", "erase", "withdraw"]),
        NAMES,
        NAMES,
    ),
    max_size=15,
)


def do(records, community, name, step, one, two):
    if step == "put":
        records.put_person(community, one, PersonIn(name=name + two), now=NOW)
    elif step == "post":
        item = ItemIn(kind="text", author_id=one, text=name + one, tags=(name,))
        records.put_item(community, two, item, now=NOW)
    elif step == "withdraw":
        records.withdraw_item(community, two, now=NOW)
    else:
        records.erase_person(community, one, now=NOW)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_is_written_and_erased_communities_stay_apart(records, steps):
    run = len(records.communities())
    names = {name: f"{name}{run}" for name in ("town", "other")}
    people = {name: {} for name in names}
    items = {name: {} for name in names}
    for name, community in names.items():
        records.create_community(community, CommunityIn(name=name), now=NOW)

    for name, step, one, two in steps:
        community, known, posted = names[name], people[name], items[name]
        impossible = {
            "put": False,
            "post": two in posted and posted[two][0] != one,
            "withdraw": two not in posted,
            "erase": one not in known,
        }
        if impossible[step]:
            with pytest.raises(LodestoneError):
                do(records, community, name, step, one, two)
            continue
        do(records, community, name, step, one, two)
        if step == "put":
            known[one] = name + two
        elif step == "post":
            known.setdefault(one, "")
            posted[two] = (one, name + one)
        elif step == "erase":
            del known[one]
            for post, (author, _) in posted.items():
                if author == one:
                    posted[post] = (None, "")

    for name, community in names.items():
        met = records.people(community, limit=99)
        assert {person.id: person.given.name for person in met} == people[name]
        assert {
            item.id: (item.author_id, item.given.text)
            for item in records.items(community, limit=99)
        } == items[name]
        assert set(records.terms(community, TermKind.TAG).values()) <= {name}
