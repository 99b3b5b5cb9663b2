"""A body that is no JSON is `json_malformed` on every route that takes JSON, whatever else it asks for."""

import re

from litestar.routes import HTTPRoute

from lodestone.serve.http.paths import permission_of
from tests.worlds.records_dump import dump
from tests.worlds.world import content_of, opened, run

NO_JSON = {
    "nothing": b"", "cut short": b"{", "not UTF-8": b'{"a": "\xff"}', "a lone byte": b"\xff",
    "NaN": b'{"a": NaN}', "a byte order mark": b"\xef\xbb\xbf{}", "too deep": b"[" * 100_000,
    "UTF-16": '{"a": 1}'.encode("utf-16"), "two values": b"{} {}", "a control": b'{"viewer": "\x01"}',
}  # fmt: skip


def test_a_body_that_is_no_json_has_one_code_on_every_route_and_changes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            who = {
                "server": {}, "known": {}, "page": {"Authorization": f"Bearer {made['token']}"},
                "operator": {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"},
            }  # fmt: skip
            before, wrong, asked = dump(world), [], 0
            for route in world.app.asgi._inner.routes:
                if not isinstance(route, HTTPRoute):
                    continue
                for method, (handler, _) in route.route_handler_map.items():
                    if "data" not in handler.parsed_fn_signature.parameters:
                        continue
                    headers = who.get(permission_of(handler).who)
                    if headers is None:
                        continue
                    path = re.sub(r"\{\w+\}", "x", route.path_format)
                    may_be_left_out = handler.parsed_fn_signature.parameters["data"].default is None
                    for name, body in NO_JSON.items():
                        if may_be_left_out and not body:
                            continue
                        answer = await world.http.request(
                            method, path, content=body, headers=headers
                        )
                        asked += 1
                        told = content_of(answer).get("error", {"code": None})
                        if (answer.status_code, told["code"]) != (400, "json_malformed"):
                            wrong.append((method, path, name, answer.text))
            assert [one[:3] for one in wrong] == []
            assert asked > 400
            assert dump(world) == before

    run(scenario())


def test_a_line_that_is_no_json_is_refused_alone(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(1)
            good = b'{"id": "e", "type": "like", "time": "2026-03-04T12:00:00Z", "person_id": "p0", "item_id": "i0"}'
            lines = [body for body in NO_JSON.values() if body and b"\n" not in body]
            ndjson = {"Content-Type": "application/x-ndjson"}
            answer = await world.http.post(
                "/v1/events", content=b"\n".join([*lines, good]), headers=ndjson
            )
            told = answer.json()
            assert answer.status_code == 200
            assert (told["accepted"], len(told["refused"])) == (1, len(lines))
            assert {one["code"] for one in told["refused"]} == {"malformed"}

    run(scenario())
