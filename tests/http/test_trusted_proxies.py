"""Whoever asks is who is connected: a header says otherwise only from a proxy that the operator names."""

import asyncio
import signal

import httpx
import msgspec
import pytest

from lodestone import bootstrap
from lodestone.base.errors import InvalidError
from lodestone.bootstrap.server import listen
from lodestone.serve.http.guards import Guards
from tests.worlds.world import run


async def echo(scope, _receive, send):
    """Say who is taken for the client, and by which scheme."""
    body = msgspec.json.encode([scope["client"][0], scope["scheme"]])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def seen(home, trusted):
    """Ask over a socket with headers that claim another client and TLS."""
    settings = bootstrap.settings_of(
        str(home), {"LODESTONE_PORT": "0", "LODESTONE_TRUSTED_PROXIES": trusted}
    )
    port = asyncio.get_running_loop().create_future()

    async def announce(at):
        port.set_result(at)

    serving = asyncio.create_task(listen(echo, Guards(), settings, announce))
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"http://127.0.0.1:{await port}/", headers=claims)
    signal.raise_signal(signal.SIGINT)
    await serving
    return answer.json()


@pytest.mark.parametrize(
    ("trusted", "client"),
    [
        ("", ["127.0.0.1", "http"]),
        ("10.0.0.0/8", ["127.0.0.1", "http"]),
        ("127.0.0.1, 10.0.0.0/8", ["203.0.113.9", "https"]),
    ],
)
def test_a_forwarded_address_is_believed_of_named_proxies_alone(tmp_path, trusted, client):
    assert run(seen(tmp_path, trusted)) == client


@pytest.mark.parametrize("trusted", ["*", "proxy.example", "10.0.0.1/8"])
def test_what_is_no_address_is_refused_at_the_start(tmp_path, trusted):
    with pytest.raises(InvalidError, match="trusted_proxies"):
        bootstrap.settings_of(str(tmp_path), {"LODESTONE_TRUSTED_PROXIES": trusted})
