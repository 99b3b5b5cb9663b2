"""What is served is what the document says: drawn requests meet no fault and no answer it does not name."""

import asyncio
import functools
import threading

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lodestone.base.money import Micros
from lodestone.console import pages
from lodestone.ledger import AccountKind, Code, Transfer
from lodestone.ledger.chart import provider, shop
from lodestone.ledger.transfers import transfer_id
from lodestone.serve import application
from lodestone.serve.http.bodies import MEDIA_TYPES
from lodestone.serve.openapi import document_of
from lodestone.services.catalogue.catalogue import Catalogue
from lodestone.services.ledger.statements import account_text, transfer_text
from tests.worlds.trade_world import (
    SHOP,
    SOUP,
    act,
    bought,
    line,
    market,
    order,
    redeem,
    voucher,
    yuan,
)
from tests.worlds.world import TOWN, opened

PAID = "2026-03-03"
"""The day that is settled and paid out."""


HOOK = {"url": "https://app.example/hook", "state": "paused"}
"""A webhook that nothing is sent to."""


def no_fault(context, response, case):
    """Pass no 5xx but the one that is meant: a route of Gorse's that is not offered."""
    if response.headers.get("x-error-code") == ["not_offered"]:
        return None
    return schemathesis.checks.not_a_server_error(context, response, case)


CHECKS = [
    no_fault, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip


def without_its_own_header(asgi):
    """Take out the header by which schemathesis counts its cases: a demo takes it for a proxy's."""

    async def ask(scope, receive, send):
        headers = [one for one in scope["headers"] if not one[0].startswith(b"x-schemathesis")]
        await asgi({**scope, "headers": headers}, receive, send)

    return ask


class Serving(threading.Thread):
    """The application on a real socket, in a thread of its own."""

    def __init__(self, home):
        super().__init__(daemon=True)
        self.home, self.ready = home, threading.Event()

    def run(self):
        try:
            asyncio.run(self.main())
        finally:
            self.ready.set()

    async def main(self):
        async with opened(self.home, given={"clock": "driven"}, demo="c") as world:
            await world.put("/v1/clock", {"instant": "2026-03-03T12:00:00Z"}, status=200)
            self.money = await earned(world)
            await world.put("/v1/clock", {"instant": "2026-03-04T12:00:00Z"}, status=200)
            await world.ask("POST", "/v1/settle", {"day": PAID}, status=200)
            paid = await world.ask("POST", "/v1/payouts", {"day": PAID}, status=200)
            self.money["payout_id"] = paid["data"][0]["id"]
            await world.people(4)
            await world.items(12)
            await world.put("/v1/domains/d0", {"kind": "channel"}, status=201)
            await world.put("/v1/domains/gone", {"kind": "channel"}, status=201)
            await world.items(1, first=90, channels=["d0"])
            kind = {"Content-Type": "image/png"}
            stored = await world.ask("PUT", "/v1/media/m", content=b"png", headers=kind)
            self.media = stored["url"].rpartition("/")[2]
            self.trade = await traded(world)
            asked = await world.ask("GET", "/v1/payments?kind=release", status=200)
            self.money["payment_id"] = asked["data"][0]["id"]
            room = {"owner_id": "p0", "title": "Drawn", "state": "live"}
            await world.put("/v1/live/room", room, status=201)
            await world.put("/v1/webhooks/app", HOOK, status=201)
            self.hook = world.engine.live.token
            feed = await world.feed()
            self.keys = world.key, world.app.operator_key
            self.receipt = feed["receipt_id"]
            made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            self.token = made["token"]
            asgi = without_its_own_header(world.app.asgi)
            config = uvicorn.Config(asgi, port=0, lifespan="off", log_level="critical")
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:
                await asyncio.sleep(0)
            self.port = self.server.servers[0].sockets[0].getsockname()[1]
            self.ready.set()
            await serving


async def earned(world):
    """Let a shop have earned something, and name what there is of money then."""
    money = world.engine.money
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    payable = money.account(AccountKind.MERCHANT_PAYABLE, shop("s"))
    sale = Transfer(transfer_id("sale"), clearing.id, payable.id, Micros(50_000), Code.EARNED)
    await money.post([sale], opening=[clearing, payable])
    return {
        "account_id": account_text(payable.id), "transfer_id": transfer_text(sale.id),
        "party": "shop:s", "day": PAID,
    }  # fmt: skip


SALE = {
    "product_id": "soup", "variant_id": "bowl", "stock": 2, "opens_at": "2026-03-04T00:00:00Z",
    "closes_at": "2026-03-05T00:00:00Z",
}  # fmt: skip


async def traded(world):
    """Let a shop have sold something in every way, and name what there is of trade then."""
    await market(world)
    await world.put("/v1/stock/duck", {"shop_id": "soups", "stock": 5}, status=201)
    await world.put("/v1/sales/flash", SALE, status=201)
    await bought(world, line("meal", "two"), buyer="p2")
    code = (await voucher(world, "p2"))["code"]
    await redeem(world, code, "r0")
    orders = {
        "page": (await order(world, buyer="p0"))["id"], "pay": (await order(world))["id"], "cancel": (await order(world))["id"],
        "fulfil": (await bought(world))["id"], "refund": (await bought(world))["id"],
    }  # fmt: skip
    await act(world, await bought(world), "cancel")
    desk = {"shop_id": "soups", "staff_id": "li"}
    bodies = {
        "/v1/products/{product_id}": SOUP, "/v1/sales/{sale_id}": SALE,
        "/v1/stock/{stock_id}": {"shop_id": "soups", "stock": 5},
        "/v1/shops/{shop_id}": SHOP, "/v1/shops/{shop_id}/review": {"decision": "approved"},
        "/v1/orders": {"buyer": "p1", "lines": [line()], "position": TOWN},
        "/v1/orders/{order_id}/pay": {"amount": yuan(18)},
        "/v1/orders/{order_id}/refund": {"request_id": "f0"},
        "/v1/vouchers/prepare": {"code": code, **desk},
        "/v1/vouchers/redeem": {"code": code, "request_id": "r1", **desk},
        "/v1/vouchers/reverse": {"redeemed": "r0", "request_id": "b0", **desk},
    }  # fmt: skip
    return {"orders": orders, "bodies": bodies}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    serving = Serving(tmp_path_factory.mktemp("home"))
    serving.start()
    assert serving.ready.wait(300)
    assert serving.is_alive(), "what is to be served could not be made"
    yield serving
    serving.server.should_exit = True
    serving.join(20)


@schemathesis.serializer("application/x-ndjson", *MEDIA_TYPES)
def as_it_is(_, value):
    """Send a body that is no JSON as it was drawn."""
    return value.encode() if isinstance(value, str) else bytes(value)


@functools.cache
def document():
    """Return the document of every route; each process reads it for the names of the cases."""
    inner = application(None, None, None, wall=None, reports=None, pages=pages(demo=None))
    return document_of(inner._inner)


@functools.cache
def operations():
    """Return every operation of the document, by its name; only the process that asks makes them."""
    schema = schemathesis.openapi.from_dict(document())
    return {one.ok().label: one.ok() for one in schema.get_all_operations()}


NAMES = sorted(
    f"{method.upper()} {path}"
    for path, methods in document()["paths"].items()
    for method in methods
)


REFUSED_HERE = {
    "POST /v1/backup": "writes where it is told; its path is left empty",
    "POST /v1/communities/{community_id}/disable": "or nothing after it would be open",
    "DELETE /v1/communities/{community_id}/keys/{key_id}": "the keys that are there are in use",
    "PUT /v1/communities/{community_id}": "what is drawn does not fit the one there is",
    "PUT /v1/predictor": "weights have one shape among endless ones",
    "PUT /v1/policy": "so has a policy that makes sense",
    "POST /v1/policy/dry-run": "the same",
    "POST /v1/policy/rollback": "few versions are there",
    "PUT /v1/clock": "it has been drawn to the end of time, or back",
    "GET /api/collaborative-filtering/{user_id}": "not offered, and says so",
    "GET /api/collaborative-filtering/{user_id}/{category}": "the same",
    "GET /api/user/{user_id}/neighbors": "the same",
    "GET /api/user-to-user/{name}/{user_id}": "the same",
    "GET /api/measurements/{name}": "the same",
    "GET /v1/reports/liu": "days are drawn in any order",
    "GET /v1/reports/flow": "the same",
    "GET /v1/reports/exposure": "the same",
}
"""Operations of which no drawn request need be taken, and why."""


QUERIES = {"/v1/page/around": {"latitude": 26.38, "longitude": 108.08}}
"""What is asked of a path that answers only to a whole question."""


LINES = {
    "/v1/people:bulk": b'{"id":"p0","name":"Drawn"}',
    "/v1/items:bulk": b'{"id":"i0","kind":"text","author_id":"a0"}',
}
"""Lines that are taken whole."""


BODIES = {
    "/keys": {"name": "drawn", "scopes": ["read"]},
    "/v1/items/{item_id}": {"author_id": "a0"},
    "/v1/domains/{domain_id}": {"kind": "channel"},
    "/v1/settle": {"day": PAID}, "/v1/payments/send": {"provider": "manual"}, "/v1/payouts": {"day": PAID}, "/result": {"state": "paid"},
    "/v1/sessions": {"viewer": "p1"}, "/hidden/{item_id}": {"reason": "spam"}, "/pins/{item_id}": {"reason": "news"},
    "/labels/{item_id}": {"label": "spoiler", "reason": "spam"},
    "/removed/{person_id}": {"reason": "spam", "may_return": True},
}  # fmt: skip
"""What stands for a drawn body that would hardly ever be taken."""


def known_trade(case, served, there):
    """Name an order that can be moved so, and bodies that a shop would take."""
    orders = served.trade["orders"]
    there["order_id"] = orders.get(case.path.rpartition("/")[2], orders["pay"])
    if "/page/orders/" in case.path:
        there["order_id"] = orders["page"]
    if case.path.endswith("/keys"):
        there["person_id"] = "li"
    if isinstance(case.body, dict) and case.path in served.trade["bodies"]:
        case.body = served.trade["bodies"][case.path]


def known(case, served):
    """Name what is there, so that a request reaches behind the 404."""
    there = {
        "person_id": "p1" if "/removed/" in case.path else "p0",  # who moderates there by now
        "item_id": "i0", "domain_id": "d0", "author_id": "a1", "receipt_id": served.receipt,
        "community_id": "c", "source": "s", "key": "m", "key_id": "none", "shop_id": "soups",
        "product_id": "soup", "stock_id": "duck", "sale_id": "flash", "slot": 1, "user_id": "p0", "category": "tea",
        "category_name": "tea", "feedback_type": "like", "name": "popular", **served.money,
    }  # fmt: skip
    known_trade(case, served, there)
    there |= {"room_id": "room", "webhook_id": "app"}
    ends = case.method == "DELETE" and "/page/" not in case.path
    if ends and case.path.endswith("_id}") and case.path.count("{") == 1:
        there |= {"person_id": "p2", "item_id": "i11", "domain_id": "gone", "user_id": "p3"}
    if "/pins/" in case.path:
        there["item_id"] = "i90"  # only what lies in the domain can be pinned there
    if case.path.startswith("/media"):
        there["key"] = served.media
    case.path_parameters = {name: there[name] for name in case.path_parameters}
    if case.path.startswith("/api/item-to-item"):
        there["name"] = "neighbors"
        case.path_parameters["name"] = "neighbors"
    case.query = dict(QUERIES.get(case.path, {}))
    case.headers.pop(
        "Idempotency-Key", None
    )  # of which a second use, with another body, is refused
    if case.path in LINES:
        case.body = LINES[case.path]
    if isinstance(case.body, dict):
        for ending, body in BODIES.items():
            if case.path.endswith(ending):
                case.body = {**case.body, **body} if body.get("author_id") else body
        if "viewer" in case.body:
            case.body["viewer"] = "p1"
    known_live(case, served)


def known_live(case, served):
    """The same of live rooms and webhooks."""
    if isinstance(case.body, dict) and case.path == "/v1/live/{room_id}":
        case.body = {"owner_id": "p0", "title": "Drawn"}
    if isinstance(case.body, dict) and case.path == "/v1/webhooks/{webhook_id}":
        case.body = HOOK
    if isinstance(case.body, dict) and case.path == "/v1/live/hooks/srs":
        case.query = {"token": served.hook}
        case.body |= {"action": "on_play", "stream": "room"}


@pytest.mark.parametrize("name", NAMES)
def test_drawn_requests_meet_no_fault_and_no_answer_that_is_not_documented(name, served):
    taken = []

    @settings(
        max_examples=24, deadline=None, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operations()[name].as_strategy())
    def ask(case):
        if (
            len(taken) % 2
        ):  # every other one: by a draw an operation could have none of what is there
            known(case, served)
        if case.path == "/v1/backup":
            case.body = {"path": ""}
        if case.path.endswith("/disable"):
            case.path_parameters = {"community_id": "none"}
        operator = "communities" in case.path or "backup" in case.path
        key = served.token if "/page/" in case.path else served.keys[1 if operator else 0]
        headers = {"Authorization": f"Bearer {key}"}
        answer = case.call_and_validate(
            base_url=f"http://127.0.0.1:{served.port}", headers=headers, checks=CHECKS
        )
        taken.append(answer.status_code < 300)

    ask()
    assert any(taken) or name in REFUSED_HERE


def test_every_operation_of_the_document_is_drawn():
    assert sorted(operations()) == NAMES


def test_a_fault_behind_the_doors_would_be_noticed(served, monkeypatch):
    def fails(*_):
        raise RuntimeError("a fault")

    monkeypatch.setattr(Catalogue, "person", fails)
    case = operations()["GET /v1/people/{person_id}"].Case(path_parameters={"person_id": "p0"})
    with pytest.raises(FailureGroup, match="Server error"):
        case.call_and_validate(
            base_url=f"http://127.0.0.1:{served.port}", checks=CHECKS,
            headers={"Authorization": f"Bearer {served.keys[0]}"},
        )  # fmt: skip
