"""The long fuzz: twenty thousand drawn requests and more over every route, on either database, and no fault."""

import pytest

from tests.http.test_fuzz import fuzzed
from tests.worlds.postgres import cluster
from tests.worlds.world import run

REQUESTS = 22_000
"""Of which some are left out by chance, as too dear to ask often."""

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_twenty_thousand_drawn_requests_meet_no_fault(tmp_path, kind):
    if kind == "sqlite":
        fuzz = run(fuzzed(tmp_path, None, REQUESTS, seed=11))
    else:
        with cluster() as url:
            fuzz = run(fuzzed(tmp_path, url, REQUESTS, seed=12))

    assert fuzz.faults == []
    assert fuzz.statuses.total() >= 20_000
