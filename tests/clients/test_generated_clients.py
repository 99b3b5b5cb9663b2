"""Clients that others' generators make of the served document work, from the first call to the last."""

import importlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.worlds.serving import serving, warmed

HERE = Path(__file__).parent
VENV = HERE.parents[1] / ".venv"
MISSING = "the generators are not installed: make .venv/.generators"


def done(command, **more):
    """Run a command to its end and return what it wrote; what it complains of is a failure."""
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **more)  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Serve a community on the wall's clock; give its address, a key and the document as a file."""
    with serving(tmp_path_factory.mktemp("home"), fill=warmed) as server:
        server.world.clock.advance(
            seconds=datetime.now(UTC).timestamp() - server.world.now.timestamp()
        )
        document = tmp_path_factory.mktemp("document") / "openapi.json"
        document.write_bytes(httpx.get(f"{server.address}/openapi.json", timeout=60).content)
        yield server.address, server.world.key, document


@pytest.fixture(scope="module")
def generated(served, tmp_path_factory):
    """Generate a package with openapi-python-client and import it."""
    generator = VENV / "generators" / "bin" / "openapi-python-client"
    assert generator.exists(), MISSING
    folder = tmp_path_factory.mktemp("python")
    out = folder / "generated_lodestone"
    told = done([generator, "generate", "--path", served[2], "--output-path", out, "--meta", "none", "--config", HERE / "python.yml", "--fail-on-warning"])  # fmt: skip
    assert "Warning" not in told
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("generated_lodestone")
    finally:
        sys.path.remove(str(folder))


def test_a_client_that_openapi_python_client_made_tells_the_story(served, generated):
    base, key, _ = served
    models = importlib.import_module("generated_lodestone.models")

    def call(subject, name):
        return importlib.import_module(f"generated_lodestone.api.{subject}.{name}")

    client = generated.AuthenticatedClient(base_url=base, token=key)
    with client:
        person = models.PersonIn.from_dict({"name": "Ann", "interests": {"茶山": 1}})
        made = call("people", "put_person").sync_detailed("ann/1", client=client, body=person)
        assert (made.status_code, made.parsed.id) == (201, "ann/1")
        nobody = models.PersonIn.from_dict({})
        call("people", "put_person").sync("dee", client=client, body=nobody)

        items = b"\n".join(
            b'{"id":"tea-%d","kind":"text","author_id":"ann/1","text":"Tea","tags":["\xe8\x8c\xb6"]}' % n
            for n in range(3)
        )  # fmt: skip
        types = importlib.import_module("generated_lodestone.types")
        file = types.File(payload=items)
        bulk = call("items", "bulk_items").sync(client=client, body=file)
        assert (bulk.accepted, bulk.refused) == (3, [])

        asked = models.FeedRequest.from_dict({"viewer": "dee", "slots": 2})
        post_feed = call("feed", "post_feed").sync
        feed = post_feed(client=client, body=asked, idempotency_key="first")
        assert post_feed(client=client, body=asked, idempotency_key="first").receipt_id == feed.receipt_id  # fmt: skip
        assert [slot.slot for slot in feed.slots] == [1, 2]

        events = [
            {
                "id": f"ann-{slot.slot}", "type": "impression", "time": datetime.now(UTC).isoformat(),
                "person_id": "dee", "item_id": slot.item_id, "beacon": slot.beacon, "visible_seconds": 1.5,
            }
            for slot in feed.slots
        ]  # fmt: skip
        batch = models.EventsIn.from_dict({"events": events})
        verdicts = call("feed", "post_events").sync(client=client, body=batch)
        assert (verdicts.accepted, verdicts.refused) == (2, [])

        replay = call("feed", "replay_receipt").sync(feed.receipt_id, client=client)
        assert replay.identical is True
        refused = call("people", "get_person").sync("nobody", client=client)
        assert (type(refused).__name__, refused.error.code) == ("ErrorReply", "person_unknown")
        erased = call("people", "delete_person").sync_detailed("ann/1", client=client)
        assert erased.status_code == 204


def test_a_client_typed_by_openapi_typescript_tells_the_story(served, tmp_path):
    base, key, document = served
    modules = VENV / "typescript" / "node_modules"
    assert modules.exists(), MISSING
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "story.ts", tmp_path)
    node = shutil.which("node")
    done([node, modules / "openapi-typescript" / "bin" / "cli.js", document, "-o", "schema.d.ts", "--default-non-nullable", "false"], cwd=tmp_path)  # fmt: skip
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", "--skipLibCheck"]  # fmt: skip
    done([node, modules / "typescript" / "bin" / "tsc", *options, "story.ts"], cwd=tmp_path)

    assert "story told" in done([node, "story.js"], cwd=tmp_path, env={"BASE": base, "KEY": key})
