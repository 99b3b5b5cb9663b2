"""Who publishes a room's stream, whatever order and number of callbacks it is told by."""

from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.commerce.live import Standing, over, published, unpublished

SILENCE = 300
DAY = 86_400_000_000


def live(*calls):
    """Return a room after `+client` and `-client` callbacks, one second apart."""
    room = Standing()
    for second, call in enumerate(calls):
        act = published if call[0] == "+" else unpublished
        room = act(room, call[1:], Instant(second * 1_000_000), SILENCE)
    return room


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), min_size=1, max_size=12))
def test_in_order_callbacks_publish_exactly_while_a_connection_does_whatever_is_told_twice(runs):
    room, now = Standing(), Instant(0)
    publishing = set()
    for client, times in runs:
        begins = client not in publishing
        act = published if begins else unpublished
        for _ in range(times):
            room = act(room, client, now, SILENCE)
        publishing = publishing | {client} if begins else publishing - {client}
        assert set(room.publishers) == publishing
        assert room.state == "live"
    assert over(room, Instant(now + SILENCE * 1_000_000)) is not bool(publishing)


def test_an_older_encoders_end_leaves_the_newer_one_publishing_and_the_other_way_round():
    assert live("+a", "+b", "-a").publishers == ("b",)
    assert live("+a", "+b", "-b").publishers == ("a",)
    assert live("+a", "-a", "+b", "-a", "+a", "-b").publishers == ("a",)


def test_an_end_that_overtakes_its_beginning_voids_that_beginning_only():
    assert live("-a", "+a") == Standing()
    assert live("-a", "-a", "+a", "+a").publishers == ("a",)
    assert live("-a", "+b", "+a").publishers == ("b",)
