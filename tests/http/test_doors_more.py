"""The doors, further: what is cut off, nested too deep or over its limit, and what is promised of every answer."""

import gzip
import json

import pytest

from lodestone.serve.http.limits import Limits, place_of
from tests.worlds.world import TOWN, opened, run

DEEP = b"[" * 100_000


def test_a_body_cut_off_on_its_way_is_refused_whole(tmp_path):
    lines = "\n".join(json.dumps({"id": f"p{n}", "name": f"{n * 7919}"}) for n in range(2000))
    whole = gzip.compress(lines.encode())

    async def scenario():
        async with opened(tmp_path) as world:
            packed = {"Content-Encoding": "gzip"}
            cut = await world.http.post(
                "/v1/people:bulk", content=whole[: len(whole) // 2], headers=packed
            )
            people = await world.ask("GET", "/v1/people", status=200)
            sent = await world.http.post("/v1/people:bulk", content=whole, headers=packed)

        assert (cut.status_code, cut.json()["error"]["code"]) == (400, "encoding_broken")
        assert people["data"] == []
        assert sent.json() == {"accepted": 2000, "refused": []}

    run(scenario())


@pytest.mark.parametrize(
    ("path", "packs"),
    [("/v1/people?limit=1000", True), ("/openapi.json", True), ("/v1/people?limit=1", False)],
)
def test_long_answers_come_packed_to_who_takes_gzip(tmp_path, path, packs):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(100, home=TOWN)
            packed = await world.http.get(path, headers={"Accept-Encoding": "gzip"})
            plain = await world.http.get(path, headers={"Accept-Encoding": "gzip;q=0"})

        assert ("content-encoding" in packed.headers) is packs
        assert "content-encoding" not in plain.headers
        assert packed.json() == plain.json()
        assert (int(packed.headers["content-length"]) < len(plain.content)) is packs

    run(scenario())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/people/p1", b'{"interests":' + DEEP),
        ("PUT", "/v1/people/p1", b'{"unknown":' + DEEP),
        ("POST", "/v1/feeds", b'{"unknown":' + DEEP),
        ("POST", "/v1/events", b'{"events":[{"unknown":' + DEEP),
    ],
)
def test_what_is_nested_too_deep_is_no_fault_of_ours(tmp_path, method, path, body):
    async def scenario():
        async with opened(tmp_path) as world:
            answer = await world.http.request(method, path, content=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] in ("json_malformed", "malformed")

    run(scenario())


def test_a_bulk_line_is_judged_as_the_single_write_would_be(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            lines = [
                b'{"id": 5}',
                b'{"id": "later", "created_at": "2030-01-01T00:00:00Z"}',
                b'{"id": "deep", "interests": ' + DEEP,
                b'{"id": "good"}',
            ]
            told = await world.ask("POST", "/v1/people:bulk", content=b"\n".join(lines), status=200)

        assert told["accepted"] == 1
        assert [(one["line"], one["code"], one["message"].split(":")[0]) for one in told["refused"]] == [
            (1, "malformed", "id"),
            (2, "time_ahead", "created_at lies ahead of the community's clock"),
            (3, "malformed", "not a JSON object"),
        ]  # fmt: skip

    run(scenario())


def test_an_id_may_hold_a_slash(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            made = await world.put("/v1/people/a%2Fb", {"name": "Ann"}, status=201)
            await world.put("/v1/items/x%2fy%2f", {"kind": "text", "author_id": "c/d"}, status=201)
            await world.put("/v1/people/a%2Fb/follows/c%2Fd", status=204)
            found = await world.ask("GET", "/v1/people/a%2Fb/follows", status=200)
            unknown = await world.ask("GET", "/v1/people/a/b", status=404)
            trace = await world.ask("GET", "/v1/items/x%2Fy%2F/trace", status=200)

        assert made["id"] == "a/b"
        assert found["data"] == ["c/d"]
        assert unknown["error"]["code"] == "route_unknown"
        assert trace["item_id"] == "x/y/"

    run(scenario())


def test_an_idempotency_key_holds_for_a_feed_and_for_seven_days(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(20)
            again = {"headers": {"Idempotency-Key": "k"}}
            first = await world.ask("POST", "/v1/feeds", {"viewer": "p0"}, **again)
            second = await world.ask("POST", "/v1/feeds", {"viewer": "p0"}, **again)
            other = await world.ask("POST", "/v1/feeds", {"viewer": None}, status=409, **again)
            world.later(days=7)
            late = await world.ask("POST", "/v1/feeds", {"viewer": None}, status=200, **again)

        assert first == second
        assert other["error"]["code"] == "idempotency_conflict"
        assert late["receipt_id"] != first["receipt_id"]

    run(scenario())


def metrics(text):
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in rows}


def test_metrics_count_requests_by_template_and_name_nobody(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(20)
            feed = await world.feed("p0")
            await world.events(world.event("impression", feed["slots"][0]))
            for path in ("/v1/people/p0", "/v1/people/p1", "/v1/people/p9", "/v1/nowhere"):
                await world.http.get(path)
            await world.http.request("BREW", "/v1/feeds")
            world.later(seconds=61)
            await world.engine.tick()
            return (await world.http.get("/metrics")).text

    text = run(scenario())
    told = metrics(text)
    count = "lodestone_requests_total"
    by_id = 'method="GET",route="/v1/people/{person_id}"'
    assert told[f'{count}{{{by_id},status="200"}}'] == 2
    assert told[f'{count}{{{by_id},status="404"}}'] == 1
    assert told[f'{count}{{method="POST",route="/v1/feeds",status="200"}}'] == 1
    assert told[f'{count}{{method="POST",route="/v1/events",status="200"}}'] == 1
    assert told[f'{count}{{method="GET",route="none",status="404"}}'] == 1
    assert not any("BREW" in name or "p0" in name for name in told)
    assert told['lodestone_request_seconds_sum{route="/v1/feeds"}'] > 0
    assert (told["lodestone_receipts_total"], told["lodestone_price_steps_total"]) == (1, 1)
    assert told['lodestone_alarms{promise="gini"}'] == 0
    assert told["lodestone_log_commit_seconds_count"] >= 2
    assert told["lodestone_log_backlog_bytes"] == 0
    assert told['lodestone_memory_bytes{part="items"}'] > 100_000
    assert told['lodestone_memory_bytes{part="duplicates"}'] > 10_000


def test_metrics_answer_before_there_is_a_community(tmp_path):
    async def scenario():
        async with opened(tmp_path, community=False) as world:
            return await world.http.get("/metrics")

    answer = run(scenario())
    assert answer.status_code == 200
    assert metrics(answer.text)["lodestone_log_commit_seconds_count"] == 0


TOLD = {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}


def test_every_answer_tells_a_limit_with_a_key_or_without(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            bad = {"Authorization": "Bearer nobodys"}
            asks = [
                ("/health/live", {}), ("/openapi.json", {}), ("/metrics", {}), ("/media/none.png", {}),
                ("/v1/people", {"Authorization": ""}), ("/v1/people", bad), ("/v1/nowhere", bad),
                ("/v1/nowhere", world.http.headers),
            ]  # fmt: skip
            return [await world.http.get(path, headers=who) for path, who in asks]

    answers = run(scenario())
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 401, 401, 401, 404]
    assert [TOLD - set(answer.headers) for answer in answers] == [set()] * 8


def test_an_address_that_shows_bad_keys_waits_while_good_keys_are_let_in(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            world.app.asgi._limits = Limits(refused_per_minute=2)
            await world.ask("GET", "/v1/people", status=200)
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            made = await world.ask("POST", "/v1/communities/c/keys", {}, headers=operator)
            fresh = {"Authorization": f"Bearer {made['key']}"}
            bad = {"Authorization": "Bearer nobodys"}
            answers = [await world.http.get("/v1/people", headers=bad) for _ in range(3)]
            answers.append(await world.http.get("/v1/people", headers=fresh))
            known = await world.http.get("/v1/people")
            world.later(minutes=1)
            answers.append(await world.http.get("/v1/people", headers=bad))
            answers.append(await world.http.get("/v1/people", headers=fresh))
            return answers, known

    answers, known = run(scenario())
    assert [answer.status_code for answer in answers] == [401, 401, 429, 200, 401, 200]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:3]] == ["1", "0", "0"]
    assert answers[2].headers["retry-after"] == answers[2].headers["ratelimit-reset"]
    assert known.status_code == 200


def test_what_needs_no_key_has_a_limit_by_address_when_it_is_set(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            world.app.asgi._limits = Limits(open_per_minute=1)
            told = [(await world.http.get("/openapi.json")).status_code for _ in range(2)]
            world.later(minutes=1)
            return [*told, (await world.http.get("/openapi.json")).status_code]

    assert run(scenario()) == [200, 429, 200]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.1", b"10.0.0.1"),
        ("2001:db8:0:1::7", b"2001:db8:0:1::/64"),
        ("fe80::1%eth0", b"fe80::/64"),
        ("a:socket", b"a:socket"),
        ("", b""),
    ],
)
def test_an_address_is_counted_under_what_one_subscriber_has(address, place):
    assert place_of(address) == place


def test_a_key_over_its_limit_waits_and_is_told_so(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            world.app.asgi._limits = Limits(2)
            answers = [await world.http.get("/v1/policy") for _ in range(3)]
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            free = [await world.http.get("/v1/policy", headers=operator) for _ in range(3)]
            world.later(seconds=60)
            later = await world.http.get("/v1/policy")

        assert [one.status_code for one in answers] == [200, 200, 429]
        assert [one.headers["ratelimit-remaining"] for one in answers] == ["1", "0", "0"]
        assert answers[2].headers["retry-after"] == answers[2].headers["ratelimit-reset"]
        assert [one.status_code for one in free] == [200, 200, 200]
        assert later.status_code == 200

    run(scenario())


def test_who_is_not_ready_says_so(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            ready = await world.ask("GET", "/health/ready", status=200)
            engine = world.app.engines._engines.pop("c")
            closed = await world.ask("GET", "/health/ready", status=503)
            world.app.engines._engines["c"] = engine
            world.app.records._closed = True
            gone = await world.ask("GET", "/health/ready", status=503)
            world.app.records._closed = False

        assert ready == {"status": "ready"}
        assert closed["error"]["message"] == "not open yet: c"
        assert gone["error"]["code"] == "records_closed"

    run(scenario())


def test_ndjson_verdicts_count_events_and_a_receipt_needs_its_slot(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(5)
            feed = await world.feed()
            event = world.event("click", item_id=feed["slots"][0]["item_id"])
            lines = [
                b"", b'{"bad":', b"", json.dumps({**event, "item_id": "none"}).encode(),
                json.dumps({**event, "receipt_id": feed["receipt_id"]}).encode(),
            ]  # fmt: skip
            kind = {"Content-Type": "application/x-ndjson"}
            told = await world.ask("POST", "/v1/events", content=b"\n".join(lines), headers=kind)

        assert [(one["index"], one["code"]) for one in told["refused"]] == [
            (0, "malformed"), (1, "item_unknown"), (2, "field_missing"),
        ]  # fmt: skip
        assert told["refused"][2]["message"].startswith("events[2].slot: ")

    run(scenario())
