"""Shapes of bodies and answers, as msgspec states them for the types that handlers declare."""

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from lodestone.serve.http.bodies import BODY, RawBody

_JSON: Final = "application/json"
_REF: Final = "#/components/schemas/{name}"
Schema = dict[str, Any]


class Shapes:
    """The schemas of one document.

    Args:
        handlers: Every documented handler.
    """

    def __init__(self, handlers: Iterable[HTTPRouteHandler]) -> None:
        kinds = _alternatives(kind for handler in handlers for kind in _kinds_of(handler))
        schemas, self.components = msgspec.json.schema_components(kinds, ref_template=_REF)
        self._schemas = list(zip(kinds, schemas, strict=True))
        for schema in self.components.values():
            _tidy(schema)

    def describe(self, operation: Schema, handler: HTTPRouteHandler) -> None:
        """Replace what an operation says of its bodies."""
        data = handler.parsed_fn_signature.parameters.get("data")
        if data is not None:
            operation["requestBody"]["content"][_JSON]["schema"] = self._of(data.annotation)
        answers = _answers_of(handler)
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if _JSON in content:
                kind = answers.get(int(status), answers[0])
                content[_JSON]["schema"] = self._of(kind)
        raw = handler.opt.get(BODY)
        if isinstance(raw, RawBody):
            self._describe_raw(operation, raw)

    def _describe_raw(self, operation: Schema, raw: RawBody) -> None:
        if raw.request:
            body = operation.setdefault("requestBody", {"required": True, "content": {}})
            body["content"] |= {kind: self._medium(raw) for kind in raw.request}
        for status, says in raw.answers.items():
            answer: Schema = {"description": says}
            if raw.response and status in (200, 206):
                answer["content"] = {kind: self._medium(raw) for kind in raw.response}
            operation["responses"][str(status)] = answer

    def _medium(self, raw: RawBody) -> Schema:
        if raw.line is None:
            return {"schema": {"type": "string", "format": "binary"}}
        line = self._of(raw.line)
        name = line["$ref"].rpartition("/")[2]
        says = f"One JSON object a line, each a `{name}`."
        return {"schema": {"type": "string", "description": says}, "x-item-schema": line}

    def _of(self, kind: Any) -> Schema:
        parts = _alternatives([kind])
        found = [next(schema for one, schema in self._schemas if one == part) for part in parts]
        return dict(found[0]) if len(found) == 1 else {"anyOf": found}


def _kinds_of(handler: HTTPRouteHandler) -> Iterable[Any]:
    data = handler.parsed_fn_signature.parameters.get("data")
    if data is not None:
        yield data.annotation
    raw = handler.opt.get(BODY)
    if isinstance(raw, RawBody) and raw.line is not None:
        yield raw.line
    yield from _answers_of(handler).values()


def _answers_of(handler: HTTPRouteHandler) -> Mapping[int, Any]:
    """Return what a handler answers with, by status; under 0 what it returns where nothing else is said."""
    field = handler.parsed_return_field
    kind = field.annotation
    if field.is_subclass_of(Response):
        kind = field.inner_types[0].annotation if field.inner_types else None
    told = {int(status): one.data_container for status, one in (handler.responses or {}).items()}
    return {0: kind, **{status: one for status, one in told.items() if one is not None}}


def _alternatives(kinds: Iterable[Any]) -> list[Any]:
    """Return distinct types, a union of several objects as its parts: msgspec writes such, though it reads none."""
    found: list[Any] = []
    for kind in kinds:
        union = get_origin(kind) in (Union, UnionType)
        for part in get_args(kind) if union else (kind,):
            if part not in (None, NoneType) and part not in found:
                found.append(part)
    return found


def _tidy(node: Any) -> None:
    """Write each description on one line, and name the type of words where a list of them stands alone."""
    for part in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        _tidy(part)
    if isinstance(node, dict):
        if isinstance(node.get("description"), str):
            node["description"] = " ".join(node["description"].split())
        words = node.get("enum")
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            node.setdefault("type", "string")
