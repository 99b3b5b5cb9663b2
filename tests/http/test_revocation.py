"""A revocation ends a key, and whatever was minted under it, in every process; a good key is let in everywhere."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import create_engine, text

from lodestone import bootstrap
from lodestone.base.errors import UnavailableError
from lodestone.bootstrap.installation import records_at
from lodestone.serve import Limits
from lodestone.services.access.access import FOLLOW_SECONDS, WAIT_SECONDS
from tests.worlds.postgres import cluster
from tests.worlds.world import opened, run

DATABASES = itertools.count()


@pytest.fixture(scope="module")
def postgres_server():
    with cluster() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server):
    """A database of the test's own."""
    name = f"d{next(DATABASES)}"
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgres_server.replace("/postgres?", f"/{name}?")


@asynccontextmanager
async def beside(world, url):
    """Open the orders-only process of the same records; gives a way to ask it and its access."""
    settings = bootstrap.settings_of(str(world.app.home.path), {"LODESTONE_RECORDS_URL": url})
    async with bootstrap.open_orders(settings, wall=world.clock) as asgi:
        transport = httpx.ASGITransport(asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            yield http, asgi.door.access


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def operator(world):
    return {**bearer(world.app.operator_key), "X-Community": "c"}


async def new_key(world, **given):
    made = await world.ask(
        "POST", "/v1/communities/c/keys", given, headers=operator(world), status=201
    )
    return made["id"], made["key"]


async def token(world, viewer, key):
    body = {"viewer": viewer}
    made = await world.ask("POST", "/v1/sessions", body, headers=bearer(key), status=201)
    return made["token"]


async def revoke(world, key_id):
    path = f"/v1/communities/c/keys/{key_id}"
    await world.ask("DELETE", path, headers=operator(world), status=204)


async def statuses(http, *keys, path="/v1/orders?limit=1"):
    return [(await http.get(path, headers=bearer(key))).status_code for key in keys]


def test_a_revocation_ends_a_key_and_its_tokens_here_at_once_and_elsewhere_with_the_next_look(
    tmp_path, postgres_url
):
    async def scenario():
        async with opened(tmp_path, records_url=postgres_url) as world:
            await world.people(2)
            ends, stays = await new_key(world), await new_key(world)
            shown = [
                one for _, key in (ends, stays) for one in (key, await token(world, "p0", key))
            ]
            async with beside(world, postgres_url) as (http, access):
                await access.refresh()
                before = await statuses(http, *shown)
                await revoke(world, ends[0])
                here = await statuses(world.http, *shown)
                await access.refresh()
                return before, here, await statuses(http, *shown)

    before, here, there = run(scenario())
    assert 401 not in before
    assert here == there == [401, 401, *before[2:]]


@pytest.mark.parametrize("ended", ["revoked", "run out"])
def test_a_body_that_comes_after_its_key_or_token_has_ended_does_nothing(tmp_path, ended):
    """Held back over a connection that was let in before: a body may take minutes to come."""

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(2)
            key_id, key = await new_key(world)
            page = await token(world, "p0", key)
            like = {"id": "late", "type": "like", "time": world.now.isoformat(), "person_id": "p0"}
            sends = [
                ("PUT", "/v1/people/late", key, {}),
                ("POST", "/v1/people:bulk", key, {"id": "late"}),
                ("POST", "/v1/sessions", key, {"viewer": "p0"}),
                ("POST", "/v1/feeds", key, {"viewer": "p0"}),
                ("POST", "/v1/events", page, {"events": [{**like, "item_id": "i0"}]}),
                ("POST", "/v1/page/feed", page, {}),
            ]
            if ended == "run out":
                sends = sends[4:]
            before = world.engine.log.end()
            go_on, asked = asyncio.Event(), asyncio.Semaphore(0)

            async def late(body):
                asked.release()
                await go_on.wait()
                yield httpx.Request("POST", "/", json=body).content

            sent = [
                asyncio.create_task(
                    world.http.request(method, path, content=late(body), headers=bearer(shown))
                )
                for method, path, shown, body in sends
            ]
            async with asyncio.timeout(10):
                for _ in sends:
                    await asked.acquire()
            if ended == "revoked":
                await revoke(world, key_id)
            else:
                world.later(hours=1)
            go_on.set()
            codes = [(await one).json()["error"]["code"] for one in sent]
            assert set(codes) <= {"key_unknown", "token_expired"}
            assert world.engine.log.end() == before
            assert (await world.http.get("/v1/people/late")).status_code == 404

    run(scenario())


def test_every_process_looks_for_revocations_well_within_five_seconds():
    assert FOLLOW_SECONDS + WAIT_SECONDS < 5


def test_a_key_made_or_revoked_past_the_running_server_is_heard_of(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            records = records_at(world.app.settings.records_url)
            made = records.create_key("c", name="", scopes=["read"], now=world.clock.now())
            path = "/v1/people"
            answers = await statuses(world.http, made.text, path=path)
            records.revoke_key("c", made.record.id, now=world.clock.now())
            await world.app.asgi.access.refresh()
            answers += await statuses(world.http, made.text, path=path)
            records.close()
            return answers

    assert run(scenario()) == [200, 401]


def test_a_revoked_key_and_its_tokens_are_refused_after_a_restart(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            key_id, key = await new_key(world)
            shown = [key, await token(world, "p0", key)]
            await revoke(world, key_id)
        async with opened(tmp_path, clock=world.clock) as again:
            return await statuses(again.http, *shown)

    assert run(scenario()) == [401, 401]


def test_a_token_goes_on_after_a_restart(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            page = await token(world, "p0", (await new_key(world))[1])
        async with opened(tmp_path, clock=world.clock) as again:
            return await statuses(again.http, page, "vt_" + page[5:], page[:-6])

    assert run(scenario()) == [200, 401, 401]


def test_an_erased_persons_token_is_not_the_next_ones_of_that_id(tmp_path, postgres_url):
    async def scenario():
        async with opened(tmp_path, records_url=postgres_url) as world:
            await world.people(2)
            made = {"viewer": "p0"}
            pages = [(await world.ask("POST", "/v1/sessions", made))["token"]]
            await world.ask("DELETE", "/v1/people/p0")
            gone = await statuses(world.http, *pages)
            await world.people(1)
            pages.append((await world.ask("POST", "/v1/sessions", made))["token"])
            async with beside(world, postgres_url) as (http, _):
                return gone, await statuses(world.http, *pages), await statuses(http, *pages)

    assert run(scenario()) == ([401], [401, 200], [401, 200])


def test_a_communitys_tokens_stay_ended_when_it_is_opened_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            pages = [await token(world, "p0", world.key)]
            await world.ask("POST", "/v1/communities/c/disable", headers=operator(world))
            closed = await statuses(world.http, *pages)
            given = {"time_zone": "Asia/Shanghai", "state": "active"}
            await world.put("/v1/communities/c", given, headers=operator(world))
            pages.append(await token(world, "p0", world.key))
            return closed, await statuses(world.http, *pages)

    assert run(scenario()) == ([401], [401, 200])


def test_the_demos_tokens_end_with_the_demo(tmp_path):
    async def scenario():
        local = {"Host": "127.0.0.1:8000", "Authorization": ""}
        async with opened(tmp_path, demo="c") as world:
            await world.people(1)
            made = await world.ask(
                "POST", "/demo/session", {"viewer": "p0"}, headers=local, status=201
            )
            during = await statuses(world.http, made["token"])
        async with opened(tmp_path, clock=world.clock) as world:
            return during, await statuses(world.http, made["token"])

    assert run(scenario()) == ([200], [401])


def test_no_number_of_wrong_keys_keeps_a_good_one_out_not_even_after_a_revocation(
    tmp_path, postgres_url
):
    async def scenario():
        async with opened(tmp_path, records_url=postgres_url) as world:
            old = (await new_key(world))[1]
            async with beside(world, postgres_url) as (http, _):
                limits = Limits(refused_per_minute=5)
                for asgi in (world.app.asgi, http._transport.app.door):
                    asgi._limits = limits
                wrong = await asyncio.gather(*(statuses(http, f"lsk_{n}") for n in range(300)))
                await revoke(world, (await new_key(world))[0])
                fresh = (await new_key(world))[1]
                told = {status for answer in wrong for status in answer}
                good = await statuses(http, old, fresh), await statuses(world.http, old, fresh)
                return told, good, await statuses(http, "lsk_wrong")

    assert run(scenario()) == ({401, 429}, ([200, 200], [200, 200]), [429])


def test_wrong_keys_shown_at_once_share_their_look_at_the_records(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            looks, records = [], world.app.records
            real = records.access_changes
            records.access_changes = lambda *given, **more: (
                looks.append(1), real(*given, **more),
            )[1]  # fmt: skip
            wrong = [f"lsk_{n}" for n in range(500)]
            answers = await asyncio.gather(*(statuses(world.http, key) for key in wrong))
            return {status for answer in answers for status in answer}, len(looks)

    told, looks = run(scenario())
    assert told == {401}
    assert looks <= 4


def test_where_the_records_are_silent_what_is_known_holds_and_nothing_else_is_called_wrong(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            key_id, revoked = await new_key(world)
            page = await token(world, "p0", world.key)
            await revoke(world, key_id)

            def silent(*_, **__):
                raise UnavailableError("records_unavailable", "no answer")

            world.app.records.access_changes = silent
            unknown = await world.http.get("/v1/people", headers=bearer("lsk_unknown"))
            code = unknown.json()["error"]["code"]
            ended = await statuses(world.http, revoked)
            feed = await world.http.post("/v1/feeds", json={"viewer": "p0"}, headers=bearer(page))
            known = await statuses(world.http, world.key, path="/v1/nowhere")
            return unknown.status_code, code, ended, feed.status_code, known

    told = run(scenario())
    assert told == (503, "records_unavailable", [401], 200, [404])
