"""Columns grow where they stand, and keep what is in them wherever that is not given."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.bootstrap.descriptors import addresses_are_free
from lodestone.features.grow import MOVES_AT, grow_in_place, grown


@pytest.fixture(autouse=True, scope="module")
def in_place():
    before = grow_in_place(True)
    yield
    grow_in_place(before)


LIMITED = """
import resource
import numpy as np
from lodestone.bootstrap.descriptors import addresses_are_free
from lodestone.features.grow import MOVES_AT, grow_in_place, grown

resource.setrlimit(resource.RLIMIT_{limit}, (8 << 30, 8 << 30))
assert not addresses_are_free()
grow_in_place({allowed})
column = np.arange(MOVES_AT // 8)
longer = grown(column, 2 * column.size)
assert longer.size >= 2 * column.size and not np.shares_memory(column, longer)
again = grown(longer, 2 * longer.size)
assert not np.shares_memory(again, longer)
assert again[: column.size].tolist() == column.tolist() and not again[column.size :].any()
"""


@given(
    st.sampled_from([np.int8, np.int32, np.float64, np.dtype([("a", np.int16), ("b", np.float64, 3)])]),
    st.sampled_from([(), (5,), (2, 3)]),
    st.lists(st.integers(1, 60_000), min_size=1, max_size=8),
)  # fmt: skip
def test_what_a_column_holds_stays_and_the_rest_is_empty(dtype, shape, sizes):
    column = np.zeros((4, *shape), dtype)
    column.view(np.uint8).reshape(-1)[:] = 7
    first = column.copy()
    for rows in sizes:
        before = column.shape[0]
        column = grown(column, rows)
        assert column.shape[0] >= max(rows, before)
        assert column.dtype == dtype
        assert column.shape[1:] == shape
    assert column[:4].tobytes() == first.tobytes()
    assert not np.frombuffer(column[4:].tobytes(), np.uint8).any()


def test_a_column_of_some_size_is_copied_once_and_then_grows_where_it_stands():
    column = np.full((1024, 16), -1, np.int32)
    moves = []
    for rows in range(1_000, 600_000, 1_000):
        longer = grown(column, rows, -1)
        if longer is not column and not np.shares_memory(longer, column):
            moves.append(column.nbytes)
        column = longer
    assert (column == -1).all()
    assert max(moves) <= MOVES_AT


def test_two_columns_never_share_their_room():
    left, right = (grown(np.zeros(MOVES_AT, np.uint8), 2 * MOVES_AT) for _ in range(2))
    left[:] = 1
    assert not right.any()
    assert not np.shares_memory(left, right)


@pytest.mark.parametrize("limit", ["AS", "DATA"])
@pytest.mark.parametrize("allowed", [True, False])
def test_where_the_system_gives_no_addresses_a_column_doubles_by_a_copy(limit, allowed):
    script = LIMITED.format(limit=limit, allowed=allowed)
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("said", "free"), [("0\n", True), ("1\n", True), ("2\n", False), (None, False)]
)
def test_addresses_are_free_where_the_system_does_not_count_them(tmp_path, said, free):
    strict = tmp_path / "overcommit_memory"
    if said is not None:
        strict.write_text(said)

    assert addresses_are_free(strict) is free
