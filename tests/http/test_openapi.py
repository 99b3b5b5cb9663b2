"""The OpenAPI document is true: what it allows is taken, what it refuses is refused, and it is whole."""

import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from lodestone.console import pages
from lodestone.serve import application
from lodestone.serve.http.paths import RouteTable
from lodestone.serve.openapi import document_of
from tests.worlds.world import opened, run

INNER = application(None, None, None, wall=None, reports=None, pages=pages(demo=None))._inner
DOCUMENT = document_of(INNER)
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
IDS = Path(__file__).parent / "operation_ids.txt"
REGISTRY = Registry().with_resource(
    "urn:document", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)


def schemas(node, where=""):
    """Yield every schema-like part with its place."""
    if isinstance(node, dict):
        yield where, node
        for name, part in node.items():
            yield from schemas(part, f"{where}/{name}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from schemas(part, f"{where}/{number}")


def validator(name):
    """Return what a gateway would judge a body of this name by."""
    return Draft202012Validator(
        {"$ref": f"urn:document#/components/schemas/{name}"}, registry=REGISTRY
    )


def test_the_validator_of_the_specification_passes_it():
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_no_choice_holds_an_alternative_that_anything_fits():
    empty = [
        where
        for where, part in schemas(DOCUMENT)
        for word in ("oneOf", "anyOf", "allOf")
        if any(one in ({}, True) for one in part.get(word, ()))
    ]

    assert empty == []


def test_no_two_shapes_share_a_name():
    # Where two classes have one name, msgspec writes the names of their modules before it.
    assert [name for name in DOCUMENT["components"]["schemas"] if not name.isalnum()] == []


def test_every_operation_has_a_tag_a_summary_and_an_id_of_its_own():
    tags = {tag["name"] for tag in DOCUMENT["tags"]}

    assert all(set(one["tags"]) <= tags and len(one["tags"]) == 1 for one in OPERATIONS.values())
    assert all(0 < len(one["summary"]) < 160 for one in OPERATIONS.values())
    assert tags == {one["tags"][0] for one in OPERATIONS.values()}
    twice = Counter(one["operationId"] for one in OPERATIONS.values()).most_common(1)
    assert twice[0][1] == 1
    assert all(re.fullmatch("[a-z][A-Za-z]+", one["operationId"]) for one in OPERATIONS.values())


def test_an_operation_keeps_its_id():
    """Generated clients are called by these names: a line here changes only when a break is meant."""
    now = {f"{name} {one['operationId']}" for name, one in OPERATIONS.items()}

    assert set(IDS.read_text().splitlines()) - now == set()


def test_every_text_in_a_path_says_what_it_may_be():
    bare = [
        (name, parameter["name"])
        for name, one in OPERATIONS.items()
        for parameter in one.get("parameters", ())
        if parameter.get("in") == "path" and parameter["schema"]["type"] == "string"
        if not {"pattern", "minLength", "maxLength"} <= parameter["schema"].keys()
    ]

    assert bare == []


def test_every_operation_says_which_keys_open_it():
    table = RouteTable.of(INNER)
    for name, operation in OPERATIONS.items():
        method, path = name.split()
        named = re.sub(r"\{[^}]*\}", "1", path)
        permission = table.match(method, None, named).route.permission
        schemes = {scheme for one in operation["security"] for scheme in one}
        assert (not schemes) == (permission.who == "anyone"), name
        assert bool(schemes & {"hook", "signature"}) == (permission.who == "callback"), name
        assert ("key" in schemes) == (permission.who in {"known", "server", "operator"}), name
        assert ("keyHeader" in schemes) == ("key" in schemes), name


def test_the_doors_own_headers_and_query_are_named_where_they_are_read():
    def names(name):
        parts = OPERATIONS[name].get("parameters", ())
        return {one["$ref"].rpartition("/")[2] for one in parts if "$ref" in one}

    assert names("POST /v1/events") == {"IdempotencyKey", "Community", "History"}
    assert names("POST /v1/orders") == {"IdempotencyKey", "Community"}
    assert names("GET /v1/people") == {"Community"}
    assert names("GET /health/live") == set()
    assert names("POST /v1/live/hooks/srs") == set()
    posts = {
        name for name, one in OPERATIONS.items() if name.startswith("POST") and one["security"]
    }
    without = {name for name in posts if "IdempotencyKey" not in names(name)}
    hook = "POST /v1/payouts/hooks/{provider}/{community_id}"
    assert without == {"POST /v1/live/hooks/srs", hook}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("POST /v1/people:bulk", ["application/x-ndjson"]),
        ("POST /v1/items:bulk", ["application/x-ndjson"]),
        ("POST /v1/events", ["application/json", "application/x-ndjson"]),
        ("PUT /v1/media/{key}", ["image/webp", "image/png", "image/jpeg", "image/svg+xml", "video/mp4", "audio/mpeg"]),
    ],
)  # fmt: skip
def test_a_body_that_is_no_single_json_value_is_described(name, kinds):
    assert list(OPERATIONS[name]["requestBody"]["content"]) == kinds


def item(**more):
    return {"kind": "text", "author_id": "p0", "text": "Tea", "tags": ["茶山"], **more}


GATEWAY = [
    ("PUT /v1/items/new", "ItemIn", item(), True),
    ("PUT /v1/items/new", "ItemIn", item(language=None, channels=["d0"]), True),
    ("PUT /v1/items/new", "ItemIn", item(tags=["x" * 65]), False),
    ("PUT /v1/items/new", "ItemIn", item(tags=[f"t{n}" for n in range(17)]), False),
    ("PUT /v1/items/new", "ItemIn", item(tags=[1]), False),
    ("PUT /v1/items/new", "ItemIn", item(unknown=1), False),
    ("PUT /v1/items/new", "ItemIn", item(kind="poem"), False),
    ("PUT /v1/items/new", "ItemIn", item(media=[{"url": "https://a.example/b.png", "type": "image/png"}]), True),
    ("PUT /v1/items/new", "ItemIn", item(media=[{"url": "https://a.example/b.png"}]), False),
    ("PUT /v1/people/p9", "PersonIn", {"name": "Bo", "interests": {"tea": 1}}, True),
    ("PUT /v1/people/p9", "PersonIn", {"nickname": "Bo"}, False),
    ("PUT /v1/people/p9", "PersonIn", {"home": {"latitude": 91, "longitude": 0}}, False),
    ("PUT /v1/domains/d1", "DomainIn", {"kind": "channel"}, True),
    ("PUT /v1/domains/d1", "DomainIn", {"kind": "channel", "members": []}, False),
    ("POST /v1/feeds", "FeedRequest", {"viewer": "p0", "slots": 3}, True),
    ("POST /v1/feeds", "FeedRequest", {"viewer": "p0", "slots": 3, "limit": 1}, True),
    ("POST /v1/sessions", "SessionIn", {"viewer": "p0"}, True),
    ("POST /v1/sessions", "SessionIn", {"viewer": "p0", "hours": 2}, False),
    ("PUT /v1/webhooks/w", "WebhookIn", {"url": "https://a.example/h", "types": ["order.paid"]}, True),
    ("PUT /v1/webhooks/w", "WebhookIn", {"url": "https://a.example/h", "types": ["order.lost"]}, False),
]  # fmt: skip
"""Bodies, and whether both a gateway that validates by the document and the engine take them."""


def test_a_gateway_and_the_engine_take_and_refuse_the_same_bodies(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(2)
            await world.put("/v1/domains/d0", {"kind": "channel"}, status=201)
            answers = []
            for request, _, body, _ in GATEWAY:
                method, path = request.split()
                answers.append(await world.http.request(method, path, json=body))
            return answers

    answers = run(scenario())
    for (request, name, body, good), answer in zip(GATEWAY, answers, strict=True):
        assert answer.is_success == good, (request, body, answer.text)
        assert validator(name).is_valid(body) == good, (name, body)


def test_a_shape_refuses_unknown_fields_exactly_where_the_decoder_does():
    """Every body of a request, by what its class says rather than by the document's writer."""
    for name, operation in OPERATIONS.items():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None or "$ref" not in body["schema"]:
            continue
        method, path = name.split()
        handler = next(
            route.route_handler_map[method][0]
            for route in INNER.routes
            if getattr(route, "path_format", None) == path and method in route.route_handler_map
        )
        kind = handler.parsed_fn_signature.parameters["data"].annotation
        schema = DOCUMENT["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        try:
            msgspec.json.decode(b'{"no_such_field": 1}', type=kind)
            refuses = False
        except msgspec.ValidationError as error:
            refuses = "unknown field" in str(error)
        assert (schema.get("additionalProperties") is False) == refuses, name


def test_the_document_is_served_as_it_is_written(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            answer = await world.http.get("/openapi.json")
            return answer.headers["content-type"], answer.json()

    kind, served = run(scenario())
    assert kind == "application/vnd.oai.openapi+json"
    assert served["info"] == DOCUMENT["info"]
    assert served["components"] == DOCUMENT["components"]
