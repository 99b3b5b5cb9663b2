"""The suite of the records port: the audit log is written with the change it is of, or neither is."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from lodestone.base.audit import Actor, acting
from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, UnavailableError, UnknownError
from lodestone.content import CommunityIn
from lodestone.content.item import Label
from lodestone.stores.records.audit_port import AuditFilter
from lodestone.stores.sql.audit_rows import difference
from lodestone.traffic.policy import Policy
from records_world import ANN, NOTE, NOW, SONG, SQUARE, raised

EVERYTHING = AuditFilter()
ACTOR = Actor(
    route="PUT /v1/domains/{domain_id}", clock=lambda _: NOW, key_id="key_1", subject=("domain", "x")
)  # fmt: skip


def shown(records, wanted=EVERYTHING, community="town", **more):
    found = records.audit_log(community, wanted, limit=more.pop("limit", 100), **more)
    return [(one.kind, one.name, one.before, one.after) for one in found]


def test_a_change_and_its_record_are_committed_together(records):
    with acting(ACTOR):
        records.put_domain("town", "square", SQUARE, now=NOW)
        records.put_domain("town", "square", changed(SQUARE, name="Plaza"), now=NOW)
        records.delete_domain("town", "square")

    given = {"kind": "place", "name": "Square"}
    deleted, renamed, made = records.audit_log("town", EVERYTHING, limit=10)
    assert (made.before, made.after["name"], made.after["kind"]) == (
        None,
        *reversed(given.values()),
    )
    assert (renamed.before, renamed.after) == ({"name": "Square"}, {"name": "Plaza"})
    assert (deleted.before["name"], deleted.after) == ("Plaza", None)
    assert {(one.key_id, one.route, one.time) for one in (deleted, renamed, made)} == {
        ("key_1", ACTOR.route, NOW)
    }
    assert records.audit_log("other", EVERYTHING, limit=10) == []


def test_what_is_refused_or_breaks_off_leaves_neither(records):
    records.put_domain("town", "square", SQUARE, now=NOW)
    records.put_person("town", "ann", ANN, now=NOW)

    def clock(_):
        raise UnavailableError("clock", "it does not show")

    with acting(ACTOR):
        channel = changed(SQUARE, kind="channel", centre=None)
        raised(InvalidError, "kind_fixed", records.put_domain, "town", "square", channel, now=NOW)
        raised(UnknownError, "person_unknown", records.add_moderator, "town", "square", "bob")
    with acting(replace(ACTOR, clock=clock)):
        raised(UnavailableError, "clock", records.add_moderator, "town", "square", "ann")
        raised(UnavailableError, "clock", records.create_key, "town", name="", scopes=[], now=NOW)

    assert shown(records) == []
    assert records.moderators("town", "square") == []
    assert records.keys("town") == []


def test_what_changes_nothing_or_is_nobodys_act_is_not_written(records):
    records.put_domain("town", "square", SQUARE, now=NOW)
    with acting(ACTOR):
        records.put_domain("town", "square", SQUARE, now=NOW)
    with acting(replace(ACTOR, every_write=False)):
        records.put_person("town", "ann", ANN, now=NOW)

    assert [one[:2] for one in shown(records)] == [
        ("domain", "x")
    ]  # a write that says nothing more


def test_a_write_that_says_nothing_of_itself_is_recorded_by_its_route(records):
    with acting(replace(ACTOR, route="PUT /v1/new/{id}", subject=("new", "n1"))):
        records.put_person("town", "ann", ANN, now=NOW)

    assert shown(records) == [("new", "n1", None, None)]


def test_a_posts_label_is_an_act_and_its_words_are_not(records):
    with acting(replace(ACTOR, every_write=False)):
        records.put_item("town", "note", NOTE, now=NOW)
        records.put_item("town", "note", changed(NOTE, text="other words"), now=NOW)
        spam = (Label("drop", "spam"),)
        records.put_items("town", [("note", changed(NOTE, labels=spam)), ("song", SONG)], now=NOW)
        records.withdraw_item("town", "note", now=NOW)
        records.withdraw_item("town", "note", now=NOW)

    assert shown(records) == [
        ("item", "note", {"state": "live"}, {"state": "withdrawn"}),
        ("item", "note", {"labels": []}, {"labels": [{"label": "drop", "rule": "spam"}]}),
    ]


def test_keys_and_operators_keys_stand_in_every_log_they_concern(records):
    with acting(ACTOR):
        made = records.create_key("town", name="app", scopes=["read"], now=NOW).record
        records.revoke_key("town", made.id, now=NOW)
        records.revoke_key("town", made.id, now=NOW)
        everywhere = records.create_key(None, name="", scopes=["operator"], now=NOW).record
        records.create_community("third", CommunityIn(name="Third"), now=NOW)

    operators = ("key", everywhere.id, None, {"name": "", "scopes": ["operator"]})
    assert shown(records) == [
        operators,
        ("key", made.id, {}, {"revoked": True}),
        ("key", made.id, None, {"name": "app", "scopes": ["read"]}),
    ]
    assert shown(records, community="other") == [operators]
    assert [one[:2] for one in shown(records, community="third")] == [("community", "third")]


def test_a_policy_is_recorded_by_what_differs(records):
    with acting(ACTOR):
        records.put_policy("town", Policy(), now=NOW)
        records.put_policy("town", changed(Policy(), exploration_share=0.125), now=NOW)

    second, first = shown(records)
    assert second[1:] == ("2", {"version": 1, "exploration_share": Policy().exploration_share}, {
        "version": 2, "exploration_share": 0.125})  # fmt: skip
    assert (first[1], first[2]) == ("1", None)


def test_erasing_somebody_empties_what_was_about_them_and_names_them_no_more(records, dump):
    records.put_domain("town", "square", SQUARE, now=NOW)
    ordinal = records.put_person("town", "ann", ANN, now=NOW).target
    with acting(replace(ACTOR, person=ordinal)):
        records.add_moderator("town", "square", "ann")
    (before,) = records.audit_log("town", EVERYTHING, limit=9)
    with acting(ACTOR):
        records.erase_person("town", "ann", now=NOW)

    erasing, after = records.audit_log("town", EVERYTHING, limit=9)
    assert (before.about_id, before.actor_id, before.after) == ("ann", "ann", {"moderator": True})
    assert (after.about_id, after.actor_id, after.after) == (None, None, None)
    assert after.about == after.actor == erasing.about == ordinal
    assert erasing.after == {"erased": True}
    rows = dump()["audit_log"]
    assert "ann" not in str([row for row in rows if "moderator" in str(row)])


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (AuditFilter(kind="domain", name="d2"), ["d2"]),
        (AuditFilter(key_id="key_1"), ["d4", "d3", "d2", "d1", "d0"]),
        (AuditFilter(key_id="key_2"), []),
        (AuditFilter(first=Instant(NOW + 2), end=Instant(NOW + 4)), ["d3", "d2"]),
        (AuditFilter(actor_id="nobody"), []),
    ],
    ids=["object", "key", "other key", "time", "actor"],
)  # fmt: skip
def test_filters_and_pages_choose_among_records(wanted, names, records):
    for number in range(5):
        at = Instant(NOW + number)
        with acting(replace(ACTOR, clock=lambda _, at=at: at)):
            records.put_domain("town", f"d{number}", SQUARE, now=NOW)

    assert [one[1] for one in shown(records, wanted)] == names
    pages, before = [], None
    while page := records.audit_log("town", wanted, limit=2, before=before):
        pages += [one.name for one in page]
        before = page[-1].number
    assert pages == names


def test_a_difference_holds_the_fields_that_differ_and_no_other():
    assert difference({"a": 1, "b": 2}, {"b": 3, "c": 4}).before == {"a": 1, "b": 2}
    assert difference({"a": 1, "b": 2}, {"b": 3, "c": 4}).after == {"b": 3, "c": 4}
    assert difference({"a": 1}, {"a": 1}) is None
    assert difference(None, None) is None
    assert difference(None, {}).before is None
