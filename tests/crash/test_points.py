"""A crash between any two writes of records, outbox, log and state leaves nothing half done or done twice."""

from pathlib import Path

from tests.worlds.killed import WRITES, assert_ends_alike


@WRITES
def test_what_is_left_after_a_kill_can_be_finished_to_the_same_state(tmp_path, first, stride):
    assert_ends_alike(Path(__file__).with_name("points.py"), tmp_path, first, stride)
