"""Writes the OpenAPI document of an application.

The framework knows the paths, parameters and statuses. What bodies look like is asked of msgspec, which
decodes and encodes them: so the document and the decoder cannot disagree on a bound, a pattern, a union, or
on whether fields it does not name are refused.
"""

from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from lodestone.serve.openapi.headers import HEADERS, PARAMETERS, describe_headers
from lodestone.serve.openapi.operations import TAGS, describe_operation
from lodestone.serve.openapi.security import SCHEMES, describe_security
from lodestone.serve.openapi.shapes import Shapes

_DESCRIPTION: Final = (
    "Times are RFC 3339 with an offset. `X-Request-Id` is echoed; `RateLimit-*` stands on every answer. "
    "Bodies and answers may be compressed with gzip. A request body refuses fields that it does not name "
    "where its schema says `additionalProperties: false`; answers may gain fields in later versions."
)


def document_of(app: Litestar) -> dict[str, Any]:
    """Return the document as JSON's own types. Takes a second: call it once, off the event loop.

    Raises:
        KeyError: A route belongs to no tag.
        ValueError: Two operations have one id.
    """
    document = _plain(app.openapi_schema.to_schema())
    handlers = _handlers(app)
    shapes = Shapes(handlers.values())
    ids: set[str] = set()
    for (path, method), handler in handlers.items():
        operation = document["paths"][path][method.lower()]
        describe_operation(operation, handler, path)
        shapes.describe(operation, handler)
        describe_security(operation, handler)
        describe_headers(operation, handler, path)
        if operation["operationId"] in ids:
            message = f"two operations are called {operation['operationId']}"
            raise ValueError(message)
        ids.add(operation["operationId"])
    document["info"] |= {
        "description": _DESCRIPTION,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    document["tags"] = [{"name": name, "description": says} for name, says in TAGS.items()]
    document["components"] = {
        "schemas": shapes.components,
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "securitySchemes": SCHEMES,
    }
    return _plain(document)


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as it reads once it has been JSON."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def _handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    """Return the handlers of documented routes by path template and method."""
    return {
        (route.path_format, str(method)): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    }
