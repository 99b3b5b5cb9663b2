"""A command imports what it needs and no more: most of them are over before the engine's packages would be imported."""

import asyncio
import subprocess
import sys

import pytest
import typer.main
import typer.testing

from lodestone import bootstrap
from lodestone.cli.app import app
from lodestone.cli.kernels import exercise
from lodestone.cli.on_demand import SOURCES
from lodestone.cli.reach import here
from lodestone.client import AsyncClient as Client

ENGINE = ("numba", "faiss", "litestar", "prometheus_client")
STORES = ("numpy", "sqlalchemy", "httpx")


def imported_by(code, names):
    """Return which of some packages a fresh process has imported after running code."""
    said = (
        f"{code}\nimport sys\nsys.stderr.write(' '.join(n for n in {names!r} if n in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    return ended.stderr.split()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_version_and_the_help_need_no_part_of_the_engine(option):
    code = f"import sys\nsys.argv = ['lodestone', {option!r}]\nfrom lodestone.cli.app import main\ntry:\n    main()\nexcept SystemExit:\n    pass"

    assert imported_by(code, ENGINE + STORES) == []


def test_a_command_that_asks_a_running_server_imports_nothing_that_serves():
    code = "from lodestone import bootstrap\nfrom lodestone.cli import keys\nbootstrap.serving_at, bootstrap.path_of, bootstrap.settings_of"

    assert imported_by(code, ENGINE) == []


def test_the_list_of_commands_says_of_each_what_the_command_says_itself():
    commands = typer.main.get_command(app).commands
    own = {
        name: " ".join((commands[name].help or "").split("\n\n")[0].split()) for name in commands
    }

    assert {name: source.help for name, source in SOURCES.items()} == own


def test_a_mistyped_command_is_answered_with_the_nearest_of_all():
    ended = typer.testing.CliRunner().invoke(app, ["polcy"])

    assert ended.exit_code == 2
    assert "Did you mean 'policy'" in ended.output


def test_every_name_of_bootstrap_can_be_asked_for():
    assert all(getattr(bootstrap, name) is not None for name in bootstrap.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        bootstrap.nothing  # noqa: B018  asking is the test


def test_what_is_compiled_ahead_takes_in_events_and_shows_pages_after_them(tmp_path):
    async def scenario():
        settings = bootstrap.settings_of(str(tmp_path), {})
        async with bootstrap.open_app(settings) as app, here(app, "kernels") as reach:
            await exercise(Client(reach.http, reach.key, "kernels"))
            facts = (await reach.ask("GET", "/v1/people/p2/export"))["facts"]
            receipts = (await reach.ask("GET", "/v1/receipts?limit=2"))["data"]
            return {fact["type"] for fact in facts}, [receipt["slots"] for receipt in receipts]

    kinds, slots = asyncio.run(scenario())
    assert kinds >= {"impression", "click", "like", "share", "hide"}
    assert all(slots)
