"""What decisions read follows from the log, the records and the learned files in force: another state decides alike."""

import shutil

import numpy as np
import pytest

from lodestone.base.wire import Position
from lodestone.features.snapshot import digest
from lodestone.services.access import Principal
from lodestone.services.feed.messages import FeedRequest
from tests.http.test_restart import day
from tests.worlds.world import TOWN, opened, run

REQUESTS = 1_000
PEOPLE = 8
WHO = Principal("c", frozenset({"feeds"}), b"")


def requests():
    """Ask as people here would: anybody or nobody, on every surface, some from where they stand."""
    chance = np.random.default_rng(5)
    for number in range(REQUESTS):
        person = int(chance.integers(-1, PEOPLE))
        surface = ("discover", "following", "place", "discover")[number % 4]
        here = surface == "place" or chance.random() < 0.3
        yield FeedRequest(
            viewer=None if person < 0 else f"p{person}", surface=surface,
            slots=int(chance.integers(1, 12)), session=f"s{number}" if person < 0 else None,
            position=Position(**TOWN) if here else None,
        )  # fmt: skip


async def decided(engine, request):
    """Decide a page that uses nothing up; return its receipt as it was stored."""
    sequence = engine._sequence
    await engine.feed(request, WHO, again=True)
    return engine.log.receipt(sequence).what


def followed(home, copy):
    """Copy a home, but for its snapshots: whoever opens the copy has the log alone to make a state of."""
    shutil.copytree(home, copy)
    for path in copy.rglob("*.snapshot"):
        path.unlink()


@pytest.mark.parametrize("strayed", [False, True])
def test_a_state_fed_with_the_log_alone_decides_a_thousand_requests_alike(tmp_path, strayed):
    async def scenario():
        async with opened(tmp_path / "live") as world:
            await day(world)
            await world.engine.item_lists.refresh()
            await world.engine.price_step(world.engine.now())  # a step's account is in no log
            followed(tmp_path / "live", tmp_path / "second")
            async with opened(tmp_path / "second", clock=world.clock, community=False) as second:
                live, other = world.engine, second.engine
                assert live.state is not other.state
                assert digest(live.state) == digest(other.state)
                assert live.item_lists.now.version == other.item_lists.now.version == 1
                for engine in (live, other):
                    engine.housekeeper.tidy(
                        engine.now()
                    )  # what is derived is worked out at any time
                if strayed:
                    other.state.items["logit"][3] += 1
                alike = [
                    await decided(live, one) == await decided(other, one) for one in requests()
                ]
                assert all(alike) != strayed
                assert strayed or live.prices == other.prices
                assert live.prices.version > 2

    run(scenario)
