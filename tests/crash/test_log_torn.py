"""A torn tail: the WAL ends or breaks anywhere, and recovery stops at the last whole commit."""

import asyncio
import shutil
import struct
from pathlib import Path

import pytest

from lodestone.events.facts import empty_facts
from lodestone.stores.log.file import PAGE_BYTES, wal_path
from lodestone.stores.log.port import Offset
from lodestone.stores.log.sqlite import SqliteLog

HEADER, FRAME = 32, 24 + PAGE_BYTES
COMMITS = 6


@pytest.fixture(scope="module")
def torn(tmp_path_factory):
    """A log copied while open, its first commit in the file and the others in the WAL alone."""
    folder = tmp_path_factory.mktemp("torn")
    asyncio.run(write(folder / "log.db", folder / "copy.db"))
    return folder / "copy.db"


async def write(path: Path, copy: Path) -> None:
    log = SqliteLog.open(path, secret=b"torn")
    await commit(log, 0)
    await log.truncate_wal()
    for number in range(1, COMMITS):
        await commit(log, number)
    shutil.copyfile(path, copy)
    shutil.copyfile(wal_path(path), wal_path(copy))
    await log.close()


async def commit(log: SqliteLog, number: int) -> None:
    # In one turn of the loop, but perhaps in two commits: the receipt is the later one.
    facts = empty_facts(300)
    facts["key"] = number
    appended = log.append(facts)
    await log.record(number, b"who %d" % number, bytes(range(256)) * 12)
    await appended


def frames(wal: bytes) -> list[int]:
    """Return the database size after each frame of the first run: not 0 where it ends a commit."""
    salt = wal[16:24]
    sizes = []
    for start in range(HEADER, len(wal) - FRAME + 1, FRAME):
        page, size = struct.unpack(">II", wal[start : start + 8])
        if page == 0 or wal[start + 8 : start + 16] != salt:
            break
        sizes.append(size)
    return sizes


def whole_commits(sizes: list[int], usable: int) -> int:
    return sum(1 for size in sizes[:usable] if size)


async def held(path: Path) -> tuple[list[int], list[int], list[object]]:
    log = SqliteLog.open(path, secret=b"torn")
    facts = [int(batch.facts["key"][0]) for batch in log.read(Offset(0))]
    receipts = [one.sequence for one in log.receipts(0, 99)]
    findings = log.verify(root=log.root())
    # It goes on from there.
    await commit(log, log.receipt_next())
    findings += log.verify(root=log.root())
    await log.close()
    return facts, receipts, findings


def recovered(torn: Path, tmp_path: Path, wal: bytes) -> tuple[int, int]:
    path = tmp_path / "log.db"
    for file in tmp_path.iterdir():
        file.unlink()
    shutil.copyfile(torn, path)
    wal_path(path).write_bytes(wal)
    facts, receipts, findings = asyncio.run(held(path))
    assert findings == []
    assert facts == list(range(len(facts)))
    assert receipts == list(range(len(receipts)))
    return len(facts), len(receipts)


def test_a_wal_cut_anywhere_leaves_the_last_whole_commit(torn, tmp_path):
    wal = wal_path(torn).read_bytes()
    sizes = frames(wal)
    assert len(sizes) >= COMMITS - 1
    whole = (0, 0)
    for index in range(len(sizes) + 1):
        boundary = HEADER + index * FRAME
        for cut in (boundary - FRAME + 1, boundary - 4096, boundary - 1, boundary, boundary + 1):
            usable = max(0, (cut - HEADER) // FRAME)
            found = recovered(torn, tmp_path, wal[: max(cut, 0)])
            # Facts and receipts of a turn are one or two commits; each whole one adds at least one.
            assert sum(found) - 2 >= whole_commits(sizes, usable)
            if cut == boundary:
                assert found >= whole
                whole = found
            else:
                assert sum(found) <= sum(whole) + 2
    assert whole == (COMMITS, COMMITS)


def test_a_broken_byte_in_the_wal_ends_recovery_before_its_commit(torn, tmp_path):
    wal = wal_path(torn).read_bytes()
    sizes = frames(wal)
    for index in range(len(sizes)):
        start = HEADER + index * FRAME
        intact = recovered(torn, tmp_path, wal[:start])
        for at in (start, start + 8, start + 23, start + 24, start + FRAME - 1):
            broken = bytearray(wal)
            broken[at] ^= 0xFF

            assert recovered(torn, tmp_path, bytes(broken)) == intact


def test_zeros_grown_beforehand_are_no_frames(torn):
    wal = wal_path(torn).read_bytes()
    end = HEADER + len(frames(wal)) * FRAME

    assert len(wal) - end > 0
    assert not any(wal[end:])
