"""What is kept in the home is whole, private, and owned by one process."""

import subprocess
import sys

import numpy as np
import pytest

from lodestone.base.errors import ConflictError, CorruptError
from lodestone.features.layout import ITEM
from lodestone.stores.files import snapshots
from lodestone.stores.files.home import Home


def some_columns():
    items = np.zeros(3, ITEM)
    items["created"], items["vector"][1, 5] = [1, 2, 3], 7
    return {"items": items, "empty": np.zeros((0, 4), np.int64), "marks": np.arange(4)}


def test_a_snapshot_reads_back_byte_for_byte(tmp_path):
    snapshots.save(tmp_path, 42, some_columns())

    offset, back = snapshots.load_newest(tmp_path, end=42)

    assert offset == 42
    assert {name: column.tobytes() for name, column in back.items()} == {
        name: column.tobytes() for name, column in some_columns().items()
    }
    assert back["items"].dtype == ITEM


def test_a_damaged_snapshot_gives_way_to_the_one_before(tmp_path):
    snapshots.save(tmp_path, 1, some_columns())
    path = snapshots.save(tmp_path, 2, some_columns())
    body = bytearray(path.read_bytes())
    body[-60] ^= 1
    path.write_bytes(body)

    with pytest.raises(CorruptError, match="checksum"):
        snapshots.read(path)
    assert snapshots.load_newest(tmp_path, end=9)[0] == 1


def test_a_snapshot_ahead_of_the_log_is_an_error_that_says_so(tmp_path):
    snapshots.save(tmp_path, 3, some_columns())
    snapshots.save(tmp_path, 5, some_columns())

    with pytest.raises(CorruptError, match="made after fact 4, where the log ends"):
        snapshots.load_newest(tmp_path, end=4)


def test_only_the_last_two_are_kept(tmp_path):
    for offset in (1, 2, 3):
        snapshots.save(tmp_path, offset, some_columns())

    assert [path.name[-10:] for path in sorted(tmp_path.iterdir())] == ["2.snapshot", "3.snapshot"]


def test_a_home_has_one_owner(tmp_path):
    home = Home(tmp_path)
    home.lock()
    home.publish("127.0.0.1", 8123)
    code = (
        "import sys; from pathlib import Path; from lodestone.stores.files.home import Home;"
        "Home(Path(sys.argv[1])).lock()"
    )

    second = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert second.returncode == 1
    assert "in use by the server at http://127.0.0.1:8123" in second.stderr
    home.unlock()
    assert home.address() is None
    next_owner = Home(tmp_path)
    next_owner.lock()
    next_owner.unlock()


def test_a_lock_held_elsewhere_is_an_expected_conflict(tmp_path):
    first, second = Home(tmp_path), Home(tmp_path)
    first.lock()

    with pytest.raises(ConflictError) as refused:
        second.lock()
    assert refused.value.code == "home_in_use"
    first.unlock()


def test_a_key_is_readable_by_its_owner_alone(tmp_path):
    home = Home(tmp_path)

    home.keep_key("demo", "secret " * 6)

    assert home.key("demo") == ("secret " * 6).strip()
    assert (tmp_path / "demo.key").stat().st_mode & 0o777 == 0o600
    assert home.key("other") is None
