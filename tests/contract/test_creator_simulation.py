"""Creators' orders by twenty fixed seeds and a fresh one each run, on both databases.

A failing seed stands in the test's name; `LODESTONE_SEED=NUMBER` gives it back as the fresh one.
"""

import pytest

from broken_writes import ends_after_breaks
from creator_simulation import simulate
from small_order import small_order
from tests.worlds.seeds import fresh

FRESH = fresh()
SEEDS = [*range(1, 21), pytest.param(FRESH, id=f"fresh-{FRESH}")]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_escrow_ends_once_whatever_is_asked_twice_late_and_broken_off(records, seed):
    chaos = simulate(records, "town", seed)

    assert chaos.stages
    with records.whole_snapshot("other") as snapshot:
        assert snapshot.assignments() == []


@pytest.mark.parametrize(
    "stride",
    [pytest.param(1, marks=pytest.mark.soak, id="every write"),
     pytest.param(13, id=f"every thirteenth, fresh-{FRESH}")],
)  # fmt: skip
def test_a_small_order_ends_the_same_after_a_break_at_any_of_its_writes(records, stride):
    whole, _ = small_order(records, "town", None)
    ends, at = ends_after_breaks(records, small_order, 1 + FRESH % stride, stride)

    assert at > 60
    stages = {stage for _, stage, *_ in whole.standing()[0]}
    assert stages == {"SETTLED", "DECIDED", "CANCELLED", "EXPIRED"}
    assert {at: end for at, end in ends.items() if end != whole.standing()} == {}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000, 1_060))
def test_sixty_more_seeds_each_six_times_as_long(records, seed):
    chaos = simulate(records, "town", seed, steps=84)

    assert chaos.crashes > 0
