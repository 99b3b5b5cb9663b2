"""What an operation is called, where it belongs, and what it says of itself."""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from lodestone.base.wire import AppId
from lodestone.serve.openapi.headers import is_null
from lodestone.serve.v1.common import camel

TAGS: Final = {
    "people": "People, whom they follow, block and mute, and what is held about them.",
    "items": "Posts and what becomes of them.",
    "feed": "Feeds, events, and the receipts of decisions.",
    "domains": "Middle domains: places, channels, professions.",
    "media": "Pictures, clips and sounds.",
    "shops": "Shops, products, stock and flash sales.",
    "orders": "Orders and vouchers.",
    "ads": "Advertisers, their campaigns, ad groups and ads.",
    "creators": "Creators, what advertisers order from them, how it is settled, and boosts of posts.",
    "payments": "What providers are asked for orders.",
    "live": "Live rooms.",
    "money": "The ledger, statements, settling and payouts.",
    "communities": "Communities, their keys, clocks and sessions.",
    "policy": "Policies, the promises they make, and what decisions are predicted by.",
    "reports": "What a community's traffic did.",
    "webhooks": "Webhooks and the log of their deliveries.",
    "operations": "Health, proofs, back-ups, imports, who changed what.",
    "page": "What a page asks with its session.",
    "demo": "The demo on this machine.",
    "gorse": "Gorse's interface.",
}
"""Every tag, in the order in which a reader meets the subjects."""
_PATH_TEXT: Final = {
    name: bound for name, bound in msgspec.json.schema(AppId).items() if name != "description"
}
_TAG_OF: Final = {
    "communities": "communities",
    "clock": "communities",
    "sessions": "communities",
    "people": "people",
    "people:bulk": "people",
    "items": "items",
    "items:bulk": "items",
    "domains": "domains",
    "reviews": "items",
    "media": "media",
    "feeds": "feed",
    "events": "feed",
    "receipts": "feed",
    "policy": "policy",
    "policies": "policy",
    "promises": "policy",
    "predictor": "policy",
    "item-lists": "policy",
    "reports": "reports",
    "shops": "shops",
    "products": "shops",
    "stock": "shops",
    "sales": "shops",
    "orders": "orders",
    "vouchers": "orders",
    "advertisers": "ads",
    "campaigns": "ads",
    "ad-groups": "ads",
    "ads": "ads",
    "ads:local": "ads",
    "forecasts": "ads",
    "creators": "creators",
    "briefs": "creators",
    "offers": "creators",
    "assignments": "creators",
    "authorisations": "creators",
    "boosts": "creators",
    "boosts:forecast": "creators",
    "payments": "payments",
    "accounts": "money",
    "transfers": "money",
    "statements": "money",
    "trial-balance": "money",
    "settle": "money",
    "audit": "money",
    "payouts": "money",
    "payees": "money",
    "provider-funds": "money",
    "live": "live",
    "webhooks": "webhooks",
    "verify": "operations",
    "backup": "operations",
    "audit-log": "operations",
    "imports": "operations",
    "health": "operations",
    "page": "page",
    "demo": "demo",
    "api": "gorse",
}
"""The tag of a path's first word behind `/v1`."""
_ANSWERS: Final = {
    "200": "Done.", "201": "Made.", "204": "Done; there is no body.", "501": "Not offered here.",
}  # fmt: skip
"""What an answer is called where nothing better is said of it than the framework's own phrase."""
_PHRASES: Final = frozenset(status.description for status in HTTPStatus)


def describe_operation(operation: dict[str, Any], handler: HTTPRouteHandler, path: str) -> None:
    """Name an operation, say where it belongs, and take out what says nothing."""
    words = path.strip("/").split("/")
    operation["tags"] = [_TAG_OF[words[1] if words[0] == "v1" else words[0]]]
    if not isinstance(handler.operation_id, str):
        operation["operationId"] = camel(handler.handler_name)
    text = operation.get("description", "").strip()
    first, _, rest = text.partition("\n\n")
    operation["summary"] = " ".join(first.split()).removesuffix(".")
    if not rest:
        del operation["description"]
    if not operation["deprecated"]:
        del operation["deprecated"]
    for code, answer in operation["responses"].items():
        if answer["description"] in _PHRASES:
            answer["description"] = _ANSWERS[code]
    for parameter in operation.get("parameters", []):
        parameter.pop("deprecated", None)
        parameter["schema"] = _plain(parameter["schema"])
        parameter["schema"].pop("description", None)
        if parameter["in"] == "path" and parameter["schema"]["type"] == "string":
            # The door lets no other text through, whatever the parameter is.
            parameter["schema"] = {**_PATH_TEXT, **parameter["schema"]}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Take null out of a parameter's schema: one that is left out is not sent as null."""
    kinds = [one for one in schema.get("oneOf", ()) if not is_null(one)]
    if len(kinds) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "oneOf"}
    return {**kinds[0], **rest}
