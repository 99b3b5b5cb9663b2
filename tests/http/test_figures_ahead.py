"""After a start the operator's window need not wait: its figures have been read, and are those it would read itself."""

import time
from functools import partial

from lodestone.base.chance import Streams
from lodestone.bootstrap.reporting import reports_of
from lodestone.console import pages, read_figures_ahead
from lodestone.console.operator import FigureReader, gather
from lodestone.console.operator.figures import Filter
from tests.http.test_figure_files import a_shown_day
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run


def test_what_was_read_ahead_is_not_read_again_until_something_happens(tmp_path):
    readings = []

    def counted(engine, reports, wanted):
        readings.append(wanted)
        return gather(engine, reports, wanted)

    async def scenario():
        async with opened(tmp_path) as world:
            await a_shown_day(world)
            site, reader = pages(demo=None), FigureReader(counted, time.monotonic)
            site.state["figures"] = reader
            reports = reports_of(Streams(1), world.engine)
            for _ in range(2):
                await read_figures_ahead(site, world.engine, reports)
            return await reader.read(world.engine, reports, Filter())

    figures = run(scenario)
    assert readings == [Filter()]
    assert sum(day.impressions for day in figures.liu.liu.days) == 40


def test_the_window_shows_the_same_whether_or_not_it_was_read_ahead(tmp_path):
    async def scenario(folder, *, ahead):
        async with opened(folder) as world:
            await a_shown_day(world)
            if ahead:
                await world.app.read_ahead()
            assert world.engine.failures.standing() == []
            page = await (await Operator(world).arrive()).look("/operator/tables/efficiency-by-day?days=7")  # fmt: skip
            return page.text

    first, second = (
        run(partial(scenario, tmp_path / name, ahead=name == "ahead")) for name in ("ahead", "not")
    )
    assert first == second
    assert "40" in first
