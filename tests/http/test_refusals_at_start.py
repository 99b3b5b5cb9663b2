"""What keeps a home from being opened is said in one sentence with its cure."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.base.errors import ConflictError, InvalidError
from tests.worlds.world import NOON, instant, opened, run


async def started(home, at=NOON, **environment):
    settings = bootstrap.settings_of(str(home), environment)
    async with bootstrap.open_app(settings, wall=ManualClock(instant(at))):
        pass


async def live(home):
    async with opened(home) as world:
        await world.people(1)


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        (datetime(1970, 1, 2, tzinfo=UTC), False),
        (NOON - timedelta(days=8), False),
        (NOON - timedelta(days=6), True),
        (NOON + timedelta(days=900), True),
    ],
)
def test_a_clock_set_back_beyond_what_may_come_late_is_not_served_by(tmp_path, at, fits):
    run(live(tmp_path))

    if fits:
        run(started(tmp_path, at))
        return
    with pytest.raises(ConflictError, match=r"clock shows .*; set this machine's clock") as refused:
        run(started(tmp_path, at))
    assert refused.value.code == "clock_wrong"


def test_a_driven_community_is_held_to_no_clock_of_the_machine(tmp_path):
    async def later():
        async with opened(tmp_path, given={"clock": "driven"}) as world:
            await world.ask("POST", "/v1/clock", {"now": "2050-01-01T00:00:00Z"})
            await world.people(1)

    run(later())
    run(started(tmp_path))


def test_a_missing_driver_is_named_with_the_way_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setattr("lodestone.stores.sql.engine.find_spec", lambda _: None)

    with pytest.raises(InvalidError, match=r"lodestone\[grown\]"):
        run(started(tmp_path, LODESTONE_RECORDS_URL="postgresql+psycopg://127.0.0.1:1/x"))


@pytest.mark.parametrize("trouble", ["a folder", "another encoding"])
def test_settings_that_cannot_be_read_are_named(tmp_path, trouble):
    file = tmp_path / "lodestone.toml"
    file.mkdir() if trouble == "a folder" else file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InvalidError, match=r"lodestone\.toml cannot be read"):
        bootstrap.settings_of(str(tmp_path), {})
