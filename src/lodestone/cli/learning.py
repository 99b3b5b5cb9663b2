"""Long work beside a running engine: on a copy of its records and log, in this process."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lodestone import bootstrap
from lodestone.cli.keys import only
from lodestone.cli.reach import Reach, run
from lodestone.insight.evaluation import World, learn, rows_of
from lodestone.models.rates import RatesModel

Told = Callable[[str, int, int], None]


@contextmanager
def copied(home: str | None, community: str | None) -> Iterator[tuple[Path, str]]:
    """Copy records and logs aside, where nobody else writes; yield the folder and the community's id."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"

        async def ask(reach: Reach) -> str:
            await reach.ask("POST", "/v1/backup", body={"path": str(copy), "media": False})
            return await only(reach, community)

        yield copy, run(home, None, ask)


@contextmanager
def aside(home: str | None, community: str | None) -> Iterator[World]:
    """Read a community's whole log from a copy that nobody else writes."""
    with copied(home, community) as (copy, name):
        yield bootstrap.world_of(copy, name)


async def learn_at_night(found: Reach, community: str) -> None:
    """Learn the weights of a community at work from a copy of its log, and let it predict by them."""

    def learned(copy: Path) -> RatesModel:
        world = bootstrap.world_of(copy, community)
        rows = rows_of(world.facts, world.person_row)
        return learn(world, rows, int(rows.day.max(initial=0)), lambda *_: None)

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        await found.ask("POST", "/v1/backup", body={"path": str(copy)})
        model = await asyncio.to_thread(learned, copy)
    await found.ask("PUT", "/v1/predictor", body=msgspec.to_builtins(model))


def learn_weights(home: str | None, community: str, told: Told) -> None:
    """Learn the predictor's weights from the whole log and let the engine predict by them."""
    with aside(home, community) as world:
        rows = rows_of(world.facts, world.person_row)
        model = learn(world, rows, int(rows.day.max()), told)
    body = msgspec.to_builtins(model)
    run(home, community, lambda reach: reach.ask("PUT", "/v1/predictor", body=body))
