"""A crash at any write of the ledger leaves nothing half posted and nothing posted twice, on both databases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.postgres import cluster


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize(
    "stride",
    [
        pytest.param(1, marks=pytest.mark.soak, id="every write of the ledger"),
        pytest.param(5, id="every fifth"),
    ],
)
def test_asking_again_after_a_kill_comes_to_the_same_book(tmp_path, database, stride):
    if database == "sqlite":
        lines, trouble = told(f"sqlite:///{tmp_path / 'records.db'}", stride)
    else:
        with cluster() as url:
            lines, trouble = told(url, stride)

    kills = [line for line in lines if line[0] == "kill"]
    assert len(kills) * stride >= 60, trouble
    assert lines[-1] == ["end", lines[-1][1], "0"], trouble
    assert {line[2] for line in kills} == {lines[0][1]}, trouble


def told(url, stride):
    script = Path(__file__).with_name("ledger_points.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script), url, str(stride)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.split(maxsplit=2) for line in done.stdout.splitlines()], done.stderr
