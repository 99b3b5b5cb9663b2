"""Every list of live items is known whole, whatever came, changed and went."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import Source
from lodestone.features import postings as module
from lodestone.features.layout import ITEM
from lodestone.features.postings import LIST_NEW, Postings
from lodestone.services.feed import depth as depth_module
from lodestone.services.feed.depth import Depth
from lodestone.traffic.filters import Marks

KEPT = 4


@pytest.fixture(autouse=True)
def _short_lists(monkeypatch):
    monkeypatch.setattr(module, "POSTING_KEPT", KEPT)


def item(author=0, created=0, channel=-1, state=1):
    row = np.zeros(1, ITEM)[0]
    row["latitude"], row["channels"], row["professions"] = np.nan, -1, -1
    row["author"], row["created"], row["state"] = author, created, state
    row["channels"][0] = channel
    return row


changes = st.lists(
    st.tuples(
        st.integers(0, 11), st.integers(0, 2), st.integers(0, 5), st.integers(-1, 1),
        st.sampled_from([1, 1, 1, 2]),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(changes)
def test_whole_and_short_lists_hold_what_is_live_newest_first(puts):
    lists, now = Postings(), {}
    for row, author, created, channel, state in puts:
        lists.put(row, item(author, created, channel, state))
        now[row] = (author, created, channel, state)

    def wanted(fits):
        rows = [(v[1], row) for row, v in now.items() if v[3] == 1 and fits(v)]
        return [row for _, row in sorted(rows, reverse=True)]

    everything = wanted(bool)
    assert lists.newest([LIST_NEW], 0, 99).tolist() == everything
    assert lists.held(LIST_NEW).tolist() == everything[:KEPT]
    for author in range(3):
        own = lists.newest(lists.of_authors([author]), 0, 99).tolist()
        assert own == wanted(lambda v, author=author: v[0] == author)
    for channel in range(2):
        index = lists.domain(channel)
        posts = wanted(lambda v, channel=channel: v[2] == channel)
        assert lists.newest([index], 0, 99).tolist() == posts
        assert index < 0 or lists.held(index).tolist() == posts[:KEPT]
    parts = [lists.newest([LIST_NEW], first, first + 3) for first in range(0, 15, 3)]
    assert np.concatenate(parts).tolist() == everything


def depths(lists, sources, *, marked=(), stamped=()):
    marks, stamp = np.zeros(64, np.int64), np.zeros(64, np.int64)
    marks[list(marked)], stamp[list(stamped)] = 4 * 7 + 1, 5
    return Depth(lists, sources, Marks(marks, marks, 7), stamp, 5)


def test_depth_passes_over_what_is_marked_gathered_or_brought_before():
    lists = Postings()
    for row in range(20):
        lists.put(row, item(author=row % 2, created=row))
    found = depths(
        lists,
        [(int(Source.FOLLOWED), lists.of_authors([-1, 1])), (int(Source.NEW), [LIST_NEW])],
        marked=[19, 18], stamped=[17, 16],
    )  # fmt: skip

    portions = [(int(source[0]), rows.tolist()) for rows, source in found.portions()]

    assert portions == [(6, [15, 13, 11, 9, 7, 5, 3, 1]), (2, [14, 12, 10, 8, 6, 4, 2, 0])]
    assert found.ended


def test_depth_that_looked_at_enough_does_not_say_that_it_came_to_the_end(monkeypatch):
    monkeypatch.setattr(depth_module, "SCAN_MAX", 16)
    monkeypatch.setattr(depth_module, "_READ", 8)
    lists = Postings()
    for row in range(40):
        lists.put(row, item(created=row))
    found = depths(lists, [(int(Source.NEW), [LIST_NEW])], marked=range(24, 40))

    assert list(found.portions()) == []
    assert not found.ended
