"""Bodies that the routes take, with every field that people forget, for tests that spoil one field at a time."""

from tests.worlds.ad_world import AD, ADVERTISER, CAMPAIGN, GROUP
from tests.worlds.boost_world import BOOST
from tests.worlds.trade_world import MEAL, SHOP, SOUP, line, yuan
from tests.worlds.world import TOWN

AT = "2026-03-04T11:00:00Z"
PERSON = {
    "name": "Ann", "home": TOWN, "present": TOWN, "present_at": AT, "profession": "potter", "interests": {"tea": 1.5},
    "language": "zh", "consent": {"personalisation": True}, "minor": False, "created_at": AT,
}  # fmt: skip
ITEM = {
    "kind": "video", "author_id": "a0", "text": "a cup", "language": "zh", "tags": ["tea"], "channels": ["d0"],
    "professions": ["potter"], "position": TOWN, "duration_seconds": 9.5,
    "media": [{"url": "/media/m", "type": "image/png", "width": 9, "height": 9}], "state": "live",
    "labels": [{"label": "warn", "rule": "loud", "expires_at": "2026-05-01T00:00:00Z"}], "created_at": AT,
}  # fmt: skip
EVENT = {
    "id": "e1", "type": "search", "time": AT, "person_id": "p0", "item_id": "i0", "surface": "discover", "query": "tea",
    "position": TOWN, "visible_seconds": 1.5, "watch_seconds": 2.5, "day": "2026-03-04",
}  # fmt: skip
ROOM = {
    "owner_id": "p0",
    "title": "Room",
    "text": "soup",
    "tags": ["soup"],
    "products": ["soup"],
    "stream": "s1",
}
SRS = {
    "action": "on_publish", "client_id": "9", "vhost": "v", "app": "live", "stream": "s1", "param": "?k=v",
    "tcUrl": "rtmp://x/live",
}  # fmt: skip
SALE = {
    "product_id": "soup", "variant_id": "bowl", "stock": 2, "opens_at": "2026-03-04T00:00:00Z",
    "closes_at": "2026-03-05T00:00:00Z", "limit_per_person": 2, "price": yuan(9), "reserve_seconds": 60, "where": "i0",
}  # fmt: skip
ORDER = {
    "buyer": "p1", "lines": [line()], "fulfilment": "delivery", "position": TOWN,
    "address": {"text": "Mill lane 3", "name": "Ann", "phone": "123", "position": TOWN},
}  # fmt: skip
DESK = {"shop_id": "soups", "staff_id": "li"}
LATER = {
    "variants": [{"id": "x", "name": "y", "price": yuan(1), "stock_item": "duck", "dates": {"2026-03-09": 2}}],
    "media": ITEM["media"], "language": "zh", "channels": ["d0"], "text": "hot",
}  # fmt: skip

WHOLE = {
    "PUT /v1/people/{person_id}": PERSON,
    "PUT /v1/items/{item_id}": ITEM,
    "PUT /v1/domains/{domain_id}": {"kind": "place", "name": "Mill", "centre": TOWN, "radius_km": 3, "created_at": AT},
    "PUT /v1/shops/{shop_id}": {**SHOP, "text": "soups", "radius_km": 5, "hours": [], "media": ITEM["media"]},
    "PUT /v1/products/{product_id}": {**SOUP, **{k: LATER[k] for k in ("media", "language", "channels", "text")}},
    "PUT /v1/products/{product_id} ": MEAL,
    "PUT /v1/stock/{stock_id}": {"shop_id": "soups", "stock": 5},
    "PUT /v1/sales/{sale_id}": SALE,
    "PUT /v1/advertisers/{advertiser_id}": {**ADVERTISER, "currency": "CNY"},
    "POST /v1/advertisers/{advertiser_id}/deposits": {"amount": yuan(5), "provider": "manual"},
    "POST /v1/ads:local": {"product_id": "soup", "radius_km": 3, "daily_budget": yuan(5)},
    "POST /v1/forecasts": {"targeting": {"places": [{"position": TOWN, "radius_km": 3}]}, "optimise_for": "click", "bid": yuan(1), "daily_budgets": [yuan(5)]},
    "PUT /v1/campaigns/{campaign_id}": {
        **CAMPAIGN, "starts_at": AT, "ends_at": "2026-05-01T00:00:00Z", "frequency": {"impressions": 3, "days": 7},
        "hours": [{"day": "monday", "from": 9, "to": 17}],
    },
    "PUT /v1/ad-groups/{ad_group_id}": {
        **GROUP, "strategy": "manual_cpc", "bid": yuan(1), "optimise_for": "click",
        "targeting": {
            "places": [{"position": TOWN, "radius_km": 3, "who": "present"}], "channels": ["d0"], "professions": ["potter"],
            "tags": ["tea"], "languages": ["zh"], "segments_in": ["newcomers"], "segments_out": ["customers"],
            "followers_of": ["p0"], "lookalike_of": "followers", "exclude_converted_days": 7,
        },
    },
    "PUT /v1/ads/{ad_id}": AD,
    "POST /v1/ads/{ad_id}/review": {"decision": "approved", "reason": "fine"},
    "PUT /v1/creators/{person_id}": {
        "open": True, "topics": ["soup"], "languages": ["zh"], "region": "mill", "notice_days": 2,
        "prices": {"fixed": yuan(90), "cpm": yuan(5), "cpa": yuan(2), "cps": 0.1},
    },
    "PUT /v1/briefs/{brief_id}": {
        "advertiser_id": "mei-ads", "text": "Cook it.", "product_ids": ["soup"], "creator_ids": ["p1"],
        "settlement": {"kind": "cpa", "price": yuan(2), "floor": yuan(1), "cap": yuan(90), "action": "order"},
        "deadline": "2026-05-01T00:00:00Z", "review_rounds": 2, "approval_days": 4, "count_days": 9, "usage_days": 30, "state": "open",
    },
    "PUT /v1/offers/{offer_id}": {
        "brief_id": "b1", "creator_id": "p1", "person_id": "mei", "price": yuan(100), "text": "Would you?",
    },
    "PUT /v1/authorisations/{authorisation_id}": {
        "creator_id": "p1", "advertiser_id": "mei-ads", "item_id": "i0", "share": 0.3,
        "from": "2026-03-01T00:00:00Z", "until": "2026-05-01T00:00:00Z",
    },
    "PUT /v1/boosts/{boost_id}": BOOST | {"person_id": "p1", "item_id": "i1", "pay_from": "manual"},
    "POST /v1/boosts:forecast": BOOST | {"person_id": "p1", "item_id": "i1"},
    "PUT /v1/live/{room_id}": ROOM,
    "POST /v1/assignments/{assignment_id}/draft": {"person_id": "p1", "text": "A pot."},
    "POST /v1/assignments/{assignment_id}/publish": {"person_id": "p1", "item_id": "i0"},
    "POST /v1/assignments/{assignment_id}/decide": {"amount": yuan(1), "text": "half"},
    "POST /v1/offers/{offer_id}/accept": {"person_id": "p1"},
    "PUT /v1/webhooks/{webhook_id}": {"url": "https://app.example/hook", "state": "paused"},
    "PUT /v1/policy": {"preset": "balanced"},
    "PUT /v1/imports/{source}": {"rows": {"people.csv": 3}, "digests": {"people.csv": "ab"}},
    "POST /v1/policy/rollback": {"version": 1},
    "POST /v1/orders": ORDER,
    "POST /v1/orders/{order_id}/pay": {"amount": yuan(18), "method": "manual", "reference": "r", "request_id": "q"},
    "POST /v1/orders/{order_id}/refund": {"request_id": "f0", "amount": yuan(1), "reason": "cold", "staff_id": "mei"},
    "POST /v1/orders/{order_id}/fulfil": {},
    "POST /v1/vouchers/prepare": {"code": "vou", **DESK},
    "POST /v1/vouchers/redeem": {"code": "vou", "request_id": "r1", "count": 1, "position": TOWN, **DESK},
    "POST /v1/vouchers/reverse": {"redeemed": "r0", "request_id": "b0", **DESK},
    "POST /v1/shops/{shop_id}/review": {"decision": "approved", "note": "fine"},
    "POST /v1/sessions": {"viewer": "p1"},
    "POST /v1/events": {"events": [EVENT]},
    "POST /v1/feeds": {"viewer": "p1", "surface": "place", "position": TOWN, "device": "phone", "slots": 3, "session": "s"},
    "POST /v1/payments/send": {"provider": "manual"},
    "POST /v1/payments/{payment_id}/result": {"state": "paid", "amount": yuan(1), "reference": "x"},
    "POST /v1/payouts": {"day": "2026-03-03", "provider": "manual"},
    "PUT /v1/payees/{party}": {"provider": "stripe", "account": "acct_1"},
    "POST /v1/provider-funds": {"from": "manual", "to": "stripe", "amount": yuan(1)},
    "POST /v1/settle": {"day": "2026-03-03"},
    "POST /v1/verify": {"root": "x"},
    "POST /v1/communities/{community_id}/keys": {"name": "k", "scopes": ["read"]},
    "POST /v1/live/hooks/srs": SRS,
    "POST /api/user": {"UserId": "u", "Labels": ["tea"], "Comment": "U"},
    "PATCH /api/user/{user_id}": {"Labels": ["tea"], "Comment": "U"},
    "POST /api/items": [{"ItemId": "g", "Categories": ["d0"], "Timestamp": AT, "Labels": ["tea"], "Comment": "G"}],
    "PATCH /api/item/{item_id}": {"Categories": ["d0"], "Timestamp": AT, "Labels": ["tea"], "Comment": "G"},
    "POST /api/feedback": [{"FeedbackType": "like", "UserId": "u", "ItemId": "g", "Timestamp": AT, "Value": 1, "Comment": "c"}],
}  # fmt: skip
"""By operation, as the document names it; an ending space tells a second body of the same one."""


def leaves(body, path=()):
    """Yield the path of every text, number and truth value of a body, and of every name of a mapping."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from leaves(value, (*path, name))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from leaves(value, (*path, index))
    else:
        yield path


def at(body, path):
    for step in path:
        body = body[step]
    return body


def spoiled(body, path, value):
    """Return a copy of a body with another value at one path."""
    if not path:
        return value
    copy = body.copy()
    copy[path[0]] = spoiled(body[path[0]], path[1:], value)
    return copy
