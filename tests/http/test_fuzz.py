"""No body, path or query that can be drawn is answered by a fault, on either database."""

import pytest

from lodestone.serve.openapi import document_of
from tests.worlds.fuzz import LEFT_OUT, Fuzz, furnished
from tests.worlds.postgres import cluster
from tests.worlds.world import opened, run

REQUESTS = 1_500


async def fuzzed(home, url, requests, seed):
    async with opened(home, records_url=url) as world:
        await furnished(world)
        return await Fuzz(world, seed).run(requests)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_drawn_requests_with_poison_in_them_meet_no_fault(tmp_path, kind):
    if kind == "sqlite":
        fuzz = run(fuzzed(tmp_path, None, REQUESTS, seed=1))
    else:
        with cluster() as url:
            fuzz = run(fuzzed(tmp_path, url, REQUESTS, seed=2))

    assert fuzz.faults == []
    assert (
        fuzz.statuses[200] + fuzz.statuses[201] > REQUESTS / 20
    )  # it is not all refused at the gate
    assert fuzz.statuses[400] > REQUESTS / 10


def test_what_is_left_out_is_still_there(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await furnished(world)
            inner = document_of(world.app.asgi._inner)["paths"]
            return {
                f"{method.upper()} {path}" for path, methods in inner.items() for method in methods
            }

    assert LEFT_OUT.keys() <= run(scenario())
