"""A simulated community: a stranger to the engine, that speaks HTTP like anyone.

`fill` lets a town live one day for show. `run` lets one live for weeks: people with tastes, moods and habits, makers
who are moved by being seen, shops, newcomers and cheats; and judges the engine by what only the town knows.
"""

from lodestone.town.life import Filled, fill
from lodestone.town.make import NAME, Town, make_town
from lodestone.town.runs import OtherLifeError, Wish, run
from lodestone.town.study.diary import Shelf
from lodestone.town.study.policies import ARMS

__all__ = (
    "ARMS",
    "NAME",
    "Filled",
    "OtherLifeError",
    "Shelf",
    "Town",
    "Wish",
    "fill",
    "make_town",
    "run",
)
