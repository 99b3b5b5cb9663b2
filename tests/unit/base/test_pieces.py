"""A batch that cannot be done whole is done in pieces: every good item once, in order, every bad one alone."""

from math import log2

from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.pieces import Pieces


def done_in_pieces(batch, bad):
    """Try pieces as a commit does; return what was done, what failed alone, and how often it was tried."""
    pieces, done, failed, tries = Pieces(batch), [], [], 0
    for piece in pieces:
        tries += 1
        if not bad & set(piece):
            done += piece
        elif not pieces.split(piece):
            failed += piece
    return done, failed, tries


@given(st.integers(0, 200), st.sets(st.integers(0, 199), max_size=6))
def test_every_good_item_is_done_in_order_and_every_bad_one_stands_alone(size, bad):
    batch = list(range(size))
    bad = {one for one in bad if one < size}

    done, failed, tries = done_in_pieces(batch, bad)

    assert done == [one for one in batch if one not in bad]
    assert failed == sorted(bad)
    assert tries <= 1 + 2 * len(bad) * (log2(size) + 1 if size else 0)


def test_what_is_not_split_is_tried_once_and_an_empty_batch_once():
    assert list(Pieces([1, 2, 3])) == [[1, 2, 3]]
    assert list(Pieces([])) == [[]]


def test_a_single_item_cannot_be_split():
    pieces = Pieces([7])

    assert [pieces.split(piece) for piece in pieces] == [False]
