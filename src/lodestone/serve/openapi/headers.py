"""Headers and the one query that the door itself reads, whichever route they are for."""

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from lodestone.serve.http.paths import permission_of

PARAMETERS: Final = {
    "IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": False,
        "description": "The same key and body are answered the same for seven days; another body is 409.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    },
    "Community": {
        "name": "X-Community", "in": "header", "required": False,
        "description": "Which community an operator's key means; other keys have their own.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    },
    "History": {
        "name": "history", "in": "query", "required": False,
        "description": "Takes events however old: they teach rates and keep no promise. Needs the scope `import`.",
        "schema": {"type": "boolean", "default": False},
    },
}  # fmt: skip
HEADERS: Final = {
    "RetryAfter": {
        "description": "After how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RequestId": {
        "description": "The request's own `X-Request-Id`, or one made for it.",
        "schema": {"type": "string"},
    },
}
_EVENTS: Final = "/v1/events"


def describe_headers(operation: dict[str, Any], handler: HTTPRouteHandler, path: str) -> None:
    """Name what the door reads of an operation's request, and what it adds to its answers."""
    permission = permission_of(handler)
    names = []
    if "POST" in handler.http_methods and not permission.open:
        names.append("IdempotencyKey")
    if permission.who in ("known", "server"):
        names.append("Community")
    if path == _EVENTS:
        names.append("History")
    if names:
        added = [{"$ref": f"#/components/parameters/{name}"} for name in names]
        operation["parameters"] = [*operation.get("parameters", []), *added]
    for status, answer in operation["responses"].items():
        headers = answer.setdefault("headers", {})
        headers["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}
        if status in ("429", "503"):
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}


def is_null(schema: dict[str, Any]) -> bool:
    """Say whether a schema allows null alone."""
    return schema == {"type": "null"}
