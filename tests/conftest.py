"""Drawn before the tests are parted among processes, which inherit it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.seeds import fresh

fresh()
