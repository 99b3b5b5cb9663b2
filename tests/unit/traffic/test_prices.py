"""Values, prices and the pool: what is computed compiled is computed plain, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lodestone.base.clock import Instant
from lodestone.base.errors import CorruptError
from lodestone.traffic import prices, prices_kernel

MODULES = pytest.mark.parametrize("module", [prices, prices_kernel], ids=["plain", "compiled"])


def nets(module, value, promises, rank, *, price=(), sign=(), gini=0.0):
    full, signs = np.zeros(64), np.zeros(64)
    full[: len(price)], signs[: len(sign)] = price, sign
    out = np.zeros(len(value), np.int64)
    module.net_scores(
        np.array(value, float), np.array(promises, np.uint64), np.array(rank, np.int16),
        full, signs, np.array([gini]), out,
    )  # fmt: skip
    return out.tolist()


@MODULES
def test_a_floor_adds_its_price_and_a_cap_takes_it(module):
    found = nets(module, [100, 100, 100], [0, 1, 2], [0, 0, 0], price=(30, 20), sign=(1, -1))

    assert found == [1600, 2080, 1280]


@MODULES
def test_the_most_exposed_creator_pays_what_the_least_exposed_gains(module):
    assert nets(module, [100, 100], [0, 0], [32767, -32767], gini=40.0) == [960, 2240]


@MODULES
def test_a_value_that_is_not_finite_ranks_last(module):
    found = nets(module, [float("nan"), -1e15, 5], [0, 0, 0], [0, 0, 0])

    assert found == [prices.NET_NONE, -16 * 10**9, 80]


@given(
    arrays.arrays(np.float32, (7, 13), elements=st.floats(0, 1, width=32)), st.integers(0, 2**32)
)
@settings(max_examples=60, deadline=None)
def test_values_agree_to_the_bit(chances, seed):
    codes = prices.chance_codes(chances)
    worths = np.random.default_rng(seed).normal(0, 5_000, 13)
    plain, compiled = np.zeros(7), np.zeros(7)

    prices.values_from_codes(codes, worths, plain)
    prices_kernel.values_from_codes(codes, worths, compiled)

    assert plain.tobytes() == compiled.tobytes()
    assert np.abs(prices.chances_of(codes) - chances).max() <= 1 / 256


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.integers(0, 255), st.integers(-32767, 32767)), min_size=1
    ),
    st.floats(0, 1e5),
)
@settings(max_examples=60, deadline=None)
def test_net_scores_agree_to_the_bit(rows, gini):
    value, promises, rank = zip(*rows, strict=True)
    rules = {"price": (12.5, 0.1, 1e3), "sign": (1, -1, 1), "gini": gini}

    assert nets(prices, value, promises, rank, **rules) == nets(
        prices_kernel, value, promises, rank, **rules
    )


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), st.integers(1, 12), st.data())
@settings(max_examples=100, deadline=None)
def test_the_pool_holds_the_best_and_what_chance_drew(net, limit, data):
    forced = data.draw(
        st.one_of(st.just([]), st.lists(st.integers(0, len(net) - 1), min_size=1, max_size=1))
    )
    found = []
    for module in (prices, prices_kernel):
        out = np.zeros(limit, np.int64)
        count = module.select_pool(np.array(net), np.array(forced, np.int64), limit, out)
        found.append(out[:count].tolist())

    assert found[0] == found[1]
    pool = found[0]
    assert len(pool) == len(set(pool)) == min(limit, len(net))
    assert set(forced) <= set(pool)
    assert pool == sorted(pool, key=lambda index: (-net[index], index))
    if not forced:
        assert pool == sorted(range(len(net)), key=lambda index: (-net[index], index))[:limit]


def test_a_price_vector_reads_back_and_a_torn_one_is_refused():
    vector = prices.no_prices(Instant(5))

    assert prices.decode_prices(prices.encode_prices(vector)) == vector
    with pytest.raises(CorruptError, match="price vector"):
        prices.decode_prices(prices.encode_prices(vector)[:-3])
