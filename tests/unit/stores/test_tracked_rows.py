"""What one commit must write of the rows that it has read, made and changed."""

import pytest

from lodestone.stores.commerce.tracked_rows import TrackedRows


def rows_of(**stored):
    rows = TrackedRows()
    rows.loaded(stored)
    return rows


def test_what_was_only_read_is_not_written():
    rows = rows_of(tea=1)

    assert (rows["tea"], rows.take_made(), rows.take_changed()) == (1, [], [])


def test_a_new_row_that_changes_before_it_is_written_is_written_once_as_it_stands():
    rows = rows_of()
    rows.add("tea", 1)
    rows.put("tea", 2)

    assert (rows.take_made(), rows.take_changed()) == ([2], [])


def test_a_row_written_as_new_and_changed_later_is_written_as_changed():
    rows = rows_of()
    rows.add("tea", 1)
    rows.take_made()
    rows.put("tea", 3)

    assert (rows.take_made(), rows.take_changed()) == ([], [("tea", 3)])


def test_new_rows_are_written_in_the_order_they_were_made_and_changed_ones_by_key():
    rows = rows_of(b=1, a=1)
    rows.add("z", 1)
    rows.add("y", 2)
    rows.put("b", 2)
    rows.put("a", 3)

    assert rows.take_made() == [1, 2]
    assert rows.take_changed() == [("a", 3), ("b", 2)]
    assert (rows.take_made(), rows.take_changed()) == ([], [])
    assert rows.sorted_keys() == ["a", "b", "y", "z"]


def test_a_row_that_was_neither_read_nor_made_cannot_be_changed():
    rows = rows_of()

    with pytest.raises(AssertionError):
        rows.put("tea", 1)
    assert rows.get("tea") is None
