"""The health page: what fails is said with what to do, and what is well too."""

import re

from lodestone.base.errors import UnavailableError
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run


def plain(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("&#39;", "'")


def halves(page):
    """Return what wants looking at, and what is well."""
    bad, _, rest = page.partition('id="good-title"')
    return plain(bad), plain(rest)


def test_what_fails_and_a_back_up_that_is_missing_or_old_want_looking_at(tmp_path):
    async def scenario():
        async with opened(tmp_path / "home") as world:
            operator = await Operator(world).arrive()
            world.engine.failures.failed("webhooks", UnavailableError("lost", "no"), "till")
            first = (await operator.look("/operator/health")).text
            world.engine.failures.done("webhooks", "till")
            headers = {"Authorization": f"Bearer {world.app.operator_key}"}
            body = {"path": str(tmp_path / "copy"), "media": False}
            await world.ask("POST", "/v1/backup", body, headers=headers, status=201)
            world.later(hours=3)
            second = (await operator.look("/operator/health")).text
            world.later(days=3)
            return first, second, (await (await Operator(world).arrive()).look("/operator/health")).text  # fmt: skip

    first, second, third = run(scenario)
    bad, well = halves(first)
    assert "2 things want looking at." in bad
    assert "webhooks till: lost, 1 times since Mar 4 20:00:00" in bad
    assert "No back-up has been noted." in bad
    assert "Every active community is open." in well
    bad, well = halves(second)
    assert "Everything that was looked at is well." in bad
    assert "The newest back-up was made 3 hours ago." in well
    assert "Nothing that time brings about fails." in well
    assert "The newest back-up was made 3 days ago." in halves(third)[0]


def test_a_disk_under_its_floor_wants_looking_at(tmp_path):
    async def scenario():
        huge = {"LODESTONE_DISK_FLOOR": "99999999"}
        async with opened(tmp_path, environment=huge) as world:
            operator = await Operator(world).arrive()
            return (await operator.look("/operator/health")).text

    bad, _ = halves(run(scenario))
    assert f"free for {tmp_path}" in bad
    assert "Make room on this disk." in bad


def test_models_in_force_and_refresh_times_are_named(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(4)
            await world.items(20)
            await world.feed("p0")
            world.later(minutes=2)
            await world.engine.tick()
            operator = await Operator(world, world.key).arrive()
            weights = world.engine.housekeeper.model.version
            return weights, (await operator.look("/operator/health")).text

    weights, page = run(scenario)
    _, well = halves(page)
    assert weights in well
    assert "none yet: they are learned once the log holds a thousand facts" in well
    assert re.search(r"Prices of promises Mar 4 20:0\d:\d\d, \d minutes? ago", well)
