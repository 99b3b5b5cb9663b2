"""The examples of `/docs` are true: each is sent to a server, which answers as the page says.

`LODESTONE_EXAMPLES=write` records them anew, after a route's body or answer has changed.
"""

import json
import os
import shlex
from pathlib import Path

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from lodestone.console import pages
from lodestone.console.reference import examples as shown
from lodestone.console.reference.examples import Example, address, body_text, curl, drawn, python
from lodestone.console.reference.shapes import ShapeReader
from lodestone.console.words import Words
from lodestone.serve import application
from lodestone.serve.openapi import document_of
from tests.worlds import documented_ads as ads
from tests.worlds import documented_creators as creators
from tests.worlds import documented_gorse as gorse
from tests.worlds import documented_story as story
from tests.worlds import documented_trade as trade
from tests.worlds.documented_recorder import Recorder, holds
from tests.worlds.stripe_stand_in import SETTINGS
from tests.worlds.world import opened, run

DOCUMENT = document_of(
    application(None, None, None, wall=None, reports=None, pages=pages(demo=None))._inner
)
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
REGISTRY = Registry().with_resource(
    "urn:document", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)
FILE = Path(shown.__file__).with_name("examples.json")
WRITES = os.environ.get("LODESTONE_EXAMPLES") == "write"


def problems(schema, value):
    pointed = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
    return [
        error.message
        for error in Draft202012Validator(pointed, registry=REGISTRY).iter_errors(value)
    ]


async def whole(does, folder):
    await story.people_and_posts(does)
    await trade.opened_shop(does)
    await ads.advertised(does)
    await trade.sold(does)
    await trade.settled(does)
    await trade.live_room(does)
    await story.moderated(does)
    await story.feeds_and_receipts(does)
    await story.policies_and_reports(does)
    await story.webhooks(does)
    await creators.ordered(does)
    await gorse.written(does)
    await gorse.read(does)
    await gorse.refused_and_ended(does)
    await story.comments_and_reviews(does)
    await story.behind_the_page(does)
    await story.comments_behind_the_page(does)
    await story.run_by_the_operator(does, folder)
    await story.ended(does)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("aside") / "backup"

    async def scenario():
        async with opened(home, given={"clock": "driven"}, demo="c", environment=SETTINGS) as world:
            does = Recorder(world, DOCUMENT)
            await whole(does, folder)
            return does

    does = run(scenario())
    if WRITES:
        ordered = {name: does.examples[name] for name in OPERATIONS if name in does.examples}
        FILE.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")
        shown.recorded.cache_clear()
    return does


def test_every_recorded_example_is_answered_as_the_page_says(asked):
    wrong = []
    for name, example in shown.recorded().items():
        now = asked.examples[name]
        wrong += holds(example.status, now.status, f"{name}: status")
        wrong += holds(example.answer, now.answer, f"{name}: answer")
        wrong += holds(example.body, now.body, f"{name}: body")

    assert wrong == [], "LODESTONE_EXAMPLES=write records them anew"


def test_every_answer_fits_the_shape_that_the_document_gives_it(asked):
    for name, (status, answer) in asked.answers.items():
        content = OPERATIONS[name][2]["responses"][str(status)].get("content", {})
        if "application/json" in content and answer is not None:
            assert problems(content["application/json"]["schema"], answer) == [], name


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_example_fits_the_shape_of_its_body_and_names_what_its_path_names(name):
    _, path, operation = OPERATIONS[name]
    reader = ShapeReader(DOCUMENT["components"]["schemas"], Words("en", None))
    example = shown.recorded().get(name) or drawn(operation, reader)
    assert "{" not in address(path, example)
    schema = operation.get("requestBody", {}).get("content", {}).get(example.type, {})
    if "x-item-schema" in schema:
        for line in example.body.splitlines():
            assert problems(schema["x-item-schema"], json.loads(line)) == []
    elif example.body is not None:
        assert problems(schema["schema"], example.body) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_lines_to_copy_send_the_example(name):
    method, path, operation = OPERATIONS[name]
    reader = ShapeReader(DOCUMENT["components"]["schemas"], Words("en", None))
    example = shown.recorded().get(name) or drawn(operation, reader)
    words = shlex.split(curl(method, path, example, key=True).replace("\\\n", ""))
    assert f"$BASE{address(path, example)}" in words
    assert ("-d" in words or "--data-binary" in words) == (example.body is not None)
    if example.body is not None:
        assert words[-1] == body_text(example.body)

    sent = []
    transport = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(204))
    with httpx.Client(base_url="http://x", transport=transport) as lodestone:
        eval(python(method, path, example), {"lodestone": lodestone})
    (request,) = sent
    expected = httpx.URL(f"http://x{address(path, example)}")
    assert (request.method, request.url.raw_path) == (method, expected.raw_path)
    if example.type == "application/json" and example.body is not None:
        assert json.loads(request.content) == example.body


def test_a_drawn_example_is_right_by_its_shape_alone():
    """Routes that nobody has recorded an example of yet are shown with one that fits."""
    reader = ShapeReader(DOCUMENT["components"]["schemas"], Words("en", None))
    for method, _, operation in OPERATIONS.values():
        body = drawn(operation, reader).body
        if body is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert problems(schema, body) == [], (method, operation["operationId"])
    assert drawn({}, reader) == Example()
