"""A path has one spelling: every other is not found, before a key, a body or a stored answer is looked at."""

import http.client
import re

import httpx

from lodestone.base.wire import SLASH
from lodestone.features.snapshot import digest
from lodestone.serve.http.paths import Route, RouteTable
from lodestone.services.access.permissions import Permission
from tests.worlds.serving import serving
from tests.worlds.world import TOWN, opened, run

OTHER_SPELLINGS = [
    "/v1/events/", "//v1/events", "/v1//events", "/v1/events//", "///v1///events///", "/v1/./events",
    "/v1/../v1/events", "/./v1/events", "/v1/events/.", "/v1/events/..", "/v1/%65vents", "/%76%31/events",
    "/v1/event%73", "/v1%2Fevents", "/v1%2fevents", "/v1/events%2F", "/%2Fv1/events", "/v1/%2e/events",
    "/v1/%2E%2E/v1/events", "/v1/events;x=1/", "/v1/events%00/", "/V1/%65VENTS", "v1/events", "*", "",
    "/v1\\events/", "/v1/%2565vents/", "/v1/%c5%bfevents/", "/v1/\u2024/events/", "/v1/events/%2e",
    "/v1/feeds/", "//v1/feeds", "/v1/%66eeds", "/v1/sessions/", "//v1/sessions", "/v1/%73essions",
    "/v1/communities/c/keys/", "/v1/communities//c/keys", "/v1/communities/c/%6beys",
    "/v1/webhooks/w/secret/", "/v1/webhooks/w/%73ecret", "/v1/orders/", "/v1/%6frders", "/v1/vouchers/redeem/",
    "/v1/live/hooks/srs/", "/v1/live/%68ooks/srs", "/health/live/", "//health/live", "/%68ealth/live",
    "/media//x", "/operator/", "//", "/v1/payments/%73end", "/v1/people/p0/", "/v1/people//p0",
]  # fmt: skip
"""Each names some route to a reader who is lenient in some way."""


def scope_of(method, raw, headers, body, query=b""):
    sent = raw.encode()
    return {
        "type": "http", "method": method, "path": raw, "raw_path": sent, "query_string": query,
        "headers": [(b"content-length", str(len(body)).encode()), *headers], "scheme": "http",
        "client": ("127.0.0.1", 1), "http_version": "1.1", "server": ("x", 80), "root_path": "",
        "asgi": {"version": "3.0"},
    }  # fmt: skip


async def ask(world, method, raw, body=b"", *, headers=(), bare=False):
    """Ask for a path exactly as it is written; return status, body, and whether the body was read."""
    scope, read, answer = scope_of(method, raw, list(headers), body), [], []
    if bare:
        del scope["raw_path"]

    async def receive():
        read.append(1)
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        answer.append(message)

    await world.app.asgi(scope, receive, send)
    return answer[0]["status"], answer[1]["body"], bool(read)


def bearer(key):
    return (b"authorization", f"Bearer {key}".encode())


def test_every_other_spelling_is_not_found_and_nothing_is_done_or_stored(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(2)
            page = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            before = (
                digest(world.engine.state),
                world.engine.log.end(),
                world.engine.log.receipt_next(),
            )
            keys = world.app.records.keys("c")
            like = {"id": "x", "type": "like", "time": world.now.isoformat(), "person_id": "p1"}
            body = httpx.Request("POST", "/", json={"events": [{**like, "item_id": "i0"}]}).content
            once = (b"idempotency-key", b"k")
            wrong = []
            for raw in OTHER_SPELLINGS:
                for key in (page["token"], world.key, world.app.operator_key, "unknown", None):
                    for method in ("POST", "GET", "PUT", "OPTIONS"):
                        headers = [once, *([] if key is None else [bearer(key)])]
                        status, told, read = await ask(world, method, raw, body, headers=headers)
                        if (status, b'"route_unknown"' in told, read) != (404, True, False):
                            wrong.append((method, raw, status, told, read))
            assert wrong == []
            after = (
                digest(world.engine.state),
                world.engine.log.end(),
                world.engine.log.receipt_next(),
            )
            assert (after, world.app.records.keys("c")) == (before, keys)
        files = b"".join(one.read_bytes() for one in tmp_path.rglob("*.db*"))
        assert page["token"].encode() not in files

    run(scenario())


def test_an_id_is_what_it_decodes_to_however_a_client_escapes_it(tmp_path):
    spellings = {
        "a/b": ["a%2Fb", "a%2fb"],
        "tea~(1)!*'": ["tea~(1)!*'", "tea%7E%281%29%21%2A%27", "tea%7e(1)!*'"],
        "茶 1": ["%E8%8C%B6%201", "%e8%8c%b6%201"],
        "a;b=c,d@e:f&g+h$": ["a;b=c,d@e:f&g+h$", "a%3Bb%3Dc%2Cd%40e%3Af%26g%2Bh%24"],
        "Abc": ["Abc", "%41bc", "%41%62%63"],
        "100%": ["100%25"],
        "a\\b?c#d": ["a%5Cb%3Fc%23d"],
        "...": ["...", "%2E.."],
    }

    async def scenario():
        async with opened(tmp_path) as world:
            who = [bearer(world.key)]
            for name, sent in spellings.items():
                for index, one in enumerate(sent):
                    status, *_ = await ask(world, "PUT", f"/v1/people/{one}", b"{}", headers=who)
                    assert status == (200 if index else 201), (name, one)
                # A transport that tells the decoded path alone names the same one.
                if "/" not in name:
                    path = f"/v1/people/{name}"
                    assert (await ask(world, "PUT", path, b"{}", headers=who, bare=True))[0] == 200
            names = {one["id"] for one in (await world.ask("GET", "/v1/people"))["data"]}
            assert names == set(spellings)

    run(scenario())


def test_every_route_reads_an_id_with_a_slash_as_that_id(tmp_path):
    """Ids of people, posts, shops and the rest: read by pages as by servers, and named as they were sent."""

    async def scenario():
        async with opened(tmp_path) as world:
            await made_with_slashes(world)
            page = await world.ask("POST", "/v1/sessions", {"viewer": "a/b"}, status=201)
            own = {"Authorization": f"Bearer {page['token']}"}
            for path in ("posts/post%2F1", "shops/a%2Fb", "products/a%2Fb"):
                await world.ask("GET", f"/v1/page/{path}", headers=own, status=200)
            for method in ("PUT", "DELETE"):
                await world.ask(method, "/v1/page/domains/tea%2Fgreen", headers=own, status=200)
            document = await world.ask("GET", "/openapi.json", status=200)
            wrong = []
            for template, methods in document["paths"].items():
                for method in methods:
                    path = re.sub(r"\{slot\}", "1", template)
                    path = re.sub(r"\{[a-z_]+\}", "a%2Fb", path)
                    if path == template or (method, template) in ERASING:
                        continue
                    who = page["token"] if path.startswith("/v1/page/") else world.key
                    if path.startswith("/v1/communities/"):
                        who = world.app.operator_key
                    answer = await world.http.request(
                        method.upper(), path, json={}, headers={"Authorization": f"Bearer {who}"}
                    )
                    if SLASH in answer.text or "printable" in answer.text:
                        wrong.append((method, template, answer.text))
            assert wrong == []

    run(scenario())


ERASING = {("delete", "/v1/people/{person_id}"), ("delete", "/api/user/{user_id}")}
"""After these a page would be told nothing more."""


async def made_with_slashes(world):
    await world.put("/v1/people/a%2Fb", {}, status=201)
    await world.put("/v1/items/post%2F1", {"author_id": "a/b", "kind": "text"}, status=201)
    await world.put("/v1/domains/tea%2Fgreen", {"kind": "channel"}, status=201)
    shop = {"owner_id": "a/b", "name": "Tea", "position": TOWN}
    await world.put("/v1/shops/a%2Fb", shop, status=201)
    await world.ask("POST", "/v1/shops/a%2Fb/review", {"decision": "approved"}, status=200)
    leaf = {
        "shop_id": "a/b", "name": "Leaf", "fulfilment": ["pickup"],
        "variants": [{"id": "v", "price": {"micros": 10_000, "currency": "CNY"}, "stock": 5}],
    }  # fmt: skip
    await world.put("/v1/products/a%2Fb", leaf, status=201)


def test_an_id_that_is_no_printable_text_is_refused_by_name_after_the_key(tmp_path):
    names = [
        "%ff", "%C3%28", "%ED%A0%80", "a%00b", "a%0Ab", "%zz", "100%", "%E", "a%EE%80%80b", "%EF%BF%BF",
    ]  # fmt: skip

    async def scenario():
        async with opened(tmp_path) as world:
            for name in names:
                for method, path, says in (
                    ("PUT", f"/v1/people/{name}", (b'"id_invalid"', b'"person_id"')),
                    ("GET", f"/v1/payouts/{name}/file", (b'"id_invalid"', b'"day"')),
                    ("GET", f"/api/feedback/{name}", (b"feedback_type must be 1 to 128",)),
                ):
                    assert (await ask(world, method, path, b"{}"))[0] == 401
                    who = [bearer(world.key)]
                    status, told, read = await ask(world, method, path, b"{}", headers=who)
                    assert (status, all(word in told for word in says), read) == (400, True, False)
            assert (await world.ask("GET", "/v1/people"))["data"] == []

    run(scenario())


def test_a_socket_carries_no_other_spelling_either(tmp_path):
    async def fill(world):
        await world.people(1)

    with serving(tmp_path, fill=fill) as server:
        who = {"Authorization": f"Bearer {server.world.key}"}
        made = httpx.post(f"{server.address}/v1/sessions", json={"viewer": "p0"}, headers=who)
        page = {"Authorization": f"Bearer {made.json()['token']}"}
        line = http.client.HTTPConnection("127.0.0.1", server.port)

        def post(raw):
            line.request("POST", raw, b'{"events": []}', page)
            answer = line.getresponse()
            return answer.status, answer.read()

        others = ["/v1/events/", "//v1/events", "/v1//events", "/v1/%65vents", "/v1/x/../events"]
        for raw in [*others, f"{server.address}//v1/events", f"{server.address}/v1/events/"]:
            status, told = post(raw)
            assert (status, b"route_unknown" in told) == (404, True), raw
        # A query is no part of the path, and a second `?` is part of the query.
        assert post("/v1/events?a=1?b=/v1/")[0] == 200
        assert post(f"{server.address}/v1/events")[0] == 200
        line.close()


def test_a_path_with_an_empty_tail_is_declared_where_gorse_sends_it_and_is_the_same_route(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(20)
            who = [bearer(world.key)]
            assert (await ask(world, "GET", "/api/recommend/p0/", headers=who))[0] == 200
            for raw in (
                "/api/recommend/p0//",
                "/api/recommend//",
                "/api/recommend/",
                "/api/latest/",
            ):
                assert (await ask(world, "GET", raw, headers=who))[0] == 404
            assert (await ask(world, "POST", "/api/recommend/p0/", headers=who))[0] == 404

    run(scenario())


def test_a_word_goes_before_a_parameter_and_an_escaped_word_is_no_parameter():
    def route(template):
        return tuple(template.strip("/").split("/")), Route("GET", template, Permission())

    table = RouteTable(map(route, ("/v1/live/{room_id}", "/v1/live/hooks/srs", "/v1/x/{a}/{b}")))

    assert table.match("GET", b"/v1/live/a%2Fb", "").path == f"/v1/live/a{SLASH}b"
    assert table.match("GET", b"/v1/live/hooks/srs", "").route.template == "/v1/live/hooks/srs"
    assert not table.match("GET", b"/v1/live/hooks", "").known
    assert table.match("GET", b"/v1/x/x/%78", "").path == "/v1/x/x/x"
    assert table.match("GET", None, "/v1/x/a%2Fb/c").path == "/v1/x/a%2Fb/c"
