"""A page of the operator's desk shows nothing that the same key could not read, or do, over the API."""

import pytest

from tests.http.test_permissions import routes_of
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run

LOGIN = ("read", "policy")
"""What a key needs to log in: these scopes open the pages that say None below."""
SCOPES = {
    "GET /operator": None,
    "GET /operator/audit-log": "audit",
    "GET /operator/health": None,
    "GET /operator/items/{item_id}": None,
    "GET /operator/keys": "operator",
    "POST /operator/keys": "operator",
    "GET /operator/keys/{key_id}/revoke": "operator",
    "POST /operator/keys/{key_id}/revoke": "operator",
    "GET /operator/people/{person_id}": None,
    "GET /operator/policy": None,
    "POST /operator/policy": None,
    "GET /operator/policy/history": None,
    "POST /operator/policy/rollback": None,
    "GET /operator/policy/trials/{trial_id}": None,
    "GET /operator/policy/versions/{version}": None,
    "GET /operator/receipts/{receipt_id}": None,
    "POST /operator/receipts/{receipt_id}/replay": None,
    "GET /operator/ads": "review",
    "GET /operator/disputes": "review",
    "POST /operator/disputes/{assignment_id}": "review",
    "GET /operator/revenue": None,
    "GET /operator/income": "money",
    "POST /operator/ads/{ad_id}": "review",
    "GET /operator/reports": "review",
    "POST /operator/reports/{review_id}": "review",
    "GET /operator/search": None,
    "GET /operator/tables/{name}": None,
    "GET /operator/webhooks": "webhooks",
    "POST /operator/webhooks": "webhooks",
    "GET /operator/webhooks/{webhook_id}": "webhooks",
    "POST /operator/webhooks/{webhook_id}": "webhooks",
}
TABLES = {
    "acts": "audit", "keys": "operator", "webhooks": "webhooks", "deliveries": "webhooks",
    "policy-versions": None, "held-out": None,
    "ad-revenue": None, "frontier-load": None, "frontier-price": None, "trial-outcomes": None, "trial-promises": None, "trial-domains": None,
    "income-kinds": "money", "income-audiences": "money", "income-regions": "money", "income-chain": "money",
}  # fmt: skip
FILLED = {
    "{item_id}": "i0", "{person_id}": "p0", "{version}": "1", "{name}": "receipts", "{key_id}": "key_0",
    "{review_id}": "rev_0", "{ad_id}": "bowl", "{assignment_id}": "asg_0", "{webhook_id}": "till", "{trial_id}": "x", "{receipt_id}": "rcp_0",
}  # fmt: skip


def desk_routes(world):
    """Return every method and path of the desk but for those of the door."""
    routes = {f"{method} {path}" for method, path, _ in routes_of(world)}
    doors = ("/operator/login", "/operator/logout")
    return {route for route in routes if " /operator" in route and not route.endswith(doors)}


async def desk_of(world, *scopes):
    """Log in with a key of these scopes and those that the login needs; return the desk."""
    headers = {"Authorization": f"Bearer {world.app.operator_key}"}
    body = {"name": "desk", "scopes": [*LOGIN, *scopes]}
    made = await world.ask(
        "POST", "/v1/communities/c/keys", body, headers=headers, status=201
    )  # fmt: skip
    return await Operator(world, made["key"]).arrive()


async def closed(desk, route, token):
    """Say whether a route refuses the desk's key, whatever else it answers."""
    method, path = route.split(" ")
    for name, value in FILLED.items():
        path = path.replace(name, value)
    form = {"token": token} if method == "POST" else None
    return (await desk.browser.ask(method, path, form)).status_code == 403


async def market(world):
    await world.people(1)
    await world.items(1)


def test_every_page_of_the_desk_asks_the_scope_that_its_api_asks(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            assert desk_routes(world) == set(SCOPES)
            plain = await desk_of(world)
            token = await plain.browser.token()
            refused = {route for route in SCOPES if await closed(plain, route, token)}
            scopes = ("audit", "money", "review", "webhooks")
            able = await desk_of(world, *scopes)
            token = await able.browser.token()
            let_in = {route for route, scope in SCOPES.items() if scope in scopes}
            return refused, {route for route in let_in if await closed(able, route, token)}

    refused, still_refused = run(scenario)
    assert refused == {route for route, scope in SCOPES.items() if scope}
    assert still_refused == set()


def test_every_table_of_the_desk_asks_the_scope_that_its_api_asks(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            plain = await desk_of(world)
            able = await desk_of(world, "audit", "money", "webhooks")
            paths = {name: f"/operator/tables/{name}" for name in TABLES}
            return (
                {name for name, path in paths.items() if (await plain.look(path)).status_code == 403},
                {name for name, path in paths.items() if (await able.look(path)).status_code == 403},
            )  # fmt: skip

    plain, able = run(scenario)
    assert plain == {name for name, scope in TABLES.items() if scope}
    assert able == {"keys"}


@pytest.mark.parametrize("path", ["/operator/items/i0", "/operator/people/p0"])
def test_who_changed_what_stands_on_other_pages_only_for_whoever_may_read_it(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            return [
                (await (await desk_of(world, *scopes)).look(f"{path}?lang=en")).text
                for scopes in ((), ("audit",))
            ]

    without, having = run(scenario)
    said = "The key of this login may not read who changed what."
    assert said in without
    assert said not in having
