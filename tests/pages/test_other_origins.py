"""A page of another origin asks the engine from a real browser, where it may."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.pages.served import served

ASK = """
async ([base, key]) => {
  try {
    const answer = await fetch(base + "/v1/people/ann", {
      method: "PUT", headers: {"Authorization": "Bearer " + key, "Content-Type": "application/json"}, body: "{}",
    });
    return [answer.status, answer.headers.get("x-request-id") !== null];
  } catch (error) {
    return [error.name, false];
  }
}
"""


@contextmanager
def site(folder):
    (folder / "index.html").write_text("<!doctype html><title>An app</title>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("named", "outcome"), [(True, [201, True]), (False, ["TypeError", False])])
def test_a_page_of_another_origin_may_call_where_the_setting_names_it(
    tmp_path, chromium, named, outcome
):
    (tmp_path / "site").mkdir()
    with site(tmp_path / "site") as origin:
        environment = {"LODESTONE_ORIGINS": origin if named else "https://app.example"}
        with served(tmp_path / "home", days=0, environment=environment) as engine:
            page = chromium.new_page()
            page.goto(origin)
            assert page.evaluate(ASK, [engine.base, engine.key]) == outcome
            page.close()
