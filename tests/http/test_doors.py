"""The doors: who may ask, what is refused and how, and that a refusal changes nothing."""

import gzip
import json

import pytest

from lodestone.features.snapshot import digest
from tests.worlds.world import TOWN, opened, run


def promising(**promise):
    return {"policy": {"promises": [{"id": "one", "target": 0.1, **promise}]}}


REFUSALS = [
    # method, path, body, status, code, field
    ("PUT", "/v1/people/p9", {"home": {"latitude": 91, "longitude": 0}}, 400, "malformed", "home.latitude"),
    ("PUT", "/v1/people/p9", {"nme": "x"}, 400, "malformed", "nme"),
    ("PUT", "/v1/people/p9", {"created_at": "2026-03-04T12:00:00"}, 400, "malformed", "created_at"),
    ("PUT", "/v1/people/p9", {"created_at": "2026-03-05T12:00:00Z"}, 400, "time_ahead", "created_at"),
    ("PUT", f"/v1/people/{'x' * 129}", {}, 400, "id_invalid", "id"),
    ("GET", "/v1/people/nobody", None, 404, "person_unknown", None),
    ("PUT", "/v1/people/p0/follows/p0", None, 400, "edge_to_self", "author_id"),
    ("PUT", "/v1/people/p0/follows/nobody", None, 404, "person_unknown", None),
    ("PUT", "/v1/items/i9", {"kind": "novel", "author_id": "a0"}, 400, "malformed", "kind"),
    ("PUT", "/v1/items/i9", {"kind": "text"}, 400, "malformed", "author_id"),
    ("PUT", "/v1/items/i0", {"kind": "text", "author_id": "a1"}, 400, "author_fixed", "author_id"),
    ("PUT", "/v1/items/i9", {"kind": "text", "author_id": "a0", "tags": ["a", "a"]}, 400, "malformed", "tags"),
    ("PUT", "/v1/domains/d9", {"kind": "place"}, 400, "malformed", "centre"),
    ("GET", "/v1/items/none", None, 404, "item_unknown", None),
    ("GET", "/v1/domains/none", None, 404, "domain_unknown", None),
    ("GET", "/v1/receipts/rcp_0", None, 404, "receipt_unknown", None),
    ("POST", "/v1/receipts/rcp_0/replay", None, 404, "receipt_unknown", None),
    ("GET", "/v1/receipts/rcp_0/why/1", None, 404, "receipt_unknown", None),
    ("GET", "/v1/items/none/trace", None, 404, "item_unknown", None),
    ("POST", "/v1/feeds", {"viewer": "p0", "slots": 0}, 400, "feed_invalid", "slots"),
    ("POST", "/v1/feeds", {"viewer": "p0", "slots": 51}, 400, "feed_invalid", "slots"),
    ("POST", "/v1/feeds", {"surface": "channel"}, 400, "field_missing", "domain_id"),
    ("POST", "/v1/feeds", {"surface": "channel", "domain_id": "x"}, 404, "domain_unknown", None),
    ("POST", "/v1/feeds", {"viewer": "p0", "cursor": "AAAA"}, 400, "cursor_invalid", "cursor"),
    ("POST", "/v1/events", {"evnts": []}, 400, "events_invalid", "events"),
    ("POST", "/v1/events", [1], 400, "events_invalid", "body"),
    ("PUT", "/v1/policy", {"preset": "generous"}, 400, "preset_unknown", "preset"),
    ("PUT", "/v1/policy", {"policy": {"worths": {"smile": 1}}}, 400, "policy_invalid", "worths.smile"),
    ("PUT", "/v1/policy", {"policy": {"exploration_share": 0.5}}, 400, "policy_invalid", "exploration_share"),
    ("PUT", "/v1/policy", {"policy": {"ad_load": 0.6}}, 400, "policy_invalid", "ad_load"),
    ("PUT", "/v1/policy", {"policy": {"ad_surfaces": ["moon"]}}, 400, "policy_invalid", "ad_surfaces"),
    ("PUT", "/v1/policy", {"policy": {}, "preset": "growth"}, 400, "policy_invalid", "preset"),
    ("PUT", "/v1/policy", promising(kind="gini", direction="floor"), 400, "policy_invalid", "promises[0].direction"),
    ("PUT", "/v1/policy", promising(kind="local_share", direction="cap"), 400, "policy_invalid", "promises[0].direction"),
    ("PUT", "/v1/policy", promising(kind="local_share", field="tag", equals="tea"), 400, "policy_invalid", "promises[0].field"),
    ("PUT", "/v1/policy", promising(kind="share"), 400, "policy_invalid", "promises[0].field"),
    ("PUT", "/v1/policy", promising(kind="share", field="kind", equals="song"), 400, "policy_invalid", "promises[0].equals"),
    ("PUT", "/v1/policy", promising(kind="share", id="gini", field="tag", equals="tea"), 400, "policy_invalid", "promises[0].id"),
    ("PUT", "/v1/policy", promising(kind="share", id="", field="tag", equals="tea"), 400, "policy_invalid", "promises[0].id"),
    ("PUT", "/v1/policy", promising(kind="local_share", target=1.5), 400, "policy_invalid", "promises[0].target"),
    ("PUT", "/v1/policy", promising(kind="exploration", target=0.03), 400, "policy_invalid", "promises[0].target"),
    ("POST", "/v1/policy/rollback", {"version": 99}, 404, "policy_unknown", None),
    ("PUT", "/v1/clock", {"instant": "2026-03-05T12:00:00Z"}, 409, "clock_not_driven", None),
    ("POST", "/v1/sessions", {"viewer": "nobody"}, 404, "person_unknown", None),
    ("GET", "/v1/people?limit=0", None, 400, "malformed", "limit"),
    ("GET", "/v1/people?cursor=!", None, 400, "cursor_invalid", "cursor"),
    ("GET", "/v1/reports/liu?from=yesterday", None, 400, "malformed", "from"),
    ("GET", "/v1/reports/liu?from=2026-03-04&to=2026-03-01", None, 400, "span_invalid", "from"),
    ("GET", "/v1/reports/liu?domain=nowhere", None, 400, "domain_unknown", "domain"),
    ("GET", "/v1/receipts?cursor=rcp_0", None, 400, "cursor_invalid", "cursor"),
    ("GET", "/v1/receipts?limit=0", None, 400, "malformed", "limit"),
    ("GET", "/v1/promises/history?days=0", None, 400, "malformed", "days"),
    ("GET", "/v1/nowhere", None, 404, "route_unknown", None),
    ("DELETE", "/v1/policy", None, 405, "method_not_allowed", None),
    ("PUT", "/v1/communities/other", {}, 403, "scope_missing", None),
    ("GET", "/v1/communities/other", None, 404, "community_unknown", None),
    ("GET", "/v1/communities", None, 403, "scope_missing", None),
    ("POST", "/v1/backup", {"path": "/nowhere"}, 403, "scope_missing", None),
]  # fmt: skip


def test_a_refusal_names_code_and_field_and_changes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2, home=TOWN)
            await world.items(4)
            before = digest(world.engine.state), world.engine.log.end()

            wrong = []
            for method, path, body, status, code, field in REFUSALS:
                answer = await world.http.request(method, path, json=body)
                told = answer.json()["error"]
                fields = [one["field"] for one in told["details"]]
                found = (answer.status_code, told["code"], field in fields or field is None)
                if found != (status, code, True) or not told["message"]:
                    wrong.append((method, path, body, answer.status_code, told))
            people = (await world.ask("GET", "/v1/people"))["data"]

            assert wrong == []
            assert (digest(world.engine.state), world.engine.log.end()) == before
            assert {one["id"] for one in people} == {"p0", "p1", "a0", "a1", "a2", "a3"}

    run(scenario())


def test_a_key_is_needed_and_does_what_its_scopes_say(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            none = await world.http.get("/v1/people", headers={"Authorization": ""})
            wrong = await world.http.get("/v1/people", headers={"Authorization": "Bearer nope"})
            other = await world.http.get(
                "/v1/people", headers={"Authorization": "", "X-API-Key": world.key}
            )
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            made = await world.ask(
                "POST", "/v1/communities/c/keys", {"scopes": ["read"]}, headers=operator, status=201
            )
            reading = {"Authorization": f"Bearer {made['key']}"}
            read = await world.http.get("/v1/people", headers=reading)
            write = await world.http.put("/v1/people/p0", json={}, headers=reading)
            await world.ask(
                "DELETE", f"/v1/communities/c/keys/{made['id']}", headers=operator, status=204
            )
            revoked = await world.http.get("/v1/people", headers=reading)

        codes = [one.status_code for one in (none, wrong, other, read, write, revoked)]
        assert codes == [401, 401, 200, 200, 403, 401]
        assert "Bearer" in none.headers["www-authenticate"]
        assert write.json()["error"]["code"] == "scope_missing"

    run(scenario())


def test_a_key_of_one_community_sees_nothing_of_another(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(12)
            await world.put("/v1/domains/d1", {"kind": "channel"}, status=201)
            feed = await world.feed()
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            await world.put("/v1/communities/b", {}, headers=operator, status=201)
            key = (await world.ask("POST", "/v1/communities/b/keys", {}, headers=operator))["key"]
            theirs = {"Authorization": f"Bearer {key}"}

            rcp = feed["receipt_id"]
            paths = [
                "/v1/people/p0", "/v1/people/p0/export", "/v1/people/p0/follows", "/v1/items/i0",
                "/v1/items/i0/trace", "/v1/domains/d1", "/v1/domains/d1/members", f"/v1/receipts/{rcp}",
                "/v1/communities/c",
            ]  # fmt: skip
            found = [(await world.http.get(path, headers=theirs)).status_code for path in paths]
            lists = [
                (await world.ask("GET", f"/v1/{kind}", headers=theirs))["data"]
                for kind in ("people", "items", "domains")
            ]
            await world.put("/v1/people/p0", {}, headers=theirs, status=201)
            event = world.event("impression", feed["slots"][0])
            told = await world.ask("POST", "/v1/events", {"events": [event]}, headers=theirs)
            named = {**theirs, "X-Community": "c"}
            crossed = await world.http.get("/v1/people/p0/export", headers=named)

        assert found == [404] * len(paths)
        assert lists == [[], [], []]
        assert [one["code"] for one in told["refused"]] == ["item_unknown"]
        assert crossed.json()["person"]["id"] == "p0"
        assert crossed.json()["receipts"] == []

    run(scenario())


def test_a_page_session_speaks_for_its_viewer_only_and_for_an_hour(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(12)
            made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            page = {"Authorization": f"Bearer {made['token']}"}

            own = await world.http.post("/v1/feeds", json={"viewer": "p0"}, headers=page)
            other = await world.http.post("/v1/feeds", json={"viewer": "p1"}, headers=page)
            event = world.event("impression", own.json()["slots"][0])
            taken = await world.http.post("/v1/events", json={"events": [event]}, headers=page)
            bare = {
                **world.event("like", item_id="i0"),
                "receipt_id": own.json()["receipt_id"],
                "slot": 1,
            }
            doubted = await world.http.post("/v1/events", json={"events": [bare]}, headers=page)
            people = await world.http.get("/v1/people", headers=page)
            world.later(hours=1)
            ended = await world.http.post("/v1/feeds", json={"viewer": "p0"}, headers=page)

        assert [own.status_code, other.status_code, people.status_code, ended.status_code] == [
            200,
            403,
            403,
            401,
        ]
        assert taken.json()["accepted"] == 1
        assert [one["code"] for one in doubted.json()["refused"]] == ["receipt_untrusted"]

    run(scenario())


def test_an_answer_with_a_secret_comes_again_and_lies_in_no_file(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}
            asks = [
                ("/v1/communities/c/keys", {"name": "shop"}, operator),
                ("/v1/sessions", {"viewer": "p0"}, {}),
            ]
            told = []
            for path, body, who in asks:
                again = {"headers": {**who, "Idempotency-Key": "k1"}}
                first = await world.ask("POST", path, body, status=201, **again)
                world.later(seconds=5)
                told.append((first, await world.ask("POST", path, body, status=201, **again)))
                other = {**body, next(iter(body)): "other"}
                await world.ask("POST", path, other, status=409, **again)
            keys = await world.ask("GET", "/v1/communities/c/keys", headers=operator, status=200)
            files = b"".join(one.read_bytes() for one in tmp_path.glob("records.db*"))
        return told, keys["data"], files

    told, keys, files = run(scenario())
    assert all(first == again for first, again in told)
    assert [key["name"] for key in keys].count("shop") == 1
    assert told[0][0]["key"].encode() not in files
    assert told[1][0]["token"].encode() not in files


def test_the_same_idempotency_key_and_body_answer_the_same(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/policy", {"preset": "growth"}, status=200)
            again = {"Idempotency-Key": "k1"}

            first = await world.ask("POST", "/v1/policy/rollback", {"version": 1}, headers=again)
            second = await world.ask("POST", "/v1/policy/rollback", {"version": 1}, headers=again)
            other = await world.http.post("/v1/policy/rollback", json={"version": 2}, headers=again)
            versions = await world.ask("GET", "/v1/policies")

        assert first == second
        assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")
        assert [one["version"] for one in versions["data"]] == [3, 2, 1]

    run(scenario())


def test_bulk_takes_the_good_lines_and_names_the_bad_ones(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            body = b'{"id":"p1"}\n\n{"id":"p2","home":7}\nnot json\n{"name":"x"}\n{"id":"p3"}\n'
            told = await world.ask("POST", "/v1/people:bulk", content=body, status=200)
            people = (await world.ask("GET", "/v1/people"))["data"]

        assert told["accepted"] == 2
        assert [(one["line"], one["code"]) for one in told["refused"]] == [
            (3, "malformed"), (4, "malformed"), (5, "field_missing"),
        ]  # fmt: skip
        assert {one["id"] for one in people} == {"p1", "p3"}

    run(scenario())


def test_lists_page_by_a_cursor_that_survives_inserts(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.items(30)
            found, cursor = [], ""
            while cursor is not None:
                told = await world.ask("GET", f"/v1/items?limit=7{cursor}", status=200)
                found += [one["id"] for one in told["data"]]
                cursor = told["next_cursor"] and f"&cursor={told['next_cursor']}"
                await world.items(1, first=100)
        return found

    found = run(scenario())
    assert len(found) == len(set(found))
    assert set(found) >= {f"i{n}" for n in range(30)}


def test_gzip_both_ways_request_ids_and_rate_headers(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(60, authors=60)
            packed = gzip.compress(json.dumps({"viewer": "p0", "slots": 50}).encode())
            headers = {
                "Content-Encoding": "gzip",
                "X-Request-Id": "mine",
                "Accept-Encoding": "gzip",
            }

            feed = await world.http.post("/v1/feeds", content=packed, headers=headers)
            bad = await world.http.post(
                "/v1/feeds", content=b"nope", headers={"Content-Encoding": "gzip"}
            )
            strange = await world.http.post(
                "/v1/feeds", content=b"x", headers={"Content-Encoding": "br"}
            )
            bomb = gzip.compress(b" " * (17 << 20))
            large = await world.http.post(
                "/v1/feeds", content=bomb, headers={"Content-Encoding": "gzip"}
            )

        assert feed.headers["content-encoding"] == "gzip"
        assert feed.headers["x-request-id"] == "mine"
        assert len(feed.json()["slots"]) == 50
        assert {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} <= set(feed.headers)
        assert [bad.status_code, strange.status_code, large.status_code] == [400, 400, 413]

    run(scenario())


@pytest.mark.parametrize(
    "path", ["/health/live", "/health/ready", "/openapi.json", "/docs", "/metrics"]
)
def test_what_needs_no_key_answers_without_one(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            answer = await world.http.get(path, headers={"Authorization": ""})
        assert answer.status_code == 200

    run(scenario())


def test_media_is_served_as_it_was_given_and_never_changes(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            kind = {"Content-Type": "image/png"}
            first = await world.ask(
                "PUT", "/v1/media/tea", content=b"\x89PNG tea", headers=kind, status=201
            )
            again = await world.ask(
                "PUT", "/v1/media/tea", content=b"\x89PNG tea", headers=kind, status=201
            )
            found = await world.http.get(first["url"])
            script = await world.http.put(
                "/v1/media/x", content=b"<script>", headers={"Content-Type": "text/html"}
            )
            outside = await world.http.get("/media/..%2f..%2foperator.key")

        assert first == again
        assert (found.content, found.headers["content-type"]) == (b"\x89PNG tea", "image/png")
        assert "immutable" in found.headers["cache-control"]
        assert found.headers["content-length"] == "8"
        guarded = found.headers["content-security-policy"]
        assert guarded == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert script.status_code == 400
        assert outside.status_code in (400, 404)

    run(scenario())


def test_a_driven_clock_only_goes_forward_and_is_released_near_the_wall(tmp_path):
    async def scenario():
        async with opened(tmp_path, given={"clock": "driven"}) as world:

            async def clock(**body):
                answer = await world.http.put("/v1/clock", json=body)
                told = answer.json()
                return told.get("now") or told["error"]["code"]

            told = [
                await clock(instant="2026-03-04T13:00:00Z"),
                await clock(instant="2026-03-04T12:30:00Z"),
                await clock(release=True),
                await clock(),
            ]
            world.later(hours=1)
            told.append(await clock(release=True))
            told.append(await clock(instant="2026-03-04T14:00:00Z"))

        assert told == [
            "2026-03-04T13:00:00.000Z", "clock_backwards", "clock_apart", "clock_nothing",
            "2026-03-04T13:00:00.000Z", "clock_not_driven",
        ]  # fmt: skip

    run(scenario())


def test_a_disabled_community_answers_nobody_and_comes_back_whole(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(5)
            before = digest(world.engine.state)
            operator = {"Authorization": f"Bearer {world.app.operator_key}"}

            await world.ask("POST", "/v1/communities/c/disable", headers=operator, status=200)
            closed = await world.http.get("/v1/people")
            given = {"time_zone": "Asia/Shanghai", "state": "active"}
            await world.put("/v1/communities/c", given, headers=operator, status=200)
            after = digest(world.engine.state)

        assert closed.status_code == 404
        assert after == before

    run(scenario())
