"""The way into an application of the same process carries what a socket would."""

import asyncio

import httpx
import pytest

from lodestone.cli.in_process import Inside


async def echo(scope, receive, send):
    """Answer with what was asked."""
    message = await receive()
    told = (
        b"%s %s?%s " % (scope["method"].encode(), scope["raw_path"], scope["query_string"])
        + message["body"]
    )
    headers = [(b"content-type", b"text/plain"), (b"x-name", dict(scope["headers"])[b"x-name"])]
    await send({"type": "http.response.start", "status": 207, "headers": headers})
    await send({"type": "http.response.body", "body": told[:5], "more_body": True})
    await send({"type": "http.response.body", "body": told[5:]})


def ask(application, **told):
    async def whole():
        async with httpx.AsyncClient(transport=Inside(application), base_url="http://x") as http:
            return await http.request(**told)

    return asyncio.run(whole())


def test_method_path_query_headers_and_body_arrive_and_the_answer_comes_back_whole():
    found = ask(echo, method="POST", url="/a%20b?c=d", content=b"e", headers={"X-Name": "f"})

    assert found.status_code == 207
    assert found.text == "POST /a%20b?c=d e"
    assert found.headers["x-name"] == "f"


def test_what_goes_wrong_inside_is_raised_to_who_asked():
    async def broken(scope, receive, send):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        ask(broken, method="GET", url="/")
