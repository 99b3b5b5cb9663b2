"""The compiled parts of a decision say what the plain ones say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.features.layout import AUTHOR, ITEM
from lodestone.traffic import codec, codec_kernel, pool, pool_kernel
from lodestone.traffic.prices import NET_NONE

SEEDS = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(SEEDS, st.integers(1, 60))
def test_consumption_is_the_same_compiled(seed, count):
    chance = np.random.default_rng(seed)
    items, authors = np.zeros(50, ITEM), np.zeros(9, AUTHOR)
    items["promises"] = chance.integers(0, 2**63, 50, dtype=np.uint64) << np.uint64(8)
    items["need"], items["author"] = chance.integers(-1, 2, 50), chance.integers(0, 9, 50)
    authors["small"] = chance.integers(0, 2, 9)
    rank = chance.integers(-32767, 32768, 6).astype(np.int16)
    rows = chance.integers(0, 50, count).astype(np.int32)
    local, here = chance.integers(0, 2, count).astype(np.uint8), int(chance.integers(2))
    found = []
    for module in (pool, pool_kernel):
        bits, ranks = np.empty(count, np.uint64), np.empty(count, np.int16)
        module.consumed(items, authors, rank, rows, local, here, bits, ranks)
        found.append((bits.tolist(), ranks.tolist()))

    assert found[0] == found[1]


def test_what_is_owed_near_and_small_is_marked():
    items, authors = np.zeros(3, ITEM), np.zeros(1, AUTHOR)
    items["need"], authors["small"] = [1, 0, 0], 1
    bits, ranks = np.empty(3, np.uint64), np.empty(3, np.int16)

    pool.consumed(
        items, authors, np.array([256], np.int16), np.arange(3, dtype=np.int32),
        np.array([0, 1, 0], np.uint8), 1, bits, ranks,
    )  # fmt: skip

    assert bits.tolist() == [1 | 16, 2 | 16, 16]
    assert ranks.tolist() == [256, 256, 256]


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), max_size=40))
def test_authors_are_numbered_as_they_stand(authors):
    given_, found = np.array(authors, np.int32), []
    for module in (pool, pool_kernel):
        out = np.empty(len(authors), np.int32)
        module.number(given_, out)
        found.append(out.tolist())

    assert found[0] == found[1]
    assert [authors.index(a) for a in authors] == [found[0].index(n) for n in found[0]]


@settings(deadline=None)
@given(SEEDS, st.integers(1, 30), st.integers(0, 8), st.integers(1, 3), st.integers(0, 3))
def test_reasons_and_accounts_are_the_same_compiled(seed, count, filled, author_max, gap):
    chance = np.random.default_rng(seed)
    extra = int(chance.integers(0, 10))
    net = chance.choice([NET_NONE, 5, 9, -3], count + extra)
    index = chance.permutation(count + extra)[:count]
    author = np.empty(count, np.int32)
    pool.number(chance.integers(0, 5, count).astype(np.int32), author)
    shown = chance.permutation(count)[:filled]
    topic, explored = chance.integers(-1, 3, count).astype(np.int16), int(chance.integers(-1, 3))
    value = chance.normal(0, 100, count + extra).round(2)
    bits = chance.integers(0, 2**40, count, dtype=np.uint64)
    rank = chance.integers(-32767, 32768, count).astype(np.int16)
    attention, could = 1 / (1 + 0.06 * np.arange(8)), chance.integers(0, 2, 64).astype(np.uint8)
    found = []
    for module in (pool, pool_kernel):
        reason = np.empty(count + extra, np.uint8)
        module.reasons(
            net, index, author, topic, shown, explored, author_max, gap, reason
        )  # fmt: skip
        used, chances, sums = np.zeros(64), np.zeros(64), np.zeros(3)
        module.account(value, index, shown, bits, rank, attention, could, used, chances, sums)
        found.append((reason.tolist(), used, chances, sums))

    assert found[0][0] == found[1][0]
    for plain, compiled in zip(found[0][1:], found[1][1:], strict=True):
        assert compiled == pytest.approx(plain, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(SEEDS, st.integers(1, 50))
def test_a_receipts_columns_are_the_same_compiled(seed, count):
    chance = np.random.default_rng(seed)
    candidate = np.sort(chance.choice(10_000, count, replace=False)).astype(np.int32)
    held = chance.integers(1, count + 1)
    shape = {"promises": np.uint64, "rank": np.int16, "author": np.int32, "topic": np.int16,
             "kind": np.uint8, "domain": np.int16, "source": np.uint8}  # fmt: skip
    columns = [chance.integers(0, 100, held).astype(kind) for kind in shape.values()]
    columns[1] -= 50
    columns[0] |= np.uint64(1 << 63)
    chances = chance.integers(0, 2**16, (held, 13)).astype(np.uint16)
    item = candidate[chance.permutation(count)[:held]]
    found = []
    for module in (codec, codec_kernel):
        first = np.empty(5 * count + (2 + 20 + 13) * held, np.uint8)
        second = np.empty(13 * held, np.uint8)
        reason = np.arange(count).astype(np.uint8)
        module.columns(candidate, reason, item, *columns, chances, first, second)
        found.append((first.tobytes(), second.tobytes()))

    assert found[0] == found[1]


@settings(deadline=None)
@given(SEEDS, st.integers(1, 30))
def test_what_the_pool_takes_is_the_same_compiled(seed, count):
    chance = np.random.default_rng(seed)
    items = np.zeros(40, ITEM)
    items["author"], items["topic"] = chance.integers(0, 9, 40), chance.integers(-1, 5, 40)
    rows = np.sort(chance.choice(40, count, replace=False)).astype(np.int32)
    kind, source = chance.integers(0, 5, (2, count)).astype(np.uint8)
    domain = chance.integers(-1, 9, count).astype(np.int16)
    passed = np.flatnonzero(chance.random(count) < 0.7)
    index = chance.permutation(passed.size)[:8]
    chances = chance.integers(0, 2**16, (passed.size, 13)).astype(np.uint16)
    promises = chance.integers(0, 2**63, passed.size, dtype=np.uint64)
    rank = chance.integers(-99, 99, passed.size).astype(np.int16)
    net = chance.integers(-99, 99, passed.size)
    kinds = (
        np.int32,
        np.uint64,
        np.int16,
        np.int32,
        np.int16,
        np.uint8,
        np.int16,
        np.uint8,
        np.int64,
    )
    found = []
    for module in (pool, pool_kernel):
        item, *rest = (np.empty(index.size, one) for one in kinds)
        out = (item, np.empty((index.size, 13), np.uint16), *rest)
        module.take(
            passed, index, rows, items, kind, domain, source, chances, promises, rank, net, *out
        )
        found.append([column.tolist() for column in out])

    assert found[0] == found[1]
    assert found[0][0] == rows[passed[index]].tolist()
