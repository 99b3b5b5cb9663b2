"""A crash between any two writes of a paid slot's life overspends by nothing, and loses and doubles no charge."""

from pathlib import Path

from tests.worlds.killed import WRITES, assert_ends_alike


@WRITES
def test_a_killed_life_of_paid_slots_is_finished_to_the_same_budgets(tmp_path, first, stride):
    assert_ends_alike(Path(__file__).with_name("charge_points.py"), tmp_path, first, stride)
