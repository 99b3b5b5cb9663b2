"""What a connection brings is read as the requests that it is, whatever its heads say of other protocols."""

import json
import re
import socket
from contextlib import suppress

import pytest

from tests.worlds.siege import PATIENCE, besieged

INNER = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
"""A body that would be a request by itself."""


@pytest.fixture(scope="module")
def siege(tmp_path_factory):
    home = tmp_path_factory.mktemp("odd") / "home"
    home.mkdir()
    with besieged(home) as made:
        yield made


def head(siege, protocol, *more):
    lines = [
        b"POST /v1/feeds HTTP/1.1", b"host: x", b"authorization: Bearer " + siege.key.encode(),
        b"connection: Upgrade, HTTP2-Settings", b"upgrade: " + protocol, b"http2-settings: AAMAAABk", *more,
    ]  # fmt: skip
    return b"\r\n".join(lines) + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("behind", "refusal"),
    [
        (b"no http at all\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000, 431),
        (b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n" * 40, 400),
    ],
    ids=["unreadable", "too long", "too many"],
)
def test_a_request_is_answered_whatever_came_behind_it(siege, behind, refusal):
    """What was done is told, and only then what is wrong with the rest."""
    body = b'{"viewer":"p0"}'
    feed = b"POST /v1/feeds HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s"
    request = feed % (siege.key.encode(), len(body), body)
    told = statuses(siege, request + behind)
    assert (told[0], told[-1], set(told)) == (200, refusal, {200, refusal})
    assert statuses(siege, request, behind)[0] == 200


def statuses(siege, *parts):
    """Send parts one after another, each once the one before has arrived; return the statuses until the end."""
    with socket.create_connection(("127.0.0.1", siege.port), PATIENCE) as made:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answered = b""
        with suppress(ConnectionError):
            for part in parts:
                made.sendall(part)
            made.sendall(b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        with suppress(ConnectionError):
            while data := made.recv(65536):
                answered += data
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answered)]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.0"])
def test_a_request_that_offers_another_protocol_is_answered_as_any_other(siege, protocol):
    body = json.dumps({"viewer": "p0"}).encode()
    whole = head(siege, protocol, b"content-length: %d" % len(body)) + body
    chunks = head(siege, protocol, b"transfer-encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (
        len(body), body,
    )  # fmt: skip
    assert statuses(siege, whole, chunks, whole + whole) == [200, 200, 200, 200, 200]
    assert statuses(siege, *(whole[n : n + 1] for n in range(len(whole)))) == [200, 200]


def test_no_body_is_read_as_a_request_because_its_head_offers_another_protocol(siege):
    sized = head(siege, b"h2c", b"content-length: %d" % len(INNER))
    chunked = head(siege, b"websocket", b"transfer-encoding: chunked")
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER)
    assert statuses(siege, sized, INNER) == [400, 200]
    assert statuses(siege, sized + INNER) == [400, 200]
    assert statuses(siege, chunked, chunk) == [400, 200]
    trailed = chunk.removesuffix(b"\r\n") + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n"
    assert statuses(siege, chunked, trailed) == [400, 200]


@pytest.mark.parametrize("header", [b"host: 127.0.0.1:80\r\n", b""], ids=["another", "none"])
def test_the_host_of_an_address_in_absolute_form_is_that_of_the_address(siege, header):
    """Whoever is shown where keys lie, on the machine itself, is told so by the host that was asked for."""
    told = []
    for host in (b"127.0.0.1:80", b"elsewhere.example"):
        with socket.create_connection(("127.0.0.1", siege.port), PATIENCE) as made:
            request = b"GET http://%s/operator/login HTTP/1.1\r\n%sconnection: close\r\n\r\n"
            made.sendall(request % (host, header))
            answer = b""
            while data := made.recv(65536):
                answer += data
        told.append((answer[9:12], b"operator.key" in answer))
    assert told == [(b"200", True), (b"200", False)]


def test_a_tunnel_is_refused_and_nothing_behind_it_is_read(siege):
    assert statuses(siege, b"CONNECT /v1/feeds HTTP/1.1\r\nhost: x\r\n\r\n" + INNER) == [400]


@pytest.mark.parametrize(
    "long",
    [
        b"GET /health/live HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 40_000,
        b"GET /health/live?" + b"y" * 40_000 + b" HTTP/1.1\r\nhost: x",
        b"GET /health/live HTTP/1.1\r\nhost: x" + (b"\r\nx: " + b"y" * 500) * 80,
    ],
    ids=["header", "address", "headers"],
)
def test_a_head_is_too_long_even_if_it_comes_in_one_piece(siege, long):
    assert statuses(siege, long + b"\r\n\r\n") == [431]
