"""The trial in full: thirty days after the first, five hundred people, three seeds, four policies."""

import subprocess
import sys

import msgspec
import pytest

DAYS, PEOPLE, SEEDS = 31, 500, "1,2,3"


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("side-by-side")
    command = [
        sys.executable, "-m", "lodestone", "town", "compare", "--days", str(DAYS), "--people", str(PEOPLE),
        "--seeds", SEEDS, "--into", str(folder), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout)


def measure(comparison, name, arm="engine"):
    return comparison["measures"][name][arm]["mean"]


@pytest.mark.soak
def test_every_promise_stands_within_its_tolerance(comparison):
    for life in comparison["lives"]:
        if life["wish"]["arm"] != "engine":
            continue
        promises = {one["id"]: one for one in life["promises"]}
        assert abs(promises["gini"]["delivered"] - promises["gini"]["target"]) <= 0.02
        assert promises["first_impressions"]["of_plan"] >= 0.98
        assert promises["local_share"]["of_plan"] >= 0.98


@pytest.mark.soak
@pytest.mark.parametrize("name", ["came_7", "came_30", "small_survive"])
@pytest.mark.parametrize("arm", ["popularity", "engagement"])
def test_the_engine_keeps_more_people_and_more_small_creators(comparison, name, arm):
    assert measure(comparison, name) > measure(comparison, name, arm)
