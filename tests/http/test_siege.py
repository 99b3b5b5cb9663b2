"""Strangers without a key hold connections of a real server that has few descriptors: it goes on answering."""

import socket

import pytest

from tests.worlds.siege import PATIENCE, besieged, log_lines


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = tmp_path_factory.mktemp("siege") / "home"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def siege(home):
    with besieged(home, nofile=256, head_seconds=0.6, body_seconds=0.6) as made:
        made.answers()
        yield made


def ended(connection):
    """Read to the end that the server made of a connection."""
    connection.settimeout(PATIENCE)
    data = b""
    try:
        while part := connection.recv(65536):
            data += part
    except ConnectionResetError:
        pass
    return data


def test_feeds_and_health_answer_while_strangers_hold_twice_what_the_process_may_open(siege, home):
    before = len(log_lines(home))
    siege.idle(500)
    siege.slow(100)
    for _ in range(20):
        siege.send(siege.connect(), b"\x16\x03\x01\x02\x00 no http at all\r\n\r\n")

    statuses, longest = siege.answers(3)

    assert statuses == [200] * 6
    assert longest < PATIENCE / 2
    assert siege.metric('lodestone_connections_closed_total{why="full"}') > 400
    assert siege.metric("lodestone_descriptors_out_total") == 0
    assert len(log_lines(home)) <= before + 1


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ", b""),
        (b"POST /operator/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nkey=", b"HTTP/1.1 408"),
        (b"POST /operator/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n", b"HTTP/1.1 408"),
        (b"POST /v1/feeds HTTP/1.1\r\nhost: x\r\ncontent-length: 99999\r\n\r\n{", b"HTTP/1.1 401"),
    ],
    ids=["silent", "slow head", "slow body", "slow chunks", "refused before its body"],
)  # fmt: skip
def test_a_connection_that_keeps_us_waiting_is_closed(siege, sent, answer):
    made = siege.connect()
    made.sendall(sent)
    assert ended(made).startswith(answer)


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000,
        b"GET /" + b"y" * 70_000,
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 10_000,
        b"POST /docs HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + b"x: " + b"y" * 70_000,
        b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n" * 2_000,
    ],
    ids=["header", "address", "headers", "trailer", "pipeline"],
)  # fmt: skip
def test_a_request_without_end_ends_its_connection(siege, endless):
    made = siege.connect()
    siege.send(made, endless)
    ended(made)
    assert siege.answers()[0] == [200, 200]


def test_unfinished_bodies_leave_memory_where_it_was(siege):
    """Of a key that is not known nothing is kept; of what needs none, 64 KiB; of a good key, 32 MiB for all."""
    before = siege.memory()
    siege.unfinished(20, 15_000_000)
    siege.unfinished(20, 15_000_000, path="/operator/login")
    strangers = siege.memory()
    siege.unfinished(20, 15_000_000, key=siege.key)
    all_of_them = siege.memory()

    assert siege.answers()[0] == [200, 200]
    assert strangers - before < 24_000_000
    assert all_of_them - before < 80_000_000


def test_a_client_may_send_its_request_byte_by_byte_within_its_time(siege):
    made = siege.connect()
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n":
        made.sendall(bytes([byte]))
    assert ended(made).endswith(b'{"status":"live"}')
