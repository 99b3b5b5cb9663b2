"""A crash between any two writes of a market day leaves no order, stock, money or fact half done or done twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "stride",
    [pytest.param(1, marks=pytest.mark.soak, id="every write"), pytest.param(5, id="every fifth")],
)
def test_a_market_day_is_finished_to_the_same_end_after_a_kill(tmp_path, stride):
    script = Path(__file__).with_name("trade_points.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(stride)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    lines = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    kills = [line for line in lines if line[0] == "kill"]
    assert len(kills) * stride >= 60
    assert lines[-1] == ["end", lines[-1][1], "0"], told.stderr
    assert {line[2] for line in kills} == {lines[0][1]}, told.stderr
