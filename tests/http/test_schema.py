"""What is served is what the document says: drawn requests meet no fault and no answer it does not name."""

import asyncio
import functools
import threading

import pytest
import requests
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
from tests.worlds.ad_world import AD, ADVERTISER, CAMPAIGN, GROUP, PATHS
from tests.worlds.boost_world import BOOST
from tests.worlds.creator_world import bodies as creating
from tests.worlds.creator_world import every_move, hired
from tests.worlds.drawn_cases import HOOK, PAID, known
from tests.worlds.stripe_stand_in import SETTINGS
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
        async with opened(
            self.home, given={"clock": "driven"}, demo="c", environment=SETTINGS
        ) as world:
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
            self.spoken = await spoken_of(world)
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


async def spoken_of(world):
    """Let people comment and report, and name by the ends of paths what there is of it then."""
    for name in ("k1", "k2", "k3"):
        body = {"author_id": "p1" if name == "k2" else "p0", "text": "tea"}
        await world.put(f"/v1/items/i0/comments/{name}", body, status=201)
    await world.events(*(world.event("report", person="p1", item_id=f"i{n}") for n in (5, 6)))
    first, second = (await world.ask("GET", "/v1/reviews", status=200))["data"]
    await world.ask("POST", f"/v1/reviews/{first['id']}/decide", {"decision": "warn"}, status=200)
    return {"/appeal": first["id"], "": second["id"]}


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
    for path, body in PATHS.items():
        await world.put(path, body, status=201)
    await hired(world)
    moves = await every_move(world)
    await world.put("/v1/boosts/x", BOOST, status=201)
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
        "/v1/advertisers/{advertiser_id}": ADVERTISER, "/v1/campaigns/{campaign_id}": CAMPAIGN,
        "/v1/advertisers/{advertiser_id}/deposits": {"amount": yuan(1)},
        "/v1/ads:local": {"product_id": "soup", "radius_km": 3, "daily_budget": yuan(5)},
        "/v1/ad-groups/{ad_group_id}": GROUP, "/v1/ads/{ad_id}": AD, "/v1/ads/{ad_id}/review": {"decision": "approved"},
        "/v1/orders": {"buyer": "p1", "lines": [line()], "position": TOWN},
        "/v1/orders/{order_id}/pay": {"amount": yuan(18)},
        "/v1/orders/{order_id}/refund": {"request_id": "f0"},
        "/v1/vouchers/prepare": {"code": code, **desk},
        "/v1/vouchers/redeem": {"code": code, "request_id": "r1", **desk},
        "/v1/vouchers/reverse": {"redeemed": "r0", "request_id": "b0", **desk},
        "/v1/boosts/{boost_id}": BOOST, "/v1/boosts:forecast": BOOST,
        "/v1/boosts/{boost_id}/stop": {"person_id": "ann"},
        **creating(world),
    }  # fmt: skip
    return {
        "orders": orders,
        "moves": moves,
        "bodies": bodies,
        "voucher": (await voucher(world, "p2"))["id"],
    }


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
    "POST /v1/payouts/hooks/{provider}/{community_id}": "what is drawn is signed by nobody",
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
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend": "nothing is sent to the webhook that is there",
    "GET /v1/reports/liu": "days are drawn in any order",
    "GET /v1/reports/flow": "the same",
    "GET /v1/reports/exposure": "the same",
    "GET /v1/reports/ad-revenue": "the same",
    "GET /v1/reports/income": "the same",
    "GET /v1/reports/ads": "the same",
    "GET /v1/reports/ads/file": "the same",
}
"""Operations of which no drawn request need be taken, and why."""


EXAMPLES = 12
"""Requests drawn of an operation in every run; `make soak` draws more."""


@functools.cache
def connection():
    """Return the one connection that requests go through; it reads no proxy settings of this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


def drawn(name, served, examples):
    """Ask an operation what is drawn for it; return for each answer whether the request was taken."""
    taken = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
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
            base_url=f"http://127.0.0.1:{served.port}", headers=headers, checks=CHECKS,
            session=connection(),
        )  # fmt: skip
        taken.append(answer.status_code < 300)

    ask()
    return taken


@pytest.mark.parametrize("name", NAMES)
def test_drawn_requests_meet_no_fault_and_no_answer_that_is_not_documented(name, served):
    assert any(drawn(name, served, EXAMPLES)) or name in REFUSED_HERE


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_many_drawn_requests_meet_no_fault_and_no_answer_that_is_not_documented(name, served):
    assert any(drawn(name, served, 8 * EXAMPLES)) or name in REFUSED_HERE


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
