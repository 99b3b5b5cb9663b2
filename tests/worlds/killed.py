"""Tests of lives killed at their writes: which writes a run takes, and what its script has to say of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.seeds import sample

FIRST, STRIDE = sample(9)
"""Every ninth write in one run, from another first in the next; `make soak` takes every one."""
WRITES = pytest.mark.parametrize(
    ("first", "stride"),
    [
        pytest.param(1, 1, marks=pytest.mark.soak, id="every write"),
        pytest.param(FIRST, STRIDE, id=f"every {STRIDE} from {FIRST}"),
    ],
)


def assert_ends_alike(script: Path, folder: Path, first: int, stride: int) -> None:
    """Run a script of kills; each life that was killed and taken up again must end as the one that was not.

    Args:
        script: Prints the digest of a whole life, then one for each kill, then where the last write was.
        folder: Empty.
        first: The first write to kill at, from 1.
        stride: Writes from one kill to the next.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, str(script), str(folder), str(first), str(stride)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line.split(maxsplit=2) for line in ended.stdout.splitlines()]
    kills = [line for line in lines if line[0] == "kill"]
    assert int(kills[-1][1]) >= 60
    assert lines[-1] == ["end", lines[-1][1], "0"], ended.stderr
    assert {line[2] for line in kills} == {lines[0][1]}, ended.stderr
