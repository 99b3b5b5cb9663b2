"""Market days by twenty fixed seeds and a fresh one each run, on both databases.

A failing seed stands in the test's name; `LODESTONE_SEED=NUMBER` gives it back as the fresh one.
"""

import secrets

import pytest

from broken_writes import ends_after_breaks
from small_day import small_day
from tests.worlds.seeds import fresh
from trade_simulation import simulate

FRESH = fresh()
SEEDS = [*range(1, 21), pytest.param(FRESH, id=f"fresh-{FRESH}")]


@pytest.mark.parametrize("seed", SEEDS)
def test_trade_survives_duplicates_reorderings_time_and_crashes(records, seed):
    market = simulate(records, "town", seed, steps=12)

    assert market.orders
    assert records.orders("other", limit=10) == []


@pytest.mark.parametrize(
    "stride",
    [pytest.param(1, marks=pytest.mark.soak, id="every write"),
     pytest.param(19, id=f"every nineteenth, fresh-{FRESH}")],
)  # fmt: skip
def test_a_small_day_ends_the_same_after_a_break_at_any_of_its_writes(records, stride):
    whole, _ = small_day(records, "town", None)
    ends, at = ends_after_breaks(records, small_day, 1 + FRESH % stride, stride)

    assert at > 100
    assert {at: end for at, end in ends.items() if end != whole.standing()} == {}


@pytest.mark.soak
@pytest.mark.parametrize("seed", [secrets.randbelow(2**32) for _ in range(100)])
def test_trade_survives_a_hundred_fresh_seeds_each_ten_times_as_long(records, seed):
    market = simulate(records, "town", seed, steps=120)

    assert market.crashes > 0
