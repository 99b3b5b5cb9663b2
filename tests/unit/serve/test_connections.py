"""Connections: the stranger who has waited longest goes first, and nobody waits for ever."""

import pytest

from lodestone.serve.http.connections import ConnectionLimits, Connections, Seat, Stage
from lodestone.serve.http.log_limit import LogLimit

LIMITS = ConnectionLimits(most=4, by_address=2, idle=30.0, head=10.0, body=20.0, blocked=15.0)


class Crowd:
    """Connections whose closing is noted."""

    def __init__(self, limits=LIMITS):
        self.connections, self.gone, self.names = Connections(limits), [], {}

    def seat(self, name, address="127.0.0.1", now=0.0):
        def drop(reason):
            self.gone.append((name, reason))

        made = Seat(address, drop)
        self.names[name] = made
        return self.connections.admit(made, now)

    def move(self, name, stage, now=0.0):
        self.connections.move(self.names[name], stage, now)


def test_over_the_cap_the_stranger_who_has_waited_longest_makes_room():
    crowd = Crowd()
    for now, name in enumerate("abcd"):
        assert crowd.seat(name, now=float(now))
    crowd.move("a", Stage.BUSY)
    crowd.connections.vouch(crowd.names["b"])
    assert crowd.seat("e", now=4.0)
    assert crowd.seat("f", now=5.0)

    assert crowd.gone == [("c", "full"), ("d", "full")]
    assert crowd.connections.open == 4


def test_a_slow_body_is_no_safer_seat_than_silence_and_a_fresh_connection_outlives_both():
    crowd = Crowd()
    for now, name in enumerate("abcd"):
        crowd.seat(name, now=float(now))
        crowd.move(name, Stage.BODY, now=float(now))
    crowd.seat("honest", now=5.0)
    crowd.seat("more", now=5.1)

    assert crowd.gone == [("a", "full"), ("b", "full")]


def test_a_client_that_takes_no_answer_makes_room_too():
    crowd = Crowd()
    for name in "abcd":
        crowd.seat(name)
        crowd.move(name, Stage.BUSY)
    crowd.move("b", Stage.BLOCKED)
    crowd.seat("e")

    assert crowd.gone == [("b", "full")]


def test_where_everybody_is_being_answered_there_is_room_for_health_alone():
    crowd = Crowd()
    for name in "abcd":
        crowd.seat(name)
        crowd.move(name, Stage.BUSY)
    assert all(crowd.seat(f"spare{n}", now=1.0 + n) for n in range(40))

    assert all(seat.spare for name, seat in crowd.names.items() if "spare" in name)
    assert crowd.connections.open == 4 + 16
    assert {reason for _, reason in crowd.gone} == {"full"}
    assert "spare39" not in {name for name, _ in crowd.gone}
    for n in range(24, 40):
        crowd.move(f"spare{n}", Stage.BUSY)
    assert not crowd.seat("none")
    assert crowd.connections.closed["refused"] == 1


def test_an_address_has_its_part_and_this_machine_what_it_needs():
    crowd = Crowd(ConnectionLimits(most=9, by_address=2))
    for name in "abc":
        crowd.seat(name, "2001:db8:0:1::" + name)
    for name in "defg":
        crowd.seat(name)
    for name in "hi":
        crowd.seat(name, "10.0.0.1")
        crowd.move(name, Stage.BUSY)

    assert crowd.gone == [("a", "address")]
    assert not crowd.seat("j", "10.0.0.1")


@pytest.mark.parametrize(
    ("stage", "seconds"),
    [(Stage.HEAD, 10), (Stage.IDLE, 30), (Stage.BODY, 20), (Stage.BLOCKED, 15), (Stage.LINGER, 5)],
)
def test_nobody_keeps_us_waiting_beyond_the_deadline(stage, seconds):
    crowd = Crowd()
    crowd.seat("a")
    crowd.move("a", Stage.BUSY)
    crowd.connections.sweep(1e6)
    crowd.move("a", stage, now=100.0)
    crowd.move("a", stage, now=100.0 + seconds / 2)
    crowd.connections.sweep(99.9 + seconds)
    assert crowd.gone == []
    crowd.connections.sweep(100.0 + seconds)
    assert crowd.gone == [("a", stage.value)]


def test_bytes_of_a_body_earn_it_time_and_those_of_a_head_none():
    crowd = Crowd()
    for name, stage in (("a", Stage.BODY), ("b", Stage.HEAD)):
        crowd.seat(name)
        crowd.move(name, stage)
        crowd.connections.progress(crowd.names[name], 16 * 1024 * 100)
    crowd.connections.sweep(119.0)
    assert crowd.gone == [("b", "head")]
    crowd.connections.sweep(120.0)
    assert crowd.gone[1:] == [("a", "body")]


def test_what_has_left_is_forgotten_and_counted_no_more():
    crowd = Crowd()
    for n in range(1000):
        crowd.seat(n, f"10.0.{n // 250}.{n % 250}", now=float(n))
        if n % 2:
            crowd.connections.vouch(crowd.names[n])
        crowd.connections.leave(crowd.names[n])
        crowd.connections.leave(crowd.names[n])
        crowd.move(n, Stage.BUSY)

    assert crowd.connections.open == 0
    assert crowd.connections._places == {}
    assert crowd.gone == []


def test_a_line_that_repeats_is_written_once_a_minute_with_its_count():
    now = [0.0]
    faults = LogLimit(lambda: now[0])
    told = []
    for second in range(150):
        now[0] = float(second)
        told.append(faults.due("accept"))

    assert [(second, times) for second, times in enumerate(told) if times] == [
        (0, 1),
        (60, 60),
        (120, 60),
    ]
    assert faults.held_back == 147


def test_kinds_of_lines_are_bounded_whatever_names_them():
    faults = LogLimit(float)
    told = [faults.due(f"fault {n}") for n in range(10_000)]

    assert sum(told) == 257
    assert len(faults._last) == 257
