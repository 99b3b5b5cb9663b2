"""What other subjects do within a write of people and items stands or falls with that write."""

import random

import pytest

from lodestone.base.errors import ConflictError
from lodestone.content import CommunityIn
from lodestone.stores.database import SqlRecords
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.schema import META
from lodestone.stores.sql.engine import engine_of
from records_world import ANN, NOTE, NOW, SONG, project


class BrokenError(Exception):
    pass


class Subject:
    """A subject that owns some items, and writes a small value when it is called."""

    def __init__(self):
        self.erased = []
        self.faces = set()
        self.breaks = False

    def erase_person(self, work, ordinal, now):
        self.erased.append((ordinal, now))
        work.insert(META, [{"name": f"erased {ordinal}", "value": b"1"}])
        if self.breaks:
            raise BrokenError

    def refusals(self, _scope, item_ids):
        return {
            one: ConflictError("item_of_test", "no", ()) for one in item_ids if one in self.faces
        }

    def withdraw_item(self, work, item_id):
        work.insert(META, [{"name": f"withdrawn {item_id}", "value": b"1"}])


@pytest.fixture
def subject():
    return Subject()


@pytest.fixture
def records(place, subject):
    hooks = SubjectHooks(subject.erase_person, subject.refusals, subject.withdraw_item)
    chance = random.Random(5)
    made = SqlRecords(engine_of(place.url), lambda: chance.getrandbits(63), project, hooks=(hooks,))
    made.create_community(
        "town", CommunityIn(name="Town", time_zone="UTC", currency="EUR"), now=NOW
    )
    yield made
    made.close()


def test_a_subject_empties_its_own_rows_in_the_commit_that_erases_somebody(records, subject):
    ordinal = records.put_person("town", "ann", ANN, now=NOW).target

    records.erase_person("town", "ann", now=NOW)

    assert subject.erased == [(ordinal, NOW)]
    assert records.meta("town", f"erased {ordinal}") == b"1"


def test_an_erasure_that_a_subject_breaks_off_has_erased_nothing(records, subject):
    ordinal = records.put_person("town", "ann", ANN, now=NOW).target
    subject.breaks = True

    with pytest.raises(BrokenError):
        records.erase_person("town", "ann", now=NOW)

    assert records.person("town", "ann").ordinal == ordinal
    assert records.erased("town") == []
    assert records.meta("town", f"erased {ordinal}") is None


def test_an_erasure_replayed_after_a_restore_calls_subjects_for_those_who_are_back(
    records, subject
):
    ordinal = records.put_person("town", "ann", ANN, now=NOW).target

    records.replay_erasures("town", [ordinal, 7], now=NOW)

    assert subject.erased == [(ordinal, NOW)]


def test_an_item_that_is_the_face_of_something_else_is_refused_and_the_others_are_written(
    records, subject
):
    records.put_item("town", "face", SONG, now=NOW)
    subject.faces = {"face"}

    bulk = records.put_items("town", [("face", NOTE), ("note", NOTE)], now=NOW)

    assert [(one.index, one.error.code) for one in bulk.refused] == [(0, "item_of_test")]
    assert records.item("town", "note").given.text == "a note"
    assert records.item("town", "face").given.text == "a song"


def test_withdrawing_an_item_is_told_to_the_subject_whose_face_it_may_be(records):
    records.put_item("town", "note", NOTE, now=NOW)

    records.withdraw_item("town", "note", now=NOW)

    assert records.meta("town", "withdrawn note") == b"1"
