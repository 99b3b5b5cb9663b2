"""A restore cut short anywhere leaves the installation there was, or the one there shall be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BEFORE = "['a0', 'a1', 'a2', 'late', 'p0', 'p1'] 2 [] [] []"
AFTER = "['a0', 'a1', 'a2', 'p0', 'p1'] 1 [] [] []"


@pytest.mark.parametrize(
    "stride",
    [pytest.param(1, marks=pytest.mark.soak, id="every write"), pytest.param(6, id="every sixth")],
)
def test_a_killed_restore_leaves_the_old_installation_or_the_new_one(tmp_path, stride):
    script = Path(__file__).with_name("restore_points.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(stride)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    lines = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    assert told.returncode == 0, told.stderr
    assert lines[-1][:2] == ["end", "0"], told.stderr
    held = [line[2] for line in lines[:-1]]
    turn = held.index(AFTER)
    assert set(held[:turn]) == {BEFORE}
    assert set(held[turn:]) == {AFTER}
    assert lines[-1][2].removeprefix(lines[-1][2].split(" ", 1)[0] + " ") == AFTER
