"""Who may call a route: every route declares it, and it is checked before anything else is looked at."""

import itertools
import re

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute

from lodestone.console.addresses import SHEETS, THINGS, VIEWS
from lodestone.features.snapshot import digest
from lodestone.serve.http.paths import RouteTable, permission_of
from lodestone.services.access import SCOPES
from tests.worlds.records_dump import dump
from tests.worlds.world import opened, run

OPEN = {
    "GET /", "GET /static/{name}", "GET /docs", "GET /openapi.json", "GET /metrics", "GET /health/live",
    "GET /health/ready", "GET /media/{key}", "GET /api/health/live", "GET /api/health/ready",
    "GET /demo/residents", "GET /filling", "POST /demo/session", "POST /v1/live/hooks/srs", "GET /docs/document",
    "POST /v1/payouts/hooks/{provider}/{community_id}",
    "GET /manifest.webmanifest", "GET /favicon.ico", "GET /preview/{name}",
    *(f"GET {path.replace(':str', '')}" for path in (*VIEWS, *THINGS, *SHEETS)),
}  # fmt: skip
"""What needs no key; the pages of roles, below, ask for a login of their own."""
ROLES = ("/operator", "/merchant", "/advertiser", "/creator", "/docs/document/")
PAGE = {"GET /v1/communities/{community_id}"}
"""What a page's session may call besides `/v1/page/`, feeds, events and its own orders."""
MINE = {
    "POST /v1/feeds", "POST /v1/events", "POST /v1/orders", "GET /v1/orders", "GET /v1/orders/{order_id}",
    "POST /v1/orders/{order_id}/cancel", "GET /v1/vouchers", "POST /v1/vouchers/{voucher_id}/short-code",
    "GET /v1/items/{item_id}/trace", "POST /v1/reviews/{review_id}/appeal",
}  # fmt: skip
OFFICE = {  # by whoever moderates the domain: the use case looks
    "PUT /v1/domains/{domain_id}/hidden/{item_id}", "DELETE /v1/domains/{domain_id}/hidden/{item_id}",
    "PUT /v1/domains/{domain_id}/labels/{item_id}", "DELETE /v1/domains/{domain_id}/labels/{item_id}",
    "PUT /v1/domains/{domain_id}/pins/{item_id}", "DELETE /v1/domains/{domain_id}/pins/{item_id}",
    "GET /v1/domains/{domain_id}/marks", "GET /v1/domains/{domain_id}/removed",
    "PUT /v1/domains/{domain_id}/removed/{person_id}", "DELETE /v1/domains/{domain_id}/removed/{person_id}",
}  # fmt: skip


def routes_of(world):
    """Return every method and template that the application answers, with what it declares."""
    app = world.app.asgi._inner
    return [
        (method, route.path_format, permission_of(handler))
        for route in app.routes if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items() if method != "OPTIONS"
    ]  # fmt: skip


def path_of(template):
    numbered = template.replace("{slot}", "1").replace("{community_id}", "elsewhere")
    return re.sub(r"\{\w+\}", "x", numbered)


async def key(world, *scopes):
    operator = {"Authorization": f"Bearer {world.app.operator_key}"}
    body = {"scopes": list(scopes)}
    made = await world.ask("POST", "/v1/communities/c/keys", body, headers=operator, status=201)
    return {"Authorization": f"Bearer {made['key']}"}


async def page(world, viewer="p0"):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"Authorization": f"Bearer {made['token']}"}


def test_a_route_that_does_not_say_who_may_call_it_cannot_be_served():
    @get("/v1/new")
    async def new() -> None:
        """Declare nothing."""

    with pytest.raises(TypeError, match="does not say who may call it"):
        RouteTable.of(Litestar([new], openapi_config=None, logging_config=None))


def test_every_route_is_closed_to_strangers_but_those_on_the_list(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            closed, before = [], dump(world)
            for method, template, permission in routes_of(world):
                name = f"{method} {template}"
                assert permission.open == (name in OPEN or template.startswith(ROLES)), name
                if permission.open:
                    continue
                for who in ({"Authorization": ""}, {"Authorization": "Bearer lk_unknown"}):
                    answer = await world.http.request(
                        method,
                        path_of(template),
                        content=b"{",
                        headers={**who, "Idempotency-Key": "k"},
                    )
                    closed.append((name, answer.status_code))
            assert {status for _, status in closed} == {401}
            assert len(closed) > 280
            assert dump(world) == before

    run(scenario())


def test_a_key_without_the_scope_and_a_page_are_refused_whatever_the_body(tmp_path):
    bodies = (b"{", b"\xff", b'{"nonsense": 1}')

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.put("/v1/communities/other", {"time_zone": "Asia/Shanghai"}, headers={
                "Authorization": f"Bearer {world.app.operator_key}"}, status=201)  # fmt: skip
            none, session = await key(world), await page(world)
            before, state = dump(world), digest(world.engine.state)
            wrong = []
            for method, template, permission in routes_of(world):
                name, path = f"{method} {template}", path_of(template)
                once = {"Idempotency-Key": "k", "Content-Type": "application/json"}
                asked = []
                if not permission.open and (
                    permission.scopes or permission.who in ("page", "operator")
                ):
                    asked.append(none)
                if (
                    not permission.open
                    and name not in MINE | PAGE | OFFICE
                    and permission.who != "page"
                ):
                    asked.append(session)
                for who, body in itertools.product(asked, bodies):
                    answer = await world.http.request(
                        method, path, content=body, headers={**who, **once}
                    )
                    if answer.status_code != 403:
                        wrong.append((name, answer.status_code, answer.text))
            assert wrong == []
            assert (dump(world), digest(world.engine.state)) == (before, state)

    run(scenario())


def test_the_scopes_that_a_route_declares_are_all_that_it_asks_for(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            keys, wrong = {}, []
            for method, template, permission in routes_of(world):
                if permission.open or permission.who in ("page", "operator"):
                    continue
                assert set(permission.scopes) <= set(SCOPES)
                if permission.scopes not in keys:
                    keys[permission.scopes] = await key(world, *permission.scopes)
                answer = await world.http.request(
                    method, path_of(template), json=None, headers=keys[permission.scopes]
                )
                if answer.status_code == 403:
                    wrong.append((method, template, answer.text))
            assert wrong == []

    run(scenario())


def test_another_tenants_key_learns_of_no_community_and_leaves_no_row(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            zone = {"time_zone": "Asia/Shanghai"}
            await world.put("/v1/communities/zebra", zone, headers=operator, status=201)
            before = dump(world)
            own = {"Authorization": f"Bearer {world.key}", "Idempotency-Key": "k"}
            for method, path in (
                ("GET", "/v1/communities/{}"), ("PUT", "/v1/communities/{}"), ("GET", "/v1/communities/{}/keys"),
                ("POST", "/v1/communities/{}/keys"), ("POST", "/v1/communities/{}/disable"),
                ("DELETE", "/v1/communities/{}/keys/x"),
            ):  # fmt: skip
                told = []
                for name in ("zebra", "nowhere"):
                    for sent in (b"", b"{}", b"[", b'{"name": "x"}'):
                        answer = await world.http.request(
                            method, path.format(name), content=sent, headers=own
                        )
                        text = answer.text.replace(name, "NAME")
                        told.append((answer.status_code, text))
                assert len(set(told)) == 1, told
                assert told[0][0] == (
                    404 if path == "/v1/communities/{}" and method == "GET" else 403
                )
            assert dump(world) == before

    run(scenario())


def test_a_callback_with_a_foreign_token_is_refused_whatever_its_body(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            for token in ("?token=x", ""):
                for body in (b"", b"{", b"[1]"):
                    answer = await world.http.post(f"/v1/live/hooks/srs{token}", content=body)
                    assert (answer.status_code, answer.json()["error"]["code"]) == (
                        401,
                        "hook_token",
                    )

    run(scenario())


def test_what_lies_behind_the_door_answers_nobody_who_has_not_come_through_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            inner, seen = world.app.asgi._inner, []

            async def receive():
                return {"type": "http.request", "body": b'{"viewer": "p0"}', "more_body": False}

            async def send(message):
                seen.append(message)

            for method, template, _ in routes_of(world):
                scope = {
                    "type": "http", "method": method, "path": path_of(template), "query_string": b"",
                    "headers": [], "client": ("127.0.0.1", 1), "scheme": "http", "http_version": "1.1",
                    "server": ("x", 80), "root_path": "", "asgi": {"version": "3.0"},
                    "raw_path": path_of(template).encode(), "state": {},
                }  # fmt: skip
                await inner(scope, receive, send)
            assert {one["status"] for one in seen if "status" in one} == {404}

    run(scenario())
