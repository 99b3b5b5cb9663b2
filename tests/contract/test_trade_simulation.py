"""Market days by twenty fixed seeds and a fresh one each run, on both databases.

A failing seed stands in the test's name; `LODESTONE_SEED=NUMBER` gives it back as the fresh one.
"""

import os
import secrets

import pytest

from trade_simulation import simulate

FRESH = int(os.environ.get("LODESTONE_SEED") or secrets.randbelow(2**32))
SEEDS = [*range(1, 21), pytest.param(FRESH, id=f"fresh-{FRESH}")]


@pytest.mark.parametrize("seed", SEEDS)
def test_trade_survives_duplicates_reorderings_time_and_crashes(records, seed):
    market = simulate(records, "town", seed, steps=12)

    assert market.orders
    assert records.orders("other", limit=10) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", [secrets.randbelow(2**32) for _ in range(100)])
def test_trade_survives_a_hundred_fresh_seeds_each_ten_times_as_long(records, seed):
    market = simulate(records, "town", seed, steps=120)

    assert market.crashes > 0
