"""What the README promises after `make run` is in the lock that `make run` installs."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)", re.MULTILINE)


def pins(name):
    return dict(PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text()))


def test_parquet_is_read_by_what_serving_installs_at_the_version_that_the_tests_use():
    assert "Parquet" in (ROOT / "README.md").read_text()
    assert pins("serve")["pyarrow"] == pins("test")["pyarrow"]
