"""Boosts by twenty fixed seeds and a fresh one each run, on both databases.

A failing seed stands in the test's name; `LODESTONE_SEED=NUMBER` gives it back as the fresh one.
"""

import pytest

from boost_simulation import simulate
from lodestone.ads.boosted import is_boost
from tests.worlds.seeds import fresh

FRESH = fresh()
SEEDS = [*range(1, 21), pytest.param(FRESH, id=f"fresh-{FRESH}")]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_paid_in_is_charged_or_goes_back_once_wherever_the_store_breaks(records, seed):
    town = simulate(records, "town", seed)

    boosts, _ = town.standing()
    assert boosts
    with records.whole_snapshot("other") as snapshot:
        assert snapshot.boosts() == []
    every = [record.id for record in records.advertisers("town", limit=10_000)]
    own = [record.id for record in records.advertisers("town", limit=10_000, boosts=False)]
    assert own == [name for name in every if not is_boost(name)]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000, 1_060))
def test_sixty_more_seeds_each_six_times_as_long(records, seed):
    town = simulate(records, "town", seed, steps=72)

    assert town.crashes > 0
    assert any(boost.back < boost.amount for boost in town.standing()[0])
