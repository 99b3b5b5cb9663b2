"""Every answer: HEAD as GET without a body, and headers that keep a browser and a cache from guessing."""

import pytest

from tests.worlds.world import opened, run

PATHS = [
    "/health/live", "/docs", "/openapi.json", "/v1/people", "/v1/people/p0", "/v1/people/nobody", "/v1/nowhere",
    "/v1/policy", "/media/none.png", "/static/tokens.css", "/static/none.css", "/operator/login", "/operator",
    "/merchant/login", "/", "/v1/feeds", "/api/health/live", "/v1/events",
]  # fmt: skip
_OWN = {"x-request-id", "ratelimit-remaining", "ratelimit-reset", "set-cookie"}


def shown(answer):
    return answer.status_code, {
        name: value for name, value in answer.headers.items() if name not in _OWN
    }


@pytest.mark.parametrize("key", [True, False])
def test_head_answers_wherever_get_does_with_its_headers_and_no_body(tmp_path, key):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            who = {} if key else {"Authorization": ""}
            return [
                (path, await world.http.get(path, headers=who), await world.http.head(path, headers=who))
                for path in PATHS
            ]  # fmt: skip

    for path, got, head in run(scenario()):
        sized = (
            int(head.headers.get("content-length", 0)),
            int(got.headers.get("content-length", 0)),
        )
        if "login" in path:  # its form holds a token drawn anew
            assert head.status_code == got.status_code
        elif got.headers.get("content-encoding") != "gzip":
            assert shown(head) == shown(got), path
            assert sized[0] == sized[1] == len(got.content), path
        assert head.content == b"", path


def test_every_answer_forbids_guessing_and_keeps_out_of_caches_unless_it_says_otherwise(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            await world.people(1)
            secret = [
                await world.http.post("/v1/communities/c/keys", json={}, headers=operator),
                await world.http.post("/v1/sessions", json={"viewer": "p0"}),
                await world.http.put("/v1/webhooks/w", json={"url": "https://app.example/hook"}),
                await world.http.get("/operator/login"),
                await world.http.get("/v1/people/p0/export"),
            ]
            return secret, [await world.http.get(path) for path in PATHS]

    secret, all_of_them = run(scenario())
    assert all(answer.is_success for answer in secret)
    assert [answer.headers["cache-control"] for answer in secret] == ["no-store"] * len(secret)
    for answer in [*secret, *all_of_them]:
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert "default-src 'none'" in answer.headers["content-security-policy"], answer.url
        assert answer.headers["cache-control"], answer.url
