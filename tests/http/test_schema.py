"""What is served is what the document says: drawn requests meet no fault and no answer it does not name."""

import asyncio
import threading

import msgspec
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lodestone.console import pages
from lodestone.serve import application
from tests.world import opened

CHECKS = [
    schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip


class Serving(threading.Thread):
    """The application on a real socket, in a thread of its own."""

    def __init__(self, home):
        super().__init__(daemon=True)
        self.home, self.ready = home, threading.Event()

    def run(self):
        asyncio.run(self.main())

    async def main(self):
        async with opened(self.home, given={"clock": "driven"}, demo="c") as world:
            await world.put("/v1/clock", {"instant": "2026-03-04T12:00:00Z"}, status=200)
            await world.people(3)
            await world.items(12)
            feed = await world.feed()
            self.keys = world.key, world.app.operator_key
            self.receipt = feed["receipt_id"]
            made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            self.token = made["token"]
            config = uvicorn.Config(world.app.asgi, port=0, lifespan="off", log_level="critical")
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:
                await asyncio.sleep(0)
            self.port = self.server.servers[0].sockets[0].getsockname()[1]
            self.ready.set()
            await serving


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    serving = Serving(tmp_path_factory.mktemp("home"))
    serving.start()
    assert serving.ready.wait(60)
    yield serving
    serving.server.should_exit = True
    serving.join(20)


def operations():
    """Return every operation of the document, by its name."""
    inner = application(None, None, None, wall=None, streams=None, pages=pages(demo=None))
    document = msgspec.json.decode(msgspec.json.encode(inner._inner.openapi_schema.to_schema()))
    schema = schemathesis.openapi.from_dict(document)
    return {one.ok().label: one.ok() for one in schema.get_all_operations()}


OPERATIONS = operations()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_drawn_requests_meet_no_fault_and_no_answer_that_is_not_documented(name, served):
    @settings(
        max_examples=15, deadline=None, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(OPERATIONS[name].as_strategy())
    def ask(case):
        if case.path == "/v1/backup":
            case.body = {"path": ""}  # this one writes where it is told
        if case.path.endswith("/disable"):
            case.path_parameters = {"community_id": "none"}  # or nothing after it would be open
        operator = "communities" in case.path or "backup" in case.path
        key = served.token if "/page/" in case.path else served.keys[1 if operator else 0]
        headers = {"Authorization": f"Bearer {key}"}
        case.call_and_validate(
            base_url=f"http://127.0.0.1:{served.port}", headers=headers, checks=CHECKS
        )

    ask()
