"""A simulated community: a stranger to the engine, that speaks HTTP like anyone."""

from lodestone.town.life import Filled, fill
from lodestone.town.make import NAME, Town, make_town

__all__ = ("NAME", "Filled", "Town", "fill", "make_town")
