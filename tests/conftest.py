"""What holds for every test: a property is true or not, however long a busy machine takes over an example, and the process is left as it was."""

import gc
import logging
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.worlds.in_memory import use_memory
from tests.worlds.prepared import once_for_all

use_memory()
once_for_all()
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


LONGEST_FIRST = (
    "http/test_town_trial.py", "docs/test_docs.py", "pages/test_story.py", "http/test_town_trade.py", "http/test_schema.py", "crash/test_points.py",
    "crash/test_trade_points.py", "http/test_living_town.py", "http/test_town_killed.py", "cli/test_cli.py", "docs/test_examples.py",
    "clients/test_generated_clients.py", "contract/test_trade_simulation.py",
    "pages/test_every_page.py",
)  # fmt: skip
"""Files that take long, the longest first: one that begins last leaves the other processor idle to the end."""
BY_TEST = ("tests/docs/test_docs.py",)
"""Files whose tests share nothing that is costly to make; every other file stays in one process."""


def pytest_collection_modifyitems(items):
    place = {name: n for n, name in enumerate(LONGEST_FIRST)}
    here = Path(__file__).parent
    assert [name for name in LONGEST_FIRST if not (here / name).is_file()] == []

    def rank(item):
        inside = item.path.is_relative_to(here)
        return place.get(str(item.path.relative_to(here)), len(place)) if inside else len(place)

    items.sort(key=rank)  # stable


class FilesInOrder(LoadFileScheduling):
    """Hands files to the processes in the order above."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return nodeid if file in BY_TEST else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return FilesInOrder(config, log)


def pytest_collection_finish():
    """Let the garbage collector pass over the modules and the tests themselves from now on."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def logging_is_left_as_it_was():
    """Fail a test that leaves the root logger changed: from then on pytest would keep every line that any library logs, and tests of memory would count them."""
    root = logging.getLogger()
    before = root.level, _handlers(root)
    yield
    after = root.level, _handlers(root)
    if after != before:
        root.setLevel(before[0])
        for handler in set(after[1]) - set(before[1]):
            root.removeHandler(handler)
        pytest.fail(f"the test changed the root logger from {before} to {after}")


def _handlers(logger):
    return [
        handler for handler in logger.handlers if not type(handler).__module__.startswith("_pytest")
    ]
