"""What stands for a drawn request's names and body, so that it reaches what is there."""

from tests.worlds.creator_world import there_for

PAID = "2026-03-03"
"""The day that is settled and paid out."""


HOOK = {"url": "https://app.example/hook", "state": "paused"}
"""A webhook that nothing is sent to."""


QUERIES = {
    "/v1/payees/{party}": {"provider": "stripe"},
    "/v1/page/around": {"latitude": 26.38, "longitude": 108.08},
    "/v1/page/places": {"query": "a", "latitude": 26.38, "longitude": 108.08},
}
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
    "/v1/payees/{party}": {"provider": "stripe", "account": "acct_1"}, "/v1/provider-funds": {"to": "stripe", "amount": {"micros": 1_000_000, "currency": "CNY"}},
    "/v1/sessions": {"viewer": "p1"}, "/hidden/{item_id}": {"reason": "spam"}, "/pins/{item_id}": {"reason": "news"},
    "/labels/{item_id}": {"label": "spoiler", "reason": "spam"},
    "/v1/reviews/{review_id}/decide": {"decision": "dismiss"}, "/appeal": {"text": "it is tea"},
    "/reports/{person_id}": {"reason": "spam"}, "/report": {"reason": "spam"},
    "/removed/{person_id}": {"reason": "spam", "may_return": True},
}  # fmt: skip
"""What stands for a drawn body that would hardly ever be taken."""


def known_trade(case, served, there):
    """Name an order that can be moved so, and bodies that a shop would take."""
    orders = served.trade["orders"]
    there["order_id"] = orders.get(case.path.rpartition("/")[2], orders["pay"])
    there |= there_for(served.trade["moves"], case.path)
    if "/page/orders/" in case.path:
        there["order_id"] = orders["page"]
    if case.path.endswith("/keys"):
        there["person_id"] = "li"
    if case.path.startswith("/v1/creators/{person_id}"):
        there["person_id"] = "ann"
    if isinstance(case.body, dict) and case.path in served.trade["bodies"]:
        case.body = served.trade["bodies"][case.path]


def known_words(case, served, there):
    """Name a comment that may be changed so, and a review."""
    last = case.path.rpartition("/")[2]
    there["comment_id"] = "k2" if last in ("like", "report", "{person_id}") else "k1"
    if case.method == "DELETE" and last == "{comment_id}":
        there["comment_id"] = "k3"  # gone for good then
    there["review_id"] = served.spoken["/appeal" if last == "appeal" else ""]
    if "/page/people/" in case.path:
        there["person_id"] = "p1"
    if isinstance(case.body, dict) and last == "{comment_id}":
        case.body = {"text": "tea"} | ({} if "/page/" in case.path else {"author_id": "p0"})


def known(case, served):
    """Name what is there, so that a request reaches behind the 404."""
    there = {
        "person_id": "p1" if "/removed/" in case.path else "p0",  # who moderates there by now
        "item_id": "i0", "domain_id": "d0", "author_id": "a1", "receipt_id": served.receipt,
        "community_id": "c", "source": "s", "key": "m", "key_id": "none", "shop_id": "soups",
        "product_id": "soup", "stock_id": "duck", "sale_id": "flash", "slot": 1, "user_id": "p0", "category": "tea",
        "category_name": "tea", "feedback_type": "like", "name": "popular", **served.money,
        "advertiser_id": "mei-ads", "campaign_id": "lunch", "ad_group_id": "corner", "ad_id": "bowl",
        "boost_id": "x",
    }  # fmt: skip
    known_trade(case, served, there)
    known_words(case, served, there)
    there |= {
        "provider": "stripe",
        "party": "shop:soups" if "/payees/" in case.path else there["party"],
        "room_id": "room", "webhook_id": "app", "delivery_id": "whd_none",
        "voucher_id": served.trade["voucher"],
    }  # fmt: skip
    ends = case.method == "DELETE" and "/page/" not in case.path
    if ends and case.path.endswith("_id}") and case.path.count("{") == 1:
        there |= {"person_id": "p2", "item_id": "i11", "domain_id": "gone", "user_id": "p3", "authorisation_id": "to-revoke"}  # fmt: skip
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
