"""Making a community that is cut short anywhere leaves none, or one that opens; asked for again it is whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "stride",
    [pytest.param(1, marks=pytest.mark.soak, id="every write"), pytest.param(9, id="every ninth")],
)
def test_a_killed_making_of_a_community_leaves_none_or_one_that_opens(tmp_path, stride):
    script = Path(__file__).with_name("community_points.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(stride)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    lines = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    assert told.returncode == 0, told.stderr
    assert lines[-1][:2] == ["end", "0"], told.stderr
    assert len(lines) * stride >= 20
    stood = [line[2].split(" ", 1) for line in lines[:-1]]
    turn = stood.index(["whole", "1 [] 1 2"])
    assert {tuple(one) for one in stood[:turn]} == {("none", "1 [] 1 2")}
    assert {tuple(one) for one in stood[turn:]} == {("whole", "1 [] 1 2")}
