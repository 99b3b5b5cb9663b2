"""A real process killed at random points: what it acknowledged is there, and nothing by halves."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from lodestone.stores.log.port import Offset
from lodestone.stores.log.sqlite import SqliteLog

CHILD = Path(__file__).with_name("log_child.py")
BATCH = 50


def run_and_kill(path, acknowledgements):
    """Let a child append; kill it after so many lines; return all that it had acknowledged."""
    command = [sys.executable, str(CHILD), str(path), "1000000", "4"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        lines = [child.stdout.readline() for _ in range(acknowledgements)]
        child.kill()
        lines += child.stdout.readlines()
    assert child.returncode == -9
    whole = [line.split() for line in lines if line.endswith(b"\n")]
    return {int(number): int(offset) for _, number, offset in whole}


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_process_loses_nothing_acknowledged_and_leaves_nothing_by_halves(tmp_path, seed):
    chance = random.Random(seed)
    path = tmp_path / "log.db"
    acknowledged = {}
    # Twice: the second child opens what the first left behind.
    for _ in range(2):
        acknowledged |= run_and_kill(path, chance.randint(1, 600))

    log, batches, receipts, findings = asyncio.run(reopened(path))

    by_first = {batch.first: batch for batch in batches}
    assert findings == []
    assert log.end() == sum(batch.facts.size for batch in batches)
    for batch in batches:
        assert batch.facts.size == BATCH
        assert len(set(batch.facts["key"].tolist())) == 1
        assert batch.facts["slot"].tolist() == list(range(BATCH))
    for number, offset in acknowledged.items():
        assert by_first[offset].facts["key"][0] == number
        assert receipts[number].who == b"who %d" % number
        assert receipts[number].what == b"what %d" % number * 40


async def reopened(path):
    log = SqliteLog.open(path, secret=b"child")
    batches = list(log.read(Offset(0)))
    receipts = {one.sequence: one for one in log.receipts(0, log.receipt_next())}
    findings = log.verify(root=log.root())
    await log.close()
    return log, batches, receipts, findings
