"""A crash between any two writes of creators' orders ends no escrow twice, and leaves none without its order."""

from pathlib import Path

from tests.worlds.killed import WRITES, assert_ends_alike


@WRITES
def test_a_killed_life_of_creators_orders_is_finished_to_the_same_money(tmp_path, first, stride):
    assert_ends_alike(Path(__file__).with_name("creator_points.py"), tmp_path, first, stride)
