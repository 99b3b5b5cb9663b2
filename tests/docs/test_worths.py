"""The page that explains what outcomes are worth says what the presets hold, and its arithmetic is right."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from lodestone.traffic.presets import MINUTE, NAMES, preset

PAGE = Path(__file__).parents[2] / "docs" / "decisions-explained.md"
ROW = re.compile(
    r"^\| `(\w+)` \| (-?[\d/]+) \| (-?[\d,]+) \| (-?[\d,]+) \| (-?[\d,]+) \|", re.MULTILINE
)


def rows():
    return [
        (name, Fraction(minutes), [int(told.replace(",", "")) for told in worths])
        for name, minutes, *worths in ROW.findall(PAGE.read_text())
    ]


def test_every_worth_of_every_preset_is_in_the_table():
    told = {name: worths for name, _, worths in rows()}

    assert told == {
        name: [preset(one).worths[name] for one in NAMES] for name in preset("balanced").worths
    }


@pytest.mark.parametrize(("name", "minutes", "worths"), rows())
def test_a_balanced_worth_is_its_minutes_times_the_unit(name, minutes, worths):
    assert worths[0] == round(minutes * MINUTE)
