"""A crash between any two writes of a market day leaves no order, stock, money or fact half done or done twice."""

from pathlib import Path

from tests.worlds.killed import WRITES, assert_ends_alike


@WRITES
def test_a_market_day_is_finished_to_the_same_end_after_a_kill(tmp_path, first, stride):
    assert_ends_alike(Path(__file__).with_name("trade_points.py"), tmp_path, first, stride)
