"""What the page of all routes shows: the OpenAPI document by subject, in the reader's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from lodestone.console.reference.examples import (
    JSON,
    Example,
    body_text,
    curl,
    drawn,
    pretty,
    python,
    recorded,
)
from lodestone.console.reference.shapes import FieldRow, ShapeReader
from lodestone.console.words import Words

_REFUSED: Final = "400"
"""From this status on every body is the same, an `ErrorReply`."""
_MEDIA: Final = ("image/", "video/", "audio/")
_METHODS: Final = ("GET", "PUT", "POST", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Answer:
    """One status a route answers with."""

    status: str
    text: str
    shape: str
    """Of its body, empty where it has none or one that no name is needed for."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a route takes."""

    types: tuple[str, ...]
    """Media types; the first is the one to send."""
    text: str
    rows: list[FieldRow]


@dataclass(frozen=True, slots=True)
class Sample:
    """An example as it is shown: the request in two languages, and what came back."""

    curl: str
    python: str
    body: str
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    """English; empty where the summary says all."""
    needs: str
    parameters: list[FieldRow]
    headers: list[FieldRow]
    body: Body | None
    answers: list[Answer]
    sample: Sample
    trial: str
    """JSON for the form that sends a request: method, path, parameters, body."""

    @property
    def search(self) -> str:
        """Return what the search box looks at, in small letters."""
        return f"{self.method} {self.path} {self.id} {self.summary}".lower()


@dataclass(frozen=True, slots=True)
class Group:
    """The routes of one subject."""

    id: str
    title: str
    description: str
    routes: list[RouteView]


@dataclass(frozen=True, slots=True)
class Shape:
    """One named shape."""

    name: str
    description: str
    rows: list[FieldRow]


@dataclass(frozen=True, slots=True)
class Reference:
    """All of it."""

    groups: list[Group]
    shapes: list[Shape]

    @property
    def count(self) -> int:
        """Return how many routes there are."""
        return sum(len(group.routes) for group in self.groups)


def reference(document: Mapping[str, Any], words: Words) -> Reference:
    """Write an OpenAPI document for people, in one language."""
    return _Writer(document, words).reference()


class _Writer:
    def __init__(self, document: Mapping[str, Any], words: Words) -> None:
        self._document = document
        self._words = words
        self._translate = words.say  # of sentences that the document brings, not this module
        self._reader = ShapeReader(document["components"]["schemas"], words)
        self._named: dict[str, None] = {}

    def reference(self) -> Reference:
        routes: dict[str, list[RouteView]] = {tag["name"]: [] for tag in self._document["tags"]}
        for path, methods in sorted(self._document["paths"].items()):
            for method in _METHODS:
                operation = methods.get(method.lower())
                if operation is not None:
                    routes[operation["tags"][0]].append(self._route(path, method, operation))
        titles = _titles(self._words)
        groups = [
            Group(tag["name"], titles.get(tag["name"], tag["name"]), self._translate(tag["description"]), routes[tag["name"]])
            for tag in self._document["tags"]
            if routes[tag["name"]]
        ]  # fmt: skip
        return Reference(groups, list(self._shapes()))

    def _route(self, path: str, method: str, operation: Mapping[str, Any]) -> RouteView:
        example = recorded().get(operation["operationId"]) or drawn(operation, self._reader)
        parameters = [
            self._known(parameter, "parameters") for parameter in operation.get("parameters", ())
        ]
        sample = Sample(
            curl(method, path, example, key=bool(operation["security"])),
            python(method, path, example),
            "" if example.body is None else pretty(example.body),
            example.status,
            "" if example.answer is None else pretty(example.answer),
        )
        first, _, rest = operation.get("description", "").partition("\n\n")
        return RouteView(
            id=operation["operationId"], method=method, path=path,
            summary=self._translate(operation["summary"]),
            description=rest.strip() if first else "",
            needs=self._needs(operation["security"]),
            parameters=[self._parameter(parameter) for parameter in parameters if parameter["in"] != "header"],
            headers=[self._parameter(parameter) for parameter in parameters if parameter["in"] == "header"],
            body=self._body(operation), answers=list(self._answers(operation)), sample=sample,
            trial=_trial(method, path, parameters, example, operation),
        )  # fmt: skip

    def _known(self, part: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        if "$ref" not in part:
            return part
        component: Mapping[str, Any] = self._document["components"][kind][
            part["$ref"].rpartition("/")[2]
        ]
        return component

    def _parameter(self, parameter: Mapping[str, Any]) -> FieldRow:
        text = self._translate(parameter["description"]) if parameter.get("description") else ""
        return self._reader.row(
            parameter["name"],
            parameter["schema"],
            required=parameter.get("required", False),
            description=text,
        )

    def _needs(self, security: list[dict[str, list[str]]]) -> str:
        say = self._words.say
        if not security:
            return say("Anyone may ask; no key is needed.")
        schemes = {name: scopes for scheme in security for name, scopes in scheme.items()}
        if "hook" in schemes:
            return say("The token stands in the address.")
        if "key" not in schemes:
            return say("A page's session token, which POST /v1/sessions makes.")
        scopes = ", ".join(schemes["key"])
        if scopes == "operator":
            return say("The operator's key.")
        if not scopes:
            return say("Any key of the community.")
        if "session" in schemes:
            return say(
                "A key with the scope {scopes}, or a page's session token.", {"scopes": scopes}
            )
        return say("A key with the scope {scopes}.", {"scopes": scopes})

    def _body(self, operation: Mapping[str, Any]) -> Body | None:
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return None
        types = tuple(content)
        medium = content[types[0]]
        schema = medium.get("x-item-schema", medium["schema"])
        parts = self._reader.variants(schema)
        text = str(parts[0].get("description", "")) if "properties" in parts[0] else ""
        return Body(types, text, self._reader.rows(schema))

    def _answers(self, operation: Mapping[str, Any]) -> Iterator[Answer]:
        for status, answer in sorted(operation["responses"].items()):
            schemas = [medium["schema"] for medium in answer.get("content", {}).values()]
            names = [
                part["$ref"].rpartition("/")[2]
                for schema in schemas[:1]
                for part in (schema, *schema.get("anyOf", ()))
                if "$ref" in part
            ]
            shape = names[0] if names else ""
            shape = shape if status < _REFUSED else ""
            if shape:
                self._named.setdefault(shape)
            yield Answer(status, self._translate(answer.get("description", "")), shape)

    def _shapes(self) -> Iterator[Shape]:
        """Write the shapes of answers, by name; bodies are written out where they are sent."""
        for name in sorted(self._named):
            schema = self._document["components"]["schemas"][name]
            text = str(schema.get("description", ""))
            yield Shape(name, text, self._reader.rows(schema))


def _titles(words: Words) -> Mapping[str, str]:
    """Return the headings of the subjects, by tag."""
    say = words.say
    return {
        "people": say("People and follows"), "items": say("Posts"), "feed": say("Feeds and events"), "domains": say("Domains"),
        "media": say("Media"), "shops": say("Shops and products"), "orders": say("Orders and vouchers"),
        "payments": say("Payments"), "live": say("Live rooms"), "money": say("Money"),
        "communities": say("Communities and keys"), "policy": say("Policy and promises"), "reports": say("Reports"),
        "webhooks": say("Webhooks"), "operations": say("Operations"), "page": say("Behind the pages"),
        "demo": say("The demo"), "gorse": say("Gorse-compatible"),
    }  # fmt: skip


def _trial(
    method: str,
    path: str,
    parameters: list[Mapping[str, Any]],
    example: Example,
    operation: Mapping[str, Any],
) -> str:
    fields = [
        {
            "name": parameter["name"],
            "in": parameter["in"],
            "value": str({**example.query, **example.path}.get(parameter["name"], "")),
        }
        for parameter in parameters
        if parameter["in"] in ("path", "query") or parameter["name"] == "X-Community"
    ]
    content = operation.get("requestBody", {}).get("content", {})
    bytes_alone = content and all(kind.startswith(_MEDIA) for kind in content)
    text = pretty(example.body) if example.type == JSON else body_text(example.body)
    trial_form = {
        "method": method, "path": path, "fields": fields, "open": not operation["security"],
        "type": example.type, "body": None if example.body is None else text,
        "upload": ",".join(content) if bytes_alone else "",
    }  # fmt: skip
    return msgspec.json.encode(trial_form).decode()
