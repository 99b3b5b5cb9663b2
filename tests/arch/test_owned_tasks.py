"""No task runs without an owner that hears of its end."""

import re
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "lodestone"
HELPER = "services/support/tasks.py"
STARTS = re.compile(r"\b(create_task|ensure_future|TaskGroup|run_coroutine_threadsafe)\b")


def test_no_task_is_started_outside_the_helper_that_hears_of_its_end():
    bare = [
        str(path.relative_to(SRC))
        for path in sorted(SRC.rglob("*.py"))
        if STARTS.search(path.read_text()) and str(path.relative_to(SRC)) != HELPER
    ]
    assert bare == []
