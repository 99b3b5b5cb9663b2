"""The map asks no third party unless the operator names a tile server, and then that one alone."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from lodestone.base.errors import InvalidError
from lodestone.services.access.settings import load_settings
from tests.pages.conftest import DESK, PATIENCE_MS, Serving, _picture, nothing_more
from tests.pages.test_previews import BARE
from tests.worlds.world import opened, run

ADDRESS = "https://tiles.example:8443/{z}/{x}/{y}.png"
MAKERS = "© Somebody's map"
SET = {"LODESTONE_MAP_TILES": ADDRESS, "LODESTONE_MAP_ATTRIBUTION": MAKERS}


def page_of(home, environment, path="/nearby"):
    async def scenario():
        async with opened(home, environment=environment) as world:
            return await world.http.get(path, headers=BARE)

    return run(scenario)


def test_no_origin_is_admitted_by_default(tmp_path):
    page = page_of(tmp_path, {})
    assert "img-src 'self';" in page.headers["content-security-policy"]
    assert "data-tiles" not in page.text


def test_the_maps_page_admits_pictures_of_the_tiles_origin_and_no_other_page_does(tmp_path):
    page = page_of(tmp_path / "a", SET)
    policy = page.headers["content-security-policy"]
    assert "img-src 'self' https://tiles.example:8443;" in policy
    assert policy.count("tiles.example") == 1
    assert f'data-tiles="{ADDRESS}"' in page.text
    other = page_of(tmp_path / "b", SET, "/docs")
    assert "tiles.example" not in other.headers["content-security-policy"]


BAD = [
    {"LODESTONE_MAP_TILES": "https://tiles.example/{z}/{x}.png"},
    {"LODESTONE_MAP_TILES": "http://tiles.example/{z}/{x}/{y}.png"},
    {"LODESTONE_MAP_TILES": "https://tiles.example/{z}/{x}/{y}.png; script-src *"},
    {"LODESTONE_MAP_TILES": "https://{s}.tiles.example/{z}/{x}/{y}.png"},
    {"LODESTONE_MAP_TILES": "/{z}/{x}/{y}.png"},
    {"LODESTONE_MAP_ATTRIBUTION": ""},
    {"LODESTONE_MAP_ATTRIBUTION": "x" * 121},
]


@pytest.mark.parametrize("change", BAD)
def test_what_is_no_tile_address_or_names_nobody_is_refused_at_the_start(change):
    with pytest.raises(InvalidError, match=r"map_(tiles|attribution)"):
        load_settings("/home", {**SET, **change}, "")


class Tiles(BaseHTTPRequestHandler):
    """Answers every tile with one picture, and notes what was asked."""

    asked = []  # noqa: RUF012  of one server

    def do_GET(self):
        self.asked.append(self.path)
        body = _picture(90)
        self.send_response(200)
        self.send_header("Content-Type", "image/webp")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # a tile that is needed no more
            self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def tile_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.browser
def test_the_map_shows_the_named_servers_tiles_and_who_made_them(
    chromium, tile_server, settled, tmp_path
):
    settings = {"LODESTONE_MAP_TILES": f"{tile_server}/t/{{z}}/{{x}}/{{y}}.webp", "LODESTONE_MAP_ATTRIBUTION": MAKERS}  # fmt: skip
    home = tmp_path / "home"
    serving = Serving(home, fill=nothing_more, settled=settled, environment=settings)
    serving.start()
    assert serving.ready.wait(120)
    context = chromium.new_context(viewport=DESK, locale="en-GB")
    try:
        complaints, hosts = [], set()
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.add_init_script("localStorage.setItem('lodestone.person', 'v190'); localStorage.setItem('lodestone.met', 'yes')")  # fmt: skip
        page.goto(f"{serving.base}/nearby")
        page.locator(".map-tiles img.leaflet-tile-loaded").first.wait_for(timeout=PATIENCE_MS)
        expect(page.locator(".map-credit")).to_have_text(MAKERS)
        expect(page.locator("svg.ground")).to_have_count(0)
        assert all(path.startswith("/t/") and path.endswith(".webp") for path in Tiles.asked)
        assert hosts == {f"127.0.0.1:{serving.port}", tile_server.removeprefix("http://")}
        assert complaints == []
    finally:
        context.close()
        serving.stop()
