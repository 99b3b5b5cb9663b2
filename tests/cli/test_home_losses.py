"""What a home has lost is a finding of the commands that look, and a refusal of the one that serves."""

import os
import sqlite3

import pytest
from typer.testing import CliRunner

from lodestone.base.errors import LossError
from lodestone.cli.app import app
from lodestone.stores.files import folders
from tests.worlds.world import opened, run


def told(home, *arguments):
    """Run a command; return its exit status and what it printed."""
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    if isinstance(result.exception, LossError):
        return 2, result.exception.message
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.stdout.split())


async def live(home):
    async with opened(home) as world:
        await world.people(40)
        await world.items(200)
        await world.feed("p0")


def damage(path):
    """Overwrite pages in the middle of a file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 3)
        file.write(os.urandom(size // 3))


@pytest.mark.parametrize("command", ["doctor", "verify", "audit"])
@pytest.mark.parametrize("part", ["records.db", "log.db"])
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_look_ends_with_one_names_the_file_and_says_what_to_do(tmp_path, command, part, harm):
    run(live(tmp_path))
    whole, _ = told(tmp_path, command)
    folder = folders.folder_of(tmp_path / "communities", "c")
    path = tmp_path / part if part == "records.db" else folder / part
    damage(path) if harm == "damaged" else path.unlink()

    status, said = told(tmp_path, command)

    assert (whole, status) == (0, 1)
    assert "lodestone restore" in said or "restore a back-up" in said
    assert part in said or "records" in said


def test_serving_over_a_loss_is_refused_with_two(tmp_path):
    run(live(tmp_path))
    (folders.folder_of(tmp_path / "communities", "c") / "log.db").unlink()

    status, said = told(tmp_path, "serve", "--port", "0")

    assert status == 2
    assert "--accept-loss" in said
    assert "lodestone restore" in said


def test_a_damaged_page_met_while_serving_is_503_with_a_code(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(40)
            with sqlite3.connect(tmp_path / "records.db") as records:
                records.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            world.app.records._engine.dispose()
            damage(tmp_path / "records.db")
            answer = await world.http.get("/v1/people")
            return answer.status_code, answer.json()["error"]["code"]

    assert run(scenario()) == (503, "records_damaged")


def test_a_stale_index_of_the_write_ahead_log_changes_nothing(tmp_path):
    run(live(tmp_path))
    for name in ("records.db-shm", "records.db-wal"):
        (tmp_path / name).write_bytes(b"")

    assert told(tmp_path, "doctor")[0] == 0
