"""What needs no key has a limit by address that a page does not meet, and counts of addresses are bounded."""

import os

import pytest

from lodestone.base.clock import Instant
from lodestone.bootstrap import descriptors
from lodestone.serve.http.limits import PLACES_MAX, Limits
from tests.worlds.world import opened, run

NOW = Instant(60_000_000)


def test_an_address_may_ask_for_ten_times_as_many_files_as_pages_and_always_for_life():
    limits = Limits(open_per_minute=10)

    def passed(path, times=500):
        return sum(not limits.take_open("10.0.0.1", path, NOW)[1] for _ in range(times))

    assert passed("/docs") == 10
    assert passed("/operator") == 0
    assert passed("/static/x.js") + passed("/media/x.mp4") == 100
    assert passed("/health/ready") == 0
    assert passed("/health/live") == 500


def test_strangers_have_a_limit_by_default_and_a_viewer_s_page_stays_far_under_it(tmp_path):
    """A page of a feed: itself, a dozen scripts and styles, forty pictures; read once a second for a minute."""

    async def scenario():
        async with opened(tmp_path) as world:
            took = world.app.asgi.guards.limits
            paths = ["/", *["/static/x.js"] * 12, *["/media/x.webp"] * 40]
            waits = [took.take_open("10.0.0.1", path, NOW)[1] for _ in range(60) for path in paths]
            waited = [took.take_open("10.0.0.2", "/docs", NOW)[1] for _ in range(1201)]
            return waits, waited

    waits, waited = run(scenario())
    assert not any(waits)
    assert [bool(wait) for wait in waited] == [False] * 1200 + [True]


def test_counts_of_addresses_are_bounded_and_keys_lose_none_by_them():
    limits = Limits(open_per_minute=1, refused_per_minute=1)
    for n in range(PLACES_MAX // 2 + 500):
        address = f"2001:db8:{n >> 16:x}:{n & 0xFFFF:x}::1"
        limits.take_refused(address, NOW)
        limits.take_open(address, "/docs", NOW)

    assert len(limits._places) == PLACES_MAX


def test_ready_names_a_folder_whose_disk_is_nearly_full(tmp_path):
    (tmp_path / "lodestone.toml").write_text("disk_floor = 999999999\n")

    async def scenario():
        async with opened(tmp_path) as world:
            full = await world.ask("GET", "/health/ready", status=503)
            return full, await world.ask("GET", "/health/live", status=200)

    full, alive = run(scenario())
    assert alive == {"status": "live"}
    assert full["error"]["code"] == "disk_full"
    assert full["error"]["message"].startswith(f"{tmp_path} has ")
    assert f"{tmp_path / 'media'} has " in full["error"]["message"]
    assert full["error"]["message"].endswith("under the floor of 999999999 MiB")


@pytest.mark.parametrize("setting", [0, 5, 10**9])
def test_connections_leave_descriptors_for_logs_and_records(setting):
    most = descriptors.connections_most(setting)

    assert 1 <= most <= (setting or 4096)
    assert most + 256 <= os.sysconf("SC_OPEN_MAX")
