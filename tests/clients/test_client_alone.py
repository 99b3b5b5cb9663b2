"""The client installs without the server: two packages and what they need."""

import shutil
import subprocess
import sys
import sysconfig
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.worlds.serving import serving, warmed

ROOT = Path(__file__).parents[2]
APP_DAY = Path(__file__).parent / "app_day.py"


def ran(*command, code=0):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def needed(requirements, seen):
    """Return every distribution that these requirements bring, by name, as this environment has them."""
    for text in requirements:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            name = requirement.name
            if name not in seen:
                seen.add(name)
                needed(metadata.requires(name) or (), seen)
    return seen


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Build the wheel, install it and what it needs into a fresh environment; give its interpreter and its packages.

    What it needs is copied from this environment, so that no test asks a network.
    """
    folder = tmp_path_factory.mktemp("alone")
    tree = folder / "tree"
    shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))  # fmt: skip
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    ran(*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-q", "-w", folder, tree)
    (wheel,) = folder.glob("lodestone-*.whl")
    ran(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    ran(*pip, "--python", python, "install", "-q", "--no-index", "--no-deps", wheel)
    place = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    (installed,) = metadata.distributions(name="lodestone", path=[str(place)])
    names = needed(installed.requires or (), set())
    for name in names:
        for file in metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = place / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), target)
    assert "No broken requirements" in ran(*pip, "--python", python, "check")
    return python, names, place


def test_it_brings_httpx_and_msgspec_and_nothing_of_the_server(alone):
    _, names, place = alone

    assert {"httpx", "msgspec"} < names
    assert len(names) <= 10
    assert sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) < 20_000_000


def test_it_tells_the_story_against_a_server(alone, tmp_path):
    python, _, _ = alone
    with serving(tmp_path / "home", fill=warmed) as server:
        server.world.clock.advance(
            seconds=datetime.now(UTC).timestamp() - server.world.now.timestamp()
        )
        said = ran(python, "-I", APP_DAY, server.address, server.world.key, tmp_path)

    assert "the day is done" in said


def test_the_command_says_what_to_install(alone):
    python, _, _ = alone

    said = ran(python.parent / "lodestone", "serve", code=1)
    assert "pip install 'lodestone[serve]'" in said
    assert "Traceback" not in said
