"""Pages of other origins call the engine from a browser where a setting names them, and nowhere else."""

import pytest

from lodestone.base.errors import InvalidError
from lodestone.services.access.settings import load_settings
from tests.worlds.world import opened, run

APP, OTHER = "https://app.example", "https://other.example"
ALLOWED = {"LODESTONE_ORIGINS": f"{APP}, http://localhost:5173"}
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def preflight(origin):
    return {"Authorization": "", "Origin": origin, **ASKED}


def test_a_browser_that_asks_first_is_answered_without_a_key_if_its_page_may_call(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=ALLOWED) as world:
            for path in ("/v1/feeds", "/v1/people/ann", "/v1/nowhere"):
                answer = await world.http.options(path, headers=preflight(APP))
                assert (answer.status_code, answer.content) == (204, b"")
                assert answer.headers["access-control-allow-origin"] == APP
                assert "PUT" in answer.headers["access-control-allow-methods"]
                allowed = answer.headers["access-control-allow-headers"].split(", ")
                assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
                assert "access-control-allow-credentials" not in answer.headers

            refused = await world.http.options("/v1/feeds", headers=preflight(OTHER))
            assert refused.status_code == 401
            assert "access-control-allow-origin" not in refused.headers

    run(scenario())


def test_answers_and_refusals_name_the_page_that_may_read_them(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=ALLOWED) as world:
            await world.people(1)
            feed = {"viewer": "p0"}
            good = await world.http.post("/v1/feeds", json=feed, headers={"Origin": APP})
            wrong = await world.http.post(
                "/v1/feeds", json=feed, headers={"Origin": APP, "Authorization": "Bearer wrong"}
            )
            assert (good.status_code, wrong.status_code) == (200, 401)
            for answer in (good, wrong):
                assert answer.headers["access-control-allow-origin"] == APP
                assert "x-request-id" in answer.headers["access-control-expose-headers"]
                assert "origin" in answer.headers["vary"]

            strange = await world.http.post("/v1/feeds", json=feed, headers={"Origin": OTHER})
            assert strange.status_code == 200  # the browser keeps it from the page
            assert "access-control-allow-origin" not in strange.headers
            assert "origin" in strange.headers["vary"]

    run(scenario())


def test_no_page_of_another_origin_may_call_unless_a_setting_says_so(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            answer = await world.http.options("/v1/feeds", headers=preflight(APP))
            assert answer.status_code == 401
            live = await world.http.get("/health/live", headers={"Origin": APP})
            for seen in (answer, live):
                assert not [name for name in seen.headers if name.startswith("access-control")]
                assert "origin" not in seen.headers.get("vary", "")

    run(scenario())


def test_a_star_lets_every_page_call(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment={"LODESTONE_ORIGINS": "*"}) as world:
            answer = await world.http.options("/v1/feeds", headers=preflight(OTHER))
            assert answer.headers["access-control-allow-origin"] == OTHER

    run(scenario())


def test_preflights_count_against_the_limit_of_their_address(tmp_path):
    async def scenario():
        environment = {**ALLOWED, "LODESTONE_OPEN_LIMIT": "3"}
        async with opened(tmp_path, environment=environment) as world:
            statuses = [
                (await world.http.options("/v1/feeds", headers=preflight(APP))).status_code
                for _ in range(5)
            ]
            assert statuses == [204, 204, 204, 429, 429]

    run(scenario())


@pytest.mark.parametrize(
    "text", ["app.example", "https://app.example/", "https://App.example", "https://a b", "null", "ftp://a.example", "https://*.example"]
)  # fmt: skip
def test_what_is_no_origin_is_refused_at_the_start(text):
    with pytest.raises(InvalidError, match=r"origins must be such as https://app\.example"):
        load_settings("home", {"LODESTONE_ORIGINS": text}, "")


def test_origins_are_read_from_the_file_as_well():
    settings = load_settings("home", {}, 'origins = "https://app.example http://[::1]:8080"')

    assert settings.web_origins == ("https://app.example", "http://[::1]:8080")
