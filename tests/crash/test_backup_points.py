"""A back-up cut short anywhere is none, and the next one clears away what it left."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

NONE = "backup_unknown ['second'] whole c,other"
WHOLE = "whole c,other ['first', 'second'] whole c,other"


@pytest.mark.parametrize(
    "stride",
    [
        pytest.param(1, marks=pytest.mark.soak, id="every write"),
        pytest.param(7, id="every seventh"),
    ],
)
def test_a_killed_back_up_never_looks_finished(tmp_path, stride):
    script = Path(__file__).with_name("backup_points.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(stride)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    lines = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    assert told.returncode == 0, told.stderr
    held = [line[2] for line in lines]
    assert set(held[:-1]) <= {NONE, WHOLE}
    assert NONE in held
    assert held == sorted(held, key=[NONE, WHOLE].index), "once it is whole it stays whole"
    assert (lines[-1][0], held[-1]) == ("end", WHOLE)
