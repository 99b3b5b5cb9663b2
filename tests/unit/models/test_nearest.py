"""An index that is rebuilt by a thread finds what a flat scan finds, before, during and after."""

import threading

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.models import nearest
from lodestone.models.nearest import FLAT_MAX, FlatIndex, LiveIndex
from lodestone.models.vector_store import BLOCK_ROWS, VectorStore


def vectors_of(count, seed):
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(40, 64))
    drawn = centres[chance.integers(0, 40, count)] + 0.5 * chance.normal(size=(count, 64))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def lived(size, step, gone_every):
    """Let an index grow past a doubling; return it, its flat twin, and the threads in which it was trained."""
    live, flat, trained = LiveIndex(), FlatIndex(), []
    before = nearest._trained

    def noted(store, rows):
        if rows.size > FLAT_MAX:
            trained.append(threading.current_thread().name)
        return before(store, rows)

    nearest._trained = noted
    try:
        vectors = vectors_of(size, 3)
        for first in range(0, size, step):
            rows = np.arange(first, min(size, first + step), dtype=np.int32)
            again = rows[rows % 7 == 0] // 2  # some are put again, elsewhere
            rows = np.unique(np.concatenate([rows, again])).astype(np.int32)
            fresh = vectors[(rows + first) % size]
            for index in (live, flat):
                index.add(rows, fresh)
                index.remove(first // gone_every)
    finally:
        nearest._trained = before
    return live, flat, trained


def test_an_index_that_grows_by_and_by_is_trained_beside_and_loses_nothing():
    live, flat, trained = lived(12_000, 250, 3)

    assert set(trained) == {"vector index"}
    assert live._built_at > FLAT_MAX
    recalls = []
    for query in vectors_of(20, 9):
        exact, quick = flat.search(query, 100), live.search(query, 100)
        assert exact.size == quick.size == np.unique(quick).size
        recalls.append(np.isin(exact, quick).mean())
    assert np.mean(recalls) > 0.95
    everything = live.search(vectors_of(1, 4)[0], 20_000)
    assert np.isin(everything, flat._rows).all()


def test_two_that_grew_alike_find_alike_whenever_their_threads_came_to_an_end():
    (first, _, _), (second, _, _) = lived(11_000, 250, 3), lived(11_000, 250, 3)

    for query in vectors_of(10, 8):
        assert first.search(query, 200).tolist() == second.search(query, 200).tolist()


def test_while_a_rebuild_is_under_way_the_old_index_finds_what_is_new_and_not_what_is_gone():
    vectors = vectors_of(FLAT_MAX + 400, 5)
    live = LiveIndex()
    for first in range(0, vectors.shape[0], 400):
        rows = np.arange(first, min(vectors.shape[0], first + 400), dtype=np.int32)
        live.add(rows, vectors[rows])
    assert live._rebuild is not None

    newest = vectors.shape[0] - 1
    assert live.search(vectors[newest], 1).tolist() == [newest]
    live.remove(newest)
    assert newest not in live.search(vectors[newest], 5).tolist()


def test_what_breaks_a_rebuild_is_raised_where_it_is_waited_for_and_the_old_index_goes_on(
    monkeypatch,
):
    vectors, live = vectors_of(FLAT_MAX + 2_000, 6), LiveIndex()

    def broken(store, rows):
        raise MemoryError("no room")

    live.add(np.arange(FLAT_MAX, dtype=np.int32), vectors[:FLAT_MAX])
    monkeypatch.setattr(nearest, "_trained", broken)
    raised = 0
    for row in range(FLAT_MAX, FLAT_MAX + 1_500):
        try:
            live.add(np.array([row], np.int32), vectors[row : row + 1])
        except MemoryError:
            raised += 1
    assert raised == 1
    assert live.search(vectors[FLAT_MAX + 1_400], 1).tolist() == [FLAT_MAX + 1_400]


@given(st.lists(st.tuples(st.integers(0, 3 * BLOCK_ROWS), st.booleans()), max_size=30))
@settings(deadline=None)
def test_a_store_of_vectors_is_what_a_dict_would_be(steps):
    store, plain = VectorStore(), {}
    for n, (row, put) in enumerate(steps):
        if put:
            store.put(np.array([row]), np.full((1, 64), n, np.float32))
            plain[row] = n
        else:
            assert store.drop(row) == (plain.pop(row, None) is not None)
    rows = store.rows()
    assert rows.tolist() == sorted(plain)
    assert store.size == len(plain)
    assert store.get(rows)[:, 5].tolist() == [plain[row] for row in sorted(plain)]
    asked = np.array([row for row, _ in steps], np.int64)
    assert store.there(asked).tolist() == [int(row) in plain for row in asked]
