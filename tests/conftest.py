"""What holds for every test: a property is true or not, however long a busy machine takes over an example, and the process is left as it was."""

import logging

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


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
