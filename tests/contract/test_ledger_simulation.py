"""Twenty fixed seeds and a fresh one each run, on both databases.

A failing seed stands in the test's name; `LODESTONE_SEED=NUMBER` gives it back as the fresh one.
"""

import secrets
from types import SimpleNamespace

import pytest

from ledger_simulation import replay, simulate, standing
from lodestone.services.audit.ledger import CHECKS, audit
from tests.worlds.seeds import fresh

FRESH = fresh()
SEEDS = [*range(1, 21), pytest.param(FRESH, id=f"fresh-{FRESH}")]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_book_survives_duplicates_reorderings_delays_and_crashes(records, seed):
    world = simulate(records, "town", seed)

    assert world.crashes > 0
    assert replay(world, "other") == standing(records, "town")
    for community in ("town", "other"):
        told = audit(SimpleNamespace(store=records, community=community), records, CHECKS)
        assert told.differences == []
    assert told.transfers == len(world.booked())


@pytest.mark.soak
@pytest.mark.parametrize("seed", [secrets.randbelow(2**32) for _ in range(200)])
def test_the_book_survives_two_hundred_fresh_seeds_each_ten_times_as_long(records, seed):
    world = simulate(records, "town", seed, steps=200)

    assert replay(world, "other") == standing(records, "town")
