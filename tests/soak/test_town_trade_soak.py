"""Thirty days of trade, for a fixed seed and a fresh one: the books balance, and `audit` and `verify` exit 0."""

import subprocess
import sys

import msgspec
import pytest

from tests.worlds.seeds import fresh

FRESH = fresh()


def lodestone(*words):
    command = [sys.executable, "-m", "lodestone", *words, "--json"]
    return subprocess.run(command, check=False, capture_output=True)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, pytest.param(FRESH, id=f"fresh-{FRESH}")])
def test_thirty_days_of_trade_leave_books_without_a_difference(tmp_path, seed):
    told = lodestone(
        "town", "--days", "30", "--people", "250", "--seed", str(seed), "--home", str(tmp_path)
    )
    assert told.returncode == 0, told.stderr
    trade = msgspec.json.decode(told.stdout)["trade"]

    assert trade["trial_difference"] == 0
    assert trade["statements_off"] == []
    assert trade["unlike"] == []
    for what in ("paid", "redeemed", "fulfilled", "refunded", "sales", "payouts_paid", "settled"):
        assert trade["counts"][what] > 0, what
    for command in ("audit", "verify"):
        proved = lodestone(command, "--home", str(tmp_path))
        assert proved.returncode == 0, proved.stdout
