"""Which keys open a route, as its permission says."""

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from lodestone.serve.http.paths import permission_of
from lodestone.services.access import OPERATOR, PAGE_SCOPES

SCHEMES: Final = {
    "key": {
        "type": "http", "scheme": "bearer",
        "description": "A community's key, or an operator's: `Authorization: Bearer KEY`.",
    },
    "keyHeader": {
        "type": "apiKey", "in": "header", "name": "X-API-Key",
        "description": "The same keys in a header of their own, as Gorse's clients send them.",
    },
    "session": {
        "type": "http", "scheme": "bearer",
        "description": "One viewer's token, good for an hour, which `POST /v1/sessions` mints for a page.",
    },
    "hook": {
        "type": "apiKey", "in": "query", "name": "token",
        "description": "The token of a streaming server's callbacks.",
    },
    "signature": {
        "type": "apiKey", "in": "header", "name": "Stripe-Signature",
        "description": "A payment provider's signature of what it tells.",
    },
}  # fmt: skip


def describe_security(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """Say who may call an operation: the scopes it needs stand as the roles of its scheme."""
    permission = permission_of(handler)
    scopes = list(permission.scopes)
    keys = [{"key": scopes}, {"keyHeader": scopes}]
    by_page = permission.who == "known" and (
        permission.own or permission.office or PAGE_SCOPES.issuperset(scopes)
    )
    operation["security"] = {
        "anyone": [],
        "callback": [{"signature" if permission.signed else "hook": []}],
        "page": [{"session": []}],
        "operator": [{"key": [OPERATOR]}, {"keyHeader": [OPERATOR]}],
        "server": keys,
        "known": [*keys, {"session": scopes}] if by_page else keys,
    }[permission.who]
    if permission.who == "anyone":
        for status in ("401", "403"):
            operation["responses"].pop(status, None)
