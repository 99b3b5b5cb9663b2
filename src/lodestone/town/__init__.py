"""A simulated community: a stranger to the engine, that speaks HTTP like anyone."""

from lodestone.town.life import Filled, fill
from lodestone.town.make import Town, make_town

__all__ = ("Filled", "Town", "fill", "make_town")
